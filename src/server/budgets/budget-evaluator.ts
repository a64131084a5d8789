import type { BudgetThreshold } from "../domain/budget.js";
import type { Money } from "../domain/money.js";

export interface Standing {
  limit: Money;
  spent: Money;
  /** Expected spend at the end of the period, or null while it cannot be told. */
  forecast: Money | null;
}

/**
 * The thresholds that are reached: spent (or forecast) times 100 is at least limit times percent, compared exactly;
 * every actual one when the budget counts as breached whatever was spent. In the order given. Never throws.
 */
export function reachedThresholds(
  thresholds: readonly BudgetThreshold[],
  { limit, spent, forecast }: Standing,
  isBreached = false,
): BudgetThreshold[] {
  return thresholds.filter((threshold) => {
    if (isBreached && threshold.kind === "actual") return true;
    const amount = threshold.kind === "actual" ? spent : forecast;
    return amount !== null && amount * 10_000n >= limit * hundredths(threshold.percent);
  });
}

/**
 * The smallest spend at which an `actual` threshold that is not in `fired` is reached, or null when there is none.
 * Below it no warning can be due. Never throws.
 */
export function nextActualAmount(
  thresholds: readonly BudgetThreshold[],
  limit: Money,
  isFired: (threshold: BudgetThreshold) => boolean,
): Money | null {
  let next: Money | null = null;
  for (const threshold of thresholds) {
    if (threshold.kind !== "actual" || isFired(threshold)) continue;
    const scaled = limit * hundredths(threshold.percent);
    const amount = (scaled + 9_999n) / 10_000n;
    if (next === null || amount < next) next = amount;
  }
  return next;
}

/** Share of the limit in percent, cut (never rounded up) to two decimals: 99.999 % is not yet 100. `limit` > 0. */
export function percentOf(spent: Money, limit: Money): number {
  return Number((spent * 10_000n) / limit) / 100;
}

/** Percent in exact hundredths; thresholds have at most two decimals. */
function hundredths(percent: number): bigint {
  return BigInt(Math.round(percent * 100));
}
