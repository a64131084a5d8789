import type { BudgetDefinition, BudgetThreshold, BudgetWindow } from "../domain/budget.js";
import { formatMoney, type Money } from "../domain/money.js";

/** What a webhook carries when a threshold is reached; fields are only ever added. Times are RFC 3339 UTC. */
export interface BudgetAlertPayload {
  id: string;
  type: "budget.threshold";
  project: string;
  budget: { id: string; name: string; limit: string; unit: string; period: string; timezone: string };
  period: { start: string; end: string };
  threshold: { kind: string; percent: number };
  /** Decimal string in the budget's unit. */
  spent: string;
  /** Decimal string, or null when there is no forecast. */
  forecast: string | null;
  /** Billable calls of the period without a known price: spend is at least `spent`. */
  unpricedCalls: number;
  firedAt: string;
}

export interface BudgetFinding {
  budget: BudgetDefinition;
  window: BudgetWindow;
  spent: Money;
  forecast: Money | null;
  unpricedCalls: number;
}

/** The alert of one threshold. Never throws. */
export function budgetAlert(
  id: string,
  { budget, window, spent, forecast, unpricedCalls }: BudgetFinding,
  threshold: BudgetThreshold,
  firedAtMs: number,
): BudgetAlertPayload {
  return {
    id,
    type: "budget.threshold",
    project: budget.project,
    budget: {
      id: budget.id,
      name: budget.name,
      limit: budget.limit,
      unit: budget.unit,
      period: budget.period,
      timezone: budget.timezone,
    },
    period: { start: isoTime(window.startMs), end: isoTime(window.endMs) },
    threshold: { kind: threshold.kind, percent: threshold.percent },
    spent: formatMoney(spent),
    forecast: forecast === null ? null : formatMoney(forecast),
    unpricedCalls,
    firedAt: isoTime(firedAtMs),
  };
}

/** RFC 3339 UTC with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
