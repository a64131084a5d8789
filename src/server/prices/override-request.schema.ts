import { z } from "zod";
import { AppError } from "../domain/errors.js";
import { type PriceOverride, priceOverrideSchema } from "../pricing/operator-pricing.js";

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

const instant = z.iso.datetime({ offset: true, error: "must be RFC 3339 with an offset" });
const decimal = z.string({ error: "must be a decimal string" }).max(60);

/** Body of `POST prices/overrides`. */
export const newOverrideSchema = z.strictObject({
  kind: z.enum(Object.keys(KINDS) as (keyof typeof KINDS)[]).default("rates"),
  match: z
    .string()
    .max(300)
    .describe("<provider>/<model>, <provider>/<geo>:<model>, <provider>/* or <pool>/<model>"),
  rates: z
    .record(z.string().max(40), decimal)
    .optional()
    .describe(
      "USD per million tokens by class (input, cache_read, output, ...), or per unit for unit classes",
    ),
  value: decimal.optional().describe("The factor of a multiplier"),
  classes: z.array(z.string().max(40)).min(1).optional(),
  stack: z.boolean().optional(),
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

/**
 * The override that a request states, checked against the engine's schema.
 * @throws AppError `invalid_request` listing every problem.
 */
export function requestedOverride(
  request: NewOverride,
  parts: { id: string; project: string | null; match: string; author: string; nowMs: number },
): PriceOverride {
  const kind = KINDS[request.kind];
  const from =
    request.effectiveFrom ?? (SINCE_NOW.has(kind) ? new Date(parts.nowMs).toISOString() : SINCE_EVER);
  const parsed = priceOverrideSchema.safeParse({
    id: parts.id,
    project: parts.project,
    match: parts.match,
    kind,
    effectiveFrom: from,
    effectiveTo: request.effectiveTo ?? null,
    reason: request.reason ?? null,
    author: parts.author,
    ...settingsOf(request),
  });
  const problems = parsed.success
    ? problemsOf(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (!parsed.success || problems.length > 0) {
    throw new AppError("invalid_request", `The price is not valid: ${problems.join("; ")}`, { problems });
  }
  return parsed.data;
}

function settingsOf({ rates, value, classes, stack }: NewOverride): Record<string, unknown> {
  return {
    ...(rates === undefined
      ? {}
      : {
          rates: Object.fromEntries(Object.entries(rates).map(([name, price]) => [className(name), price])),
        }),
    ...(value === undefined ? {} : { value }),
    ...(classes === undefined ? {} : { classes: classes.map(className) }),
    ...(stack === undefined ? {} : { stack }),
  };
}

function problemsOf(override: PriceOverride): string[] {
  const problems: string[] = [];
  const { effectiveFrom, effectiveTo } = override;
  if (effectiveTo !== null && Date.parse(effectiveFrom) >= Date.parse(effectiveTo))
    problems.push("effectiveTo: must be after effectiveFrom");
  if ("rates" in override && Object.keys(override.rates).length === 0)
    problems.push("rates: must name at least one class");
  return problems;
}
