import { z } from "zod";
import { AppError } from "../domain/errors.js";
import { isAmount } from "../domain/money.js";
import { type PriceOverride, priceOverrideSchema } from "../pricing/operator-pricing.js";
import { overrideProblems } from "./override-problems.js";
import { isTimeZone } from "./calendar-month.js";

/** Words of the API and the engine's kind each stands for. */
const KINDS = {
  rates: "rates",
  multiplier: "multiplier",
  zero: "zero",
  free: "zero",
  self_hosted: "rates",
  commitment: "commitment",
  gpu_hour: "gpu_hour",
  volume_tiers: "volume_tiers",
} as const;

type Word = keyof typeof KINDS;
const instant = z.iso.datetime({ offset: true, error: "must be RFC 3339 with an offset" });
const decimal = z.string({ error: "must be a decimal string" }).max(60);

/** Body of `POST prices/overrides`. */
export const newOverrideSchema = z.strictObject({
  kind: z.enum(Object.keys(KINDS) as Word[]).default("rates"),
  match: z
    .string()
    .max(300)
    .describe("<provider>/<model>, <provider>/<geo>:<model>, <provider>/* or <pool>/<model>"),
  rates: z
    .record(z.string().max(40), decimal)
    .optional()
    .describe(
      "Price per million tokens by class (input, cache_read, output, ...), or per unit for unit classes",
    ),
  currency: z
    .string()
    .max(3)
    .optional()
    .describe("ISO 4217 currency of the rates (USD), converted by the entries of prices/currencies"),
  value: decimal.optional().describe("The factor of a multiplier"),
  classes: z.array(z.string().max(40)).min(1).optional(),
  stack: z.boolean().optional(),
  metric: z
    .enum(["spend", "tokens"])
    .optional()
    .describe("What the tiers of a month are reached by: list spend in USD, or tokens"),
  tiers: z
    .array(z.strictObject({ from: decimal, value: decimal }))
    .min(1)
    .max(50)
    .optional()
    .describe("Volume tiers, ascending from 0; value is the factor on the list price"),
  timezone: z.string().max(60).refine(isTimeZone, "must be an IANA time zone").optional(),
  hourlyCost: decimal.optional().describe("USD of one GPU for an hour"),
  gpus: z.number().int().min(1).max(100_000).optional(),
  inputWeight: decimal.optional().describe("What an input token weighs in the split of an hour's cost (1)"),
  outputWeight: decimal.optional().describe("What an output token weighs (1)"),
  amount: decimal.optional().describe("The fixed sum of a commitment"),
  period: z.enum(["month"]).optional(),
  effectiveFrom: instant.optional(),
  effectiveTo: instant.nullable().optional(),
  reason: z.string().max(500).optional(),
  allProjects: z.boolean().default(false).describe("Holds for every project; the operator only"),
  supersede: z
    .boolean()
    .default(false)
    .describe("Ends overlapping prices of the same match where this one starts"),
});

export type NewOverride = z.infer<typeof newOverrideSchema>;

/** An override as it is stored: the engine's, and the settings that a job works it out from. */
export interface StatedOverride {
  override: PriceOverride;
  settings: Record<string, unknown>;
}

/** Prices hold for calls since ever unless they say otherwise; what changes the price of priced calls starts now. */
const SINCE_EVER = "1970-01-01T00:00:00.000Z";
const SINCE_NOW: ReadonlySet<string> = new Set(["multiplier", "volume_tiers", "commitment"]);

const CLASS_ALIASES: Readonly<Record<string, string>> = { cached: "cache_read", inputUncached: "input" };

/** A price class by its own name, or as the API spells usage (`cacheRead`, `cacheWrite5m`). */
function className(name: string): string {
  const alias = Object.hasOwn(CLASS_ALIASES, name) ? CLASS_ALIASES[name] : undefined;
  if (alias !== undefined || !/[A-Z]/.test(name)) return alias ?? name;
  return name.replaceAll(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
}

/** The settings that each kind takes beside the common ones; others are refused, not ignored. */
const SETTINGS: Readonly<Record<Word, readonly (keyof NewOverride)[]>> = {
  rates: ["rates", "currency"],
  self_hosted: ["rates", "currency"],
  multiplier: ["value", "classes", "stack"],
  zero: [],
  free: [],
  commitment: ["amount", "period"],
  gpu_hour: ["hourlyCost", "gpus", "inputWeight", "outputWeight"],
  volume_tiers: ["metric", "tiers", "timezone"],
};
const ALL_SETTINGS = new Set(Object.values(SETTINGS).flat());

/**
 * The override that a request states, checked against the engine's schema.
 * @throws AppError `invalid_request` listing every problem.
 */
export function requestedOverride(
  request: NewOverride,
  parts: { id: string; project: string | null; match: string; author: string; nowMs: number },
): StatedOverride {
  const kind = KINDS[request.kind];
  const from =
    request.effectiveFrom ?? (SINCE_NOW.has(kind) ? new Date(parts.nowMs).toISOString() : SINCE_EVER);
  const { engine, settings } = settingsOf(request);
  const parsed = priceOverrideSchema.safeParse({
    id: parts.id,
    project: parts.project,
    match: parts.match,
    kind,
    effectiveFrom: from,
    effectiveTo: request.effectiveTo ?? null,
    reason: request.reason ?? null,
    author: parts.author,
    ...engine,
  });
  const taken = SETTINGS[request.kind];
  const foreign = [...ALL_SETTINGS]
    .filter((name) => request[name] !== undefined && !taken.includes(name))
    .map((name) => `${name}: does not belong to the kind ${request.kind}`);
  const problems = [
    ...foreign,
    ...(parsed.success
      ? overrideProblems(parsed.data, settings)
      : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new AppError("invalid_request", `The price is not valid: ${problems.join("; ")}`, { problems });
  }
  return { override: parsed.data, settings };
}

/** What the engine takes, and what only the job that works the price out takes. */
function settingsOf(request: NewOverride): {
  engine: Record<string, unknown>;
  settings: Record<string, unknown>;
} {
  const { rates, currency, value, classes, stack, amount, period } = request;
  switch (request.kind) {
    case "gpu_hour": {
      const { hourlyCost, gpus = 1, inputWeight = "1", outputWeight = "1" } = request;
      return { engine: { rates: {} }, settings: { hourlyCost, gpus, inputWeight, outputWeight } };
    }
    case "volume_tiers": {
      const { metric = "spend", tiers = [], timezone = "UTC" } = request;
      const first = tiers[0]?.value ?? "1";
      // A malformed factor is named as the tier's, by the checks of the settings.
      return { engine: { value: isAmount(first) ? first : "1" }, settings: { metric, tiers, timezone } };
    }
    case "commitment":
      return { engine: {}, settings: amount === undefined ? {} : { amount, period: period ?? "month" } };
    default:
      return {
        engine: {
          ...(rates === undefined ? {} : { rates: named(rates) }),
          ...(currency === undefined ? {} : { currency }),
          ...(value === undefined ? {} : { value }),
          ...(classes === undefined ? {} : { classes: classes.map(className) }),
          ...(stack === undefined ? {} : { stack }),
        },
        settings: {},
      };
  }
}

function named(rates: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(rates).map(([name, price]) => [className(name), price]));
}
