import { canonicalDecimal, parseFactor } from "../domain/money.js";
import type { CurrencyEntry, OperatorPricing } from "./operator-pricing.js";
import type { NamedFactor } from "./select-rate.js";
import type { RatedUsage } from "./usage-lines.js";

const factorOf = new WeakMap<CurrencyEntry, NamedFactor>();

/**
 * The quantities with the factor of every currency but USD that their rates are in. What no entry in force at the instant converts is
 * taken out and said by `unconverted`; zero is zero in any currency and stays. Never throws.
 */
export function convertible(
  rated: RatedUsage,
  operator: OperatorPricing,
  atMs: number,
  project: string | null,
): RatedUsage {
  const fx = new Map<string, NamedFactor>();
  const quantities = rated.quantities.filter(({ rate, count }) => {
    if (rate.currency === "USD") return true;
    const entry = entryAt(operator.currencies, rate.currency, atMs, project);
    if (entry !== null) fx.set(rate.currency, named(entry));
    return entry !== null || count === 0 || rate.priceUnits === 0n;
  });
  return { ...rated, quantities, fx, unconverted: quantities.length < rated.quantities.length };
}

/** A project's own entries before those for all; of these the one that began last, start inclusive. */
function entryAt(
  entries: readonly CurrencyEntry[],
  currency: string,
  atMs: number,
  project: string | null,
): CurrencyEntry | null {
  let found: CurrencyEntry | null = null;
  for (const entry of entries) {
    if (entry.currency !== currency || Date.parse(entry.effectiveFrom) > atMs) continue;
    if (entry.project !== null && entry.project !== project) continue;
    if (found === null || precedes(entry, found)) found = entry;
  }
  return found;
}

function precedes(a: CurrencyEntry, b: CurrencyEntry): boolean {
  if ((a.project === null) !== (b.project === null)) return a.project !== null;
  return Date.parse(a.effectiveFrom) > Date.parse(b.effectiveFrom);
}

function named(entry: CurrencyEntry): NamedFactor {
  let factor = factorOf.get(entry);
  if (factor === undefined) {
    factor = {
      name: `fx:${entry.currency}`,
      text: canonicalDecimal(entry.usd),
      factor: parseFactor(entry.usd),
    };
    factorOf.set(entry, factor);
  }
  return factor;
}
