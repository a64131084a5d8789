/** What a budget counts: money in US dollars, tokens of every class, or billable calls. */
export const BUDGET_UNITS = ["usd", "tokens", "calls"] as const;
export type BudgetUnit = (typeof BUDGET_UNITS)[number];

export const BUDGET_PERIODS = ["hour", "day", "week", "month", "quarter", "custom"] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** What calls without a full price mean for a budget in money: nothing, or that every actual threshold is reached. */
export const UNPRICED_TREATMENTS = ["ignore", "breach"] as const;
export type UnpricedTreatment = (typeof UNPRICED_TREATMENTS)[number];

/** A period of the operator's own: windows of `days` calendar days, the first starting on `start` (YYYY-MM-DD). */
export interface CustomPeriod {
  start: string;
  days: number;
}

/** Dimensions of a call that a budget may be narrowed to. */
export const BUDGET_DIMENSIONS = [
  "environment",
  "team",
  "feature",
  "user",
  "customer",
  "service",
  "provider",
  "model",
] as const;
export type BudgetDimension = (typeof BUDGET_DIMENSIONS)[number];

/**
 * Which calls of the project count. Each given dimension must equal one of its values (or), and all of them must hold
 * (and); `model` is the priced model, else the responding, else the requested one. The empty text means "not given". An
 * empty scope is the whole project.
 */
export type BudgetScope = { readonly [dimension in BudgetDimension]?: readonly string[] | undefined } & {
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
};

export const THRESHOLD_KINDS = ["actual", "forecast"] as const;
export type ThresholdKind = (typeof THRESHOLD_KINDS)[number];

/** Fires when actual or forecast spend reaches `percent` (1 to 1000) of the limit. */
export interface BudgetThreshold {
  kind: ThresholdKind;
  percent: number;
}

/** A half-open span of time: `start` is inside, `end` is not. Both in milliseconds since the Unix epoch. */
export interface BudgetWindow {
  startMs: number;
  endMs: number;
}

/** A budget as the rest of the server sees it. `limit` is a decimal string in `unit`. */
export interface BudgetDefinition {
  id: string;
  project: string;
  name: string;
  limit: string;
  unit: BudgetUnit;
  period: BudgetPeriod;
  customPeriod: CustomPeriod | null;
  timezone: string;
  scope: BudgetScope;
  thresholds: readonly BudgetThreshold[];
  unpriced: UnpricedTreatment;
  channelIds: readonly string[];
}

/** Name of a threshold within its budget, stable and readable: `actual:80`. */
export function thresholdKey(threshold: BudgetThreshold): string {
  return `${threshold.kind}:${threshold.percent}`;
}
