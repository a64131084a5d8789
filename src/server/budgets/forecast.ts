import type { BudgetPeriod, BudgetWindow } from "../domain/budget.js";
import { divideHalfEven, type Money, sumMoney } from "../domain/money.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Length and number of the buckets of recent spend that the pace of a period is read from. */
export interface PaceRule {
  bucketMs: number;
  buckets: number;
}

/** Two weeks of days even out weekends; shorter periods look at correspondingly shorter pasts. */
export function paceRule(period: BudgetPeriod): PaceRule {
  if (period === "hour") return { bucketMs: 5 * MINUTE_MS, buckets: 12 };
  if (period === "day") return { bucketMs: HOUR_MS, buckets: 24 };
  return { bucketMs: DAY_MS, buckets: 14 };
}

export interface ForecastInput {
  window: BudgetWindow;
  nowMs: number;
  limit: Money;
  /** Spend of the window up to now. */
  spent: Money;
  /** Spend of the last complete buckets before now, oldest first. Leading zeros (before the first call ever) are ignored. */
  recent: readonly Money[];
  bucketMs: number;
}

export interface Forecast {
  /** Expected spend at the end of the window. */
  expected: Money;
  /** Band that holds 80 % when buckets vary as they did; never below what is spent. */
  low: Money;
  high: Money;
  /** When the limit is expected to be reached, within the window; null when it is not. Already reached: now. */
  breachMs: number | null;
}

/** 80 % of a normal distribution lie within 1.2816 standard deviations. */
const BAND_FACTOR = 12_816n;
const BAND_SCALE = 10_000n;

/**
 * Spend at the end of the window at the recent pace, or null while there is no pace to go by: no complete bucket has
 * spend, and less than one bucket of the window has passed. Integers only. Never throws for `bucketMs` > 0.
 */
export function forecastSpend(input: ForecastInput): Forecast | null {
  const { window, nowMs, limit, spent, bucketMs } = input;
  const pace = paceOf(input);
  if (pace === null) return null;
  const remainingMs = BigInt(Math.max(0, window.endMs - nowMs));
  const bucket = BigInt(bucketMs);
  const coming = divideHalfEven(pace.sum * remainingMs, pace.elapsedMs);
  const deviation = squareRoot((pace.variance * remainingMs) / bucket);
  const spread = (deviation * BAND_FACTOR) / BAND_SCALE;
  const expected = spent + coming;
  return {
    expected,
    low: coming > spread ? expected - spread : spent,
    high: expected + spread,
    breachMs: breachOf(limit - spent, pace, nowMs, window.endMs),
  };
}

interface Pace {
  /** Spend of `elapsedMs`. */
  sum: Money;
  elapsedMs: bigint;
  /** Of one bucket, in squared units. */
  variance: bigint;
}

function paceOf({ window, nowMs, spent, recent, bucketMs }: ForecastInput): Pace | null {
  const first = recent.findIndex((amount) => amount > 0n);
  const known = first === -1 ? [] : recent.slice(first);
  if (known.length > 0) {
    const sum = sumMoney(known);
    return { sum, elapsedMs: BigInt(known.length * bucketMs), variance: varianceOf(known, sum) };
  }
  const elapsed = nowMs - window.startMs;
  if (elapsed < bucketMs) return null;
  // Nothing is known of the spread: a bucket's own size stands for it, as with a single bucket.
  const mean = (spent * BigInt(bucketMs)) / BigInt(elapsed);
  return { sum: spent, elapsedMs: BigInt(elapsed), variance: mean * mean };
}

/** Sample variance; with a single bucket nothing is known of the spread, so the bucket's own size stands for it. */
function varianceOf(amounts: readonly Money[], sum: Money): bigint {
  const count = BigInt(amounts.length);
  if (count === 1n) return sum * sum;
  let squares = 0n;
  for (const amount of amounts) squares += (amount * count - sum) ** 2n;
  return squares / (count * count * (count - 1n));
}

function breachOf(left: Money, pace: Pace, nowMs: number, endMs: number): number | null {
  if (left <= 0n) return nowMs;
  if (pace.sum <= 0n) return null;
  const at = nowMs + Number((left * pace.elapsedMs + pace.sum - 1n) / pace.sum);
  return at < endMs ? at : null;
}

/** The largest integer whose square is at most `value`; 0 for negative values. */
function squareRoot(value: bigint): bigint {
  if (value < 1n) return 0n;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
