import type { Budget, BudgetUnit } from "../api/budget-types.js";

export const DIMENSIONS = [
  "environment",
  "team",
  "feature",
  "user",
  "customer",
  "service",
  "provider",
  "model",
] as const;

/** A budget as the form holds it: everything is text. */
export interface BudgetDraft {
  name: string;
  limit: string;
  unit: BudgetUnit;
  period: string;
  timezone: string;
  /** The one dimension the form can narrow to; empty for the whole project. */
  dimension: string;
  values: string;
  actual: string;
  forecast: string;
  channels: readonly string[];
}

const NEW: BudgetDraft = {
  name: "",
  limit: "",
  unit: "usd",
  period: "month",
  timezone: "UTC",
  dimension: "",
  values: "",
  actual: "80, 100",
  forecast: "100",
  channels: [],
};

function percents(budget: Budget, kind: string): string {
  const chosen = budget.thresholds.filter((one) => one.kind === kind);
  return chosen.map((one) => one.percent).join(", ");
}

/** Whether the form can show a scope as it is: nothing, or one dimension of the list. */
export function hasSimpleScope(budget: Budget): boolean {
  const names = Object.keys(budget.scope);
  return (
    names.length === 0 || (names.length === 1 && (DIMENSIONS as readonly string[]).includes(names[0] ?? ""))
  );
}

/** The draft of a budget, or an empty one in the given time zone. */
export function draftOf(budget: Budget | null, timezone: string): BudgetDraft {
  if (budget === null) return { ...NEW, timezone };
  const [dimension = "", values = []] = Object.entries(budget.scope)[0] ?? [];
  return {
    name: budget.name,
    limit: budget.limit,
    unit: budget.unit,
    period: budget.period,
    timezone: budget.timezone,
    dimension,
    values: Array.isArray(values) ? values.join(", ") : "",
    actual: percents(budget, "actual"),
    forecast: percents(budget, "forecast"),
    channels: budget.channels,
  };
}

function list(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "");
}

/** What is wrong with a draft, in words, or null. The server checks again. */
export function problemOf(draft: BudgetDraft): string | null {
  const limit = draft.limit.trim();
  const percentages = [...list(draft.actual), ...list(draft.forecast)].map(Number);
  if (draft.name.trim() === "") return "Give the budget a name.";
  if (!/^\d{1,12}(\.\d{1,12})?$/.test(limit) || Number(limit) === 0)
    return "The limit is a number above zero, such as 250 or 99.50.";
  if (percentages.length === 0) return "Give at least one percentage to warn at.";
  if (percentages.some((one) => !(one >= 1 && one <= 1000))) return "Percentages lie between 1 and 1000.";
  if (draft.dimension !== "" && list(draft.values).length === 0)
    return `Say which ${draft.dimension} is meant.`;
  return null;
}

/** The API's body for a draft. What the form cannot show (`keep`) is left out of a change, so that it stays as it is. */
export function bodyOf(
  draft: BudgetDraft,
  keep: { scope: boolean; period: boolean },
): Record<string, unknown> {
  return {
    name: draft.name.trim(),
    limit: draft.limit.trim(),
    unit: draft.unit,
    timezone: draft.timezone.trim(),
    thresholds: [
      ...list(draft.actual).map((text) => ({ kind: "actual", percent: Number(text) })),
      ...list(draft.forecast).map((text) => ({ kind: "forecast", percent: Number(text) })),
    ],
    channels: draft.channels,
    ...(keep.period ? {} : { period: draft.period }),
    ...(keep.scope ? {} : { scope: draft.dimension === "" ? {} : { [draft.dimension]: list(draft.values) } }),
  };
}
