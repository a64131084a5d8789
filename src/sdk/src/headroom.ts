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
  limit: RateLimit;
  seenMs: number;
}

const known = new WeakMap<Observer, Map<RateLimitKind, Seen>>();

/** Keeps the limits that a response reported at `nowMs` (epoch milliseconds). */
export function rememberLimits(observer: Observer, limits: readonly RateLimit[], nowMs: number): void {
  let byKind = known.get(observer);
  if (byKind === undefined) known.set(observer, (byKind = new Map()));
  for (const limit of limits) byKind.set(limit.kind, { limit, seenMs: nowMs });
}

/** The last known limits of an observer at `nowMs`, in the order of the provider's first report. */
export function headroomOf(observer: Observer, nowMs: number): Headroom[] {
  return [...(known.get(observer)?.values() ?? [])].map(({ seenMs, limit }) => ({
    ...limit,
    resetInMs: limit.resetAt === null ? null : Math.max(0, Date.parse(limit.resetAt) - nowMs),
    ageMs: Math.max(0, nowMs - seenMs),
  }));
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
