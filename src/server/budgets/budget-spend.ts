import type { BudgetScope, BudgetUnit } from "../domain/budget.js";
import { type Money, parseMoney } from "../domain/money.js";

/** What the ledger holds of one slice of calls: billable calls only, each counted once. */
export interface SpendTotals {
  /** Decimal USD of the priced part. */
  cost: string;
  /** Tokens of every class, as integer text. */
  tokens: string;
  calls: number;
  /** Billable calls whose cost is not or only partly known. */
  unpricedCalls: number;
}

/** The one question budgets ask the ledger. */
export interface BudgetSpendSource {
  /**
   * Totals of calls that started in `[fromIso, toIso)` (RFC 3339 UTC) and match the scope.
   * @throws AppError `unavailable` or `timeout`.
   */
  spend(project: string, scope: BudgetScope, fromIso: string, toIso: string): Promise<SpendTotals>;
}

export const BUDGET_SPEND_SOURCE = Symbol("BUDGET_SPEND_SOURCE");

/** The part of the totals that a budget of this unit counts, as an exact fixed-point amount. */
export function amountOf(unit: BudgetUnit, totals: SpendTotals): Money {
  if (unit === "usd") return parseMoney(totals.cost);
  return parseMoney(unit === "tokens" ? totals.tokens : String(totals.calls));
}
