/** The API's JSON of budgets, alerts and channels. Amounts are decimal text in the budget's unit. */

export type BudgetUnit = "usd" | "tokens" | "calls";

export interface BudgetThreshold {
  kind: "actual" | "forecast";
  percent: number;
}

export interface Budget {
  id: string;
  name: string;
  limit: string;
  unit: BudgetUnit;
  period: string;
  timezone: string;
  scope: Record<string, unknown>;
  thresholds: BudgetThreshold[];
  channels: string[];
}

export interface BudgetStatus {
  spent: string;
  limit: string;
  percent?: number | null;
  forecast: BudgetForecast | string | null;
  breachDate?: string | null;
  periodStart?: string;
  periodEnd?: string;
  unpricedCalls?: number;
}

export interface BudgetForecast {
  amount: string;
  low?: string | null;
  high?: string | null;
}

export interface Alert {
  id: string;
  type: string;
  budgetId: string | null;
  payload?: Record<string, unknown>;
  firedAt: string;
  acknowledgedAt: string | null;
  deliveries?: { channelId: string; state: string }[];
}

export interface Channel {
  id: string;
  name: string;
  type: string;
}
