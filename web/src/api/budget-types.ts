/** The API's JSON of budgets, alerts and channels. Amounts are decimal text in the budget's unit, times RFC 3339. */

export type BudgetUnit = "usd" | "tokens" | "calls";
export type ThresholdKind = "actual" | "forecast";

export interface Budget {
  id: string;
  name: string;
  limit: string;
  unit: BudgetUnit;
  period: string;
  timezone: string;
  scope: Record<string, unknown>;
  thresholds: { kind: ThresholdKind; percent: number }[];
  channels: string[];
}

export interface BudgetStatus {
  period: { start: string; end: string };
  spent: string;
  limit: string;
  unit: BudgetUnit;
  percent: number;
  unpricedCalls: number;
  /** Estimates; null while there is nothing to go by. */
  forecast: string | null;
  forecastLow: string | null;
  forecastHigh: string | null;
  breachDate: string | null;
  thresholds: { kind: ThresholdKind; percent: number; firedAt: string | null }[];
}

export interface AlertDelivery {
  id: string;
  channel: { id: string | null; name: string };
  status: string;
  attempts: number;
  lastError: string | null;
}

export interface Alert {
  id: string;
  type: string;
  budgetId: string | null;
  budget?: { name: string; limit: string; unit: BudgetUnit };
  book?: { version: string; ageDays: number };
  threshold?: { kind: ThresholdKind; percent: number };
  spent?: string;
  firedAt: string;
  acknowledgedAt: string | null;
  deliveries: AlertDelivery[];
}

export interface Channel {
  id: string;
  name: string;
  type: string;
  config: Record<string, unknown>;
}
