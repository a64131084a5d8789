import type { Budget, BudgetStatus, BudgetUnit } from "../api/budget-types.js";
import { exactUsd, formatValue } from "../format/units.js";

/** An amount in a budget's unit. Money has two decimals here, more when it would read as zero; the API has every digit. */
export function amountText(amount: string, unit: BudgetUnit): string {
  if (unit !== "usd") return `${formatValue(Number(amount), "short")} ${unit}`;
  const size = Math.abs(Number(amount));
  return size !== 0 && size < 0.01 ? exactUsd(amount) : formatValue(Number(amount), "currencyUSD", 2);
}

/** The day of an instant, e.g. "Nov 28", on the calendar of a time zone: a budget's days are those of its own zone, not of the viewer's. */
export const dayText = (ms: number, timeZone: string): string =>
  new Date(ms).toLocaleDateString("en-US", { month: "short", day: "numeric", timeZone });

const PERIODS: Readonly<Record<string, string>> = {
  hour: "every hour",
  day: "every day",
  week: "every week",
  month: "every month",
  quarter: "every quarter",
  custom: "own period",
};

export const periodText = (period: string): string => PERIODS[period] ?? period;

/** What a budget counts, e.g. "feature search or chat, team web". */
export function scopeText(scope: Record<string, unknown>): string {
  const parts = Object.entries(scope)
    .filter(([, values]) => Array.isArray(values) && values.length > 0)
    .map(([name, values]) => `${name} ${(values as string[]).join(" or ")}`);
  return parts.length === 0 ? "whole project" : parts.join(", ");
}

export type BudgetTone = "is-fine" | "is-near" | "is-over";

/** How a budget stands: over its limit, past a warning or heading over, or fine. Shares are of the limit, 1 is all of it. */
export function budgetStanding(
  budget: Budget,
  status: BudgetStatus | null,
): { share: number; forecastShare: number; tone: BudgetTone } {
  const limit = Number(budget.limit);
  if (status === null || limit === 0) return { share: 0, forecastShare: 0, tone: "is-fine" };
  const share = Number(status.spent) / limit;
  const forecastShare = status.forecast === null ? 0 : Number(status.forecast) / limit;
  const warnings = budget.thresholds.filter((one) => one.kind === "actual").map((one) => one.percent / 100);
  const isNear = share >= Math.min(1, ...warnings) || forecastShare > 1;
  return { share, forecastShare, tone: share >= 1 ? "is-over" : isNear ? "is-near" : "is-fine" };
}
