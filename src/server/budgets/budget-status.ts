import type { BudgetDefinition, BudgetWindow } from "../domain/budget.js";
import { divideHalfEven, formatMoney, type Money, parseMoney } from "../domain/money.js";
import { isoTime } from "./budget-alert.js";
import { percentOf } from "./budget-evaluator.js";
import type { Forecast } from "./forecast.js";

/** `GET budgets/{id}/status`. Amounts are decimal strings in the budget's unit; times RFC 3339 UTC. */
export interface BudgetStatus {
  budgetId: string;
  period: { start: string; end: string };
  spent: string;
  limit: string;
  unit: string;
  /** Cut to two decimals. */
  percent: number;
  unpricedCalls: number;
  /** Estimates; null while there is nothing to go by. */
  forecast: string | null;
  forecastLow: string | null;
  forecastHigh: string | null;
  breachDate: string | null;
  thresholds: { kind: string; percent: number; firedAt: string | null }[];
}

export interface StatusFacts {
  budget: BudgetDefinition;
  window: BudgetWindow;
  spent: Money;
  unpricedCalls: number;
  forecast: Forecast | null;
  /** Threshold key to when it fired in this period, milliseconds since the Unix epoch. */
  firedAtMs: ReadonlyMap<string, number>;
}

/** Status of a budget from its facts. Once the whole limit is spent, the breach date is when that fired, if it did. */
export function budgetStatus({
  budget,
  window,
  spent,
  unpricedCalls,
  forecast,
  firedAtMs,
}: StatusFacts): BudgetStatus {
  const limit = parseMoney(budget.limit);
  const breachMs =
    spent >= limit
      ? (firedAtMs.get("actual:100") ?? forecast?.breachMs ?? null)
      : (forecast?.breachMs ?? null);
  return {
    budgetId: budget.id,
    period: { start: isoTime(window.startMs), end: isoTime(window.endMs) },
    spent: formatMoney(spent),
    limit: budget.limit,
    unit: budget.unit,
    percent: percentOf(spent, limit),
    unpricedCalls,
    forecast: estimate(forecast?.expected),
    forecastLow: estimate(forecast?.low),
    forecastHigh: estimate(forecast?.high),
    breachDate: breachMs === null ? null : isoTime(breachMs),
    thresholds: budget.thresholds.map(({ kind, percent }) => {
      const firedAt = firedAtMs.get(`${kind}:${percent}`);
      return { kind, percent, firedAt: firedAt === undefined ? null : isoTime(firedAt) };
    }),
  };
}

/** An estimate is shown with six decimals: more digits would claim a precision it does not have. */
export function roundEstimate(amount: Money): Money {
  const step = 10n ** 12n;
  return divideHalfEven(amount, step) * step;
}

function estimate(amount: Money | undefined): string | null {
  return amount === undefined ? null : formatMoney(roundEstimate(amount));
}
