import { canonicalDecimal, parseMoney, stepsPerUnit } from "../domain/money.js";
import { TOKEN_PRICE_CLASSES, UNIT_PRICE_CLASSES } from "../domain/price.js";
import type { PriceClass } from "../domain/price.js";
import type { ChosenOverrides } from "./choose-override.js";
import type { PriceOverride } from "./operator-pricing.js";
import type { CompiledRate } from "./price-book.js";
import type { RatePlan } from "./select-rate.js";

const TOKEN_CLASSES: ReadonlySet<string> = new Set(TOKEN_PRICE_CLASSES);
const ALL_CLASSES: readonly PriceClass[] = [...TOKEN_PRICE_CLASSES, ...UNIT_PRICE_CLASSES];

const statedRates = new WeakMap<PriceOverride, ReadonlyMap<PriceClass, CompiledRate>>();

/**
 * The rates that hold after the operator's word: list rates as they are, replaced class by class, or all zero. Factors of the list
 * (batch, data residency) do not apply to rates that the operator fixed. Null when there is neither a list nor a fixed rate.
 * Never throws.
 */
export function overrideRates(
  plan: RatePlan | null,
  chosen: ChosenOverrides,
  canonical: string,
): RatePlan | null {
  const { winner } = chosen;
  if (winner === null || winner.kind === "multiplier" || winner.kind === "volume_tiers") return plan;
  const stated = ratesOf(winner, canonical);
  const rates = new Map(plan?.rates ?? []);
  for (const [name, rate] of stated) rates.set(name, rate);
  return {
    rates,
    factors: [],
    tierFactors: [],
    quarantined: new Set(),
    outOfDate: false,
    hasTokenRates: true,
    perCall: perCallOf(plan, rates),
    hasForeign: (plan?.hasForeign ?? false) || (winner.kind === "rates" && winner.currency !== "USD"),
  };
}

/** A class that the list bills every call is billed so at the operator's price too; a fee per request is so by its name. */
function perCallOf(
  plan: RatePlan | null,
  rates: ReadonlyMap<PriceClass, CompiledRate>,
): readonly PriceClass[] {
  const listed = plan?.perCall ?? [];
  return rates.has("request") && !listed.includes("request") ? [...listed, "request"] : listed;
}

function ratesOf(
  override: Exclude<PriceOverride, { kind: "multiplier" | "volume_tiers" }>,
  canonical: string,
): ReadonlyMap<PriceClass, CompiledRate> {
  const known = statedRates.get(override);
  if (known !== undefined) return known;
  const free = override.kind === "zero" || override.kind === "commitment";
  const prices: [PriceClass, string][] = [];
  for (const name of ALL_CLASSES) {
    // Free of charge is a price for every class that calls are billed in, except fees per request, which stay unsaid.
    const price = free ? (name === "request" ? undefined : "0") : override.rates[name];
    if (price !== undefined) prices.push([name, price]);
  }
  const rates = new Map(prices.map(([name, price]) => [name, statedRate(override, canonical, name, price)]));
  statedRates.set(override, rates);
  return rates;
}

function statedRate(
  override: PriceOverride,
  canonical: string,
  name: PriceClass,
  price: string,
): CompiledRate {
  const isToken = TOKEN_CLASSES.has(name);
  const slash = canonical.indexOf("/");
  return {
    id: `override:${override.id}:${name}`,
    provider: canonical.slice(0, slash),
    model: canonical.slice(slash + 1),
    geo: null,
    tier: "standard",
    class: name,
    unit: isToken ? "token" : name,
    per: isToken ? 1_000_000 : 1,
    price: canonicalDecimal(price),
    currency: override.kind === "rates" ? override.currency : "USD",
    minPromptTokens: 0,
    minInclusive: false,
    variant: null,
    effectiveFrom: Date.parse(override.effectiveFrom),
    effectiveTo: override.effectiveTo === null ? null : Date.parse(override.effectiveTo),
    utcWindows: null,
    source: "operator",
    sourceUrl: null,
    sourceSeenAt: null,
    status: "active",
    priceUnits: parseMoney(price),
    perUnits: isToken ? 1_000_000n : 1n,
    unitSteps: stepsPerUnit(parseMoney(price), isToken ? 1_000_000n : 1n),
    isToken,
  };
}
