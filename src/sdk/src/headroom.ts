import type { RateLimit, RateLimitKind } from "./call.js";
import type { Observer } from "./options.js";

/** What is left of one limit, as the provider last said it to this client. */
export interface Headroom {
  kind: RateLimitKind;
  limit: number | null;
  remaining: number | null;
  /** RFC 3339 UTC; null when the provider does not tell. */
  resetAt: string | null;
  /** Milliseconds from now until the reset, at least 0; null when unknown. */
  resetInMs: number | null;
  /** Milliseconds since the provider said so. */
  ageMs: number;
}

interface Seen {
  reading: Limits;
  seenMs: number;
}

/** Limits of one response: which kinds it reports, and what it says of them. */
interface Limits {
  readonly kinds: number;
  readonly limits: readonly RateLimit[];
}

/** By the kinds that a response reports: what it said counts until the next one that reports the same. */
const known = new WeakMap<Observer, Map<number, Seen>>();

/** Keeps the limits that a response reported at `seenMs` (epoch milliseconds), without looking into them. */
export function rememberLimits(observer: Observer, reading: Limits, seenMs: number): void {
  const byKinds = known.get(observer);
  const before = byKinds?.get(reading.kinds);
  if (before !== undefined) {
    before.reading = reading;
    before.seenMs = seenMs;
  } else if (byKinds !== undefined) byKinds.set(reading.kinds, { reading, seenMs });
  else known.set(observer, new Map([[reading.kinds, { reading, seenMs }]]));
}

/** The last known limits of an observer at `nowMs`, one of each kind. */
export function headroomOf(observer: Observer, nowMs: number): Headroom[] {
  const latest = new Map<RateLimitKind, Headroom>();
  const readings = [...(known.get(observer)?.values() ?? [])].toSorted((a, b) => a.seenMs - b.seenMs);
  for (const { reading, seenMs } of readings) {
    for (const limit of reading.limits) {
      const resetInMs = limit.resetAt === null ? null : Math.max(0, Date.parse(limit.resetAt) - nowMs);
      latest.set(limit.kind, { ...limit, resetInMs, ageMs: Math.max(0, nowMs - seenMs) });
    }
  }
  return [...latest.values()];
}

/** The longest that a paced request waits. */
const MAX_WAIT_MS = 60_000;

/**
 * Milliseconds to wait until a request would not certainly be refused: a limit has nothing left and its reset lies ahead. 0 when it may
 * go, at most 60 000.
 */
export function certainWaitMs(observer: Observer, nowMs: number): number {
  let wait = 0;
  for (const { remaining, resetInMs } of headroomOf(observer, nowMs)) {
    if (remaining === 0 && resetInMs !== null) wait = Math.max(wait, resetInMs);
  }
  return Math.min(wait, MAX_WAIT_MS);
}
