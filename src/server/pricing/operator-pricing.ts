import { z } from "zod";
import { isAmount } from "../domain/money.js";
import { TOKEN_PRICE_CLASSES, UNIT_PRICE_CLASSES } from "../domain/price.js";

const amount = z.string().refine(isAmount, "must be a decimal text >= 0 with at most 18 places");
const priceClass = z.enum([...TOKEN_PRICE_CLASSES, ...UNIT_PRICE_CLASSES]);
const instant = z.iso.datetime({ offset: true });

const overrideBase = {
  id: z.string().min(1).max(100),
  /** Project it holds for; null = every project. */
  project: z.string().max(100).nullable().default(null),
  /** `<provider>/<model>`, `<provider>/<geo>:<model>` or `<provider>/*`. */
  match: z
    .string()
    .regex(/^[^/\s]+\/.+$/)
    .max(300),
  /** Inclusive. */
  effectiveFrom: instant,
  /** Exclusive; null = open. */
  effectiveTo: instant.nullable().default(null),
  reason: z.string().max(500).nullable().default(null),
  author: z.string().max(200).nullable().default(null),
};

const rates = z.partialRecord(priceClass, amount);
const currency = z.string().regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217)");

/** From an instant (milliseconds since the epoch, inclusive) until the next row; before the first row the override's own figures hold. */
const scheduleRow = z.strictObject({ fromMs: z.int(), value: amount.nullable(), rates: rates.nullable() });
/** What a job worked out, ascending by `fromMs`. */
const schedule = z.array(scheduleRow).default([]);

/**
 * A price that the operator states. `rates`: an amount of `currency` per million tokens, or per unit for unit classes; classes left out
 * keep their list price. `multiplier`: a factor on the list price, of all classes or those named. `zero`: free. `commitment`: paid otherwise, no cost
 * per call. `gpu_hour` and `volume_tiers` carry rates or a factor that a job worked out, by time.
 */
export const priceOverrideSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...overrideBase, kind: z.literal("rates"), rates, currency: currency.default("USD") }),
  z.strictObject({
    ...overrideBase,
    kind: z.literal("multiplier"),
    value: amount,
    classes: z.array(priceClass).min(1).nullable().default(null),
    /** Applies on top of the override that wins, instead of competing with it. */
    stack: z.boolean().default(false),
  }),
  z.strictObject({ ...overrideBase, kind: z.literal("zero") }),
  z.strictObject({ ...overrideBase, kind: z.literal("commitment") }),
  z.strictObject({ ...overrideBase, kind: z.literal("gpu_hour"), rates, schedule }),
  z.strictObject({ ...overrideBase, kind: z.literal("volume_tiers"), value: amount, schedule }),
]);

/** What answers at a host: a vendor, or a pool of the operator's own. `endpoint` is a host name, with or without port. */
export const endpointMappingSchema = z.strictObject({
  endpoint: z.string().min(1).max(255),
  /** A vendor's provider name, or null for a self-hosted pool. */
  provider: z.string().max(60).nullable().default(null),
  /** Name of the self-hosted pool, used as `<pool>/<model>` in overrides. */
  pool: z.string().max(60).nullable().default(null),
});

/**
 * What an opaque name stands for: an Azure deployment (`<resource>/<deployment>` or `<deployment>`), a Bedrock profile ARN, an alias. Of a
 * gateway's alias (`provider` is the gateway, or `unknown`) `model` is `<vendor>/<model>`.
 */
export const deploymentMappingSchema = z.strictObject({
  provider: z.string().max(60),
  name: z.string().min(1).max(300),
  model: z.string().max(200).nullable().default(null),
  /** Azure: GlobalStandard, DataZoneStandard, Standard, ProvisionedManaged, ... */
  sku: z.string().max(60).nullable().default(null),
  /** Geography to price in, such as the data zone `eu` or `us`. */
  zone: z.string().max(40).nullable().default(null),
});

/** What one unit of a currency is worth in USD, from an instant (inclusive) until the next entry. */
export const currencyEntrySchema = z.strictObject({
  currency,
  usd: amount,
  effectiveFrom: instant,
  /** Project it holds for; null = every project. */
  project: z.string().max(100).nullable().default(null),
});

export const operatorPricingSchema = z.strictObject({
  overrides: z.array(priceOverrideSchema).default([]),
  endpoints: z.array(endpointMappingSchema).default([]),
  deployments: z.array(deploymentMappingSchema).default([]),
  /** `<provider>/<model>` whose unlisted dated snapshots may take the model's price. */
  inheritSnapshots: z.array(z.string()).default([]),
  currencies: z.array(currencyEntrySchema).default([]),
});

export type ScheduleRow = z.infer<typeof scheduleRow>;
export type PriceOverride = z.infer<typeof priceOverrideSchema>;
export type EndpointMapping = z.infer<typeof endpointMappingSchema>;
export type CurrencyEntry = z.infer<typeof currencyEntrySchema>;
export type DeploymentMapping = z.infer<typeof deploymentMappingSchema>;

/** Everything an operator says about prices, as plain data. Treat it as immutable: engines keep indexes by its identity. */
export type OperatorPricing = Readonly<{
  overrides: readonly PriceOverride[];
  endpoints: readonly EndpointMapping[];
  deployments: readonly DeploymentMapping[];
  inheritSnapshots: readonly string[];
  currencies: readonly CurrencyEntry[];
}>;

/** No word from the operator: list prices only. */
export const NO_OPERATOR_PRICING: OperatorPricing = {
  overrides: [],
  endpoints: [],
  deployments: [],
  inheritSnapshots: [],
  currencies: [],
};
