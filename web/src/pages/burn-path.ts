import type { Budget, BudgetStatus } from "../api/budget-types.js";

/** One bucket of `GET spend`. */
export interface SpendBucket {
  start: string;
  calls: number;
  cost: string | null;
  usage: Readonly<Record<string, number | null>>;
}

type Point = readonly [ms: number, value: number];

/** The course of a budget's period in its unit, for drawing: sums are rounded as numbers, the API has every digit. */
export interface BurnDown {
  startMs: number;
  endMs: number;
  limit: number;
  /** Highest value to be drawn. */
  top: number;
  /** What was spent by each moment up to now. */
  spent: readonly Point[];
  /** Expected at the end; null while there is nothing to go by. */
  forecast: number | null;
  /** High and low end of the forecast, as the far side of a triangle. */
  band: readonly Point[] | null;
  breachMs: number | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The question for what the period has spent so far, in some 30 to 60 steps, narrowed as the budget is. */
export function spendPath(budget: Budget, status: BudgetStatus): string {
  const { start, end } = status.period;
  const width = Date.parse(end) - Date.parse(start);
  const interval = width > 3 * DAY_MS ? "day" : width > 3 * HOUR_MS ? "hour" : "minute";
  const query = new URLSearchParams({ from: start, to: end, interval, tz: budget.timezone });
  for (const [name, values] of Object.entries(budget.scope)) {
    if (name === "tags") {
      for (const [tag, tagValues] of Object.entries((values ?? {}) as Record<string, unknown>))
        for (const value of [tagValues].flat()) query.append(`tag:${tag}`, String(value));
    } else for (const value of [values].flat()) query.append(name, String(value));
  }
  return `spend?${query.toString()}`;
}

function amountOf(budget: Budget, bucket: SpendBucket): number {
  if (budget.unit === "calls") return bucket.calls;
  if (budget.unit === "usd") return Number(bucket.cost ?? 0);
  return (bucket.usage["inputTotal"] ?? 0) + (bucket.usage["outputTotal"] ?? 0);
}

/** The drawing's points. The last one is what the status says is spent, so that line and number agree. Never throws. */
export function burnDown(
  budget: Budget,
  status: BudgetStatus,
  buckets: readonly SpendBucket[],
  nowMs: number,
): BurnDown {
  const [startMs, endMs] = [Date.parse(status.period.start), Date.parse(status.period.end)];
  const untilMs = Math.min(nowMs, endMs);
  const [limit, total] = [Number(status.limit), Number(status.spent)];
  const spent: Point[] = [[startMs, 0]];
  let sum = 0;
  for (const bucket of buckets) {
    const at = Date.parse(bucket.start);
    if (at > startMs && at < untilMs) spent.push([at, Math.min(sum, total)]);
    sum += amountOf(budget, bucket);
  }
  spent.push([untilMs, total]);
  const [low, high] = [status.forecastLow, status.forecastHigh];
  const forecast = status.forecast === null ? null : Number(status.forecast);
  const band: Point[] | null =
    low === null || high === null
      ? null
      : [
          [endMs, Number(high)],
          [endMs, Number(low)],
        ];
  return {
    startMs,
    endMs,
    limit,
    top: Math.max(limit, total, forecast ?? 0, high === null ? 0 : Number(high), 1e-12) * 1.12,
    spent,
    forecast,
    band,
    breachMs: status.breachDate === null ? null : Date.parse(status.breachDate),
  };
}
