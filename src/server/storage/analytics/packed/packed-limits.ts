import type { Call, RateLimit, RateLimitKind } from "../../../domain/call.js";
import { shortRfc3339FromNano, type SplitInstant, splitInstant } from "../nano-time.js";
import { exactNanosAfter, instant, whole } from "../row-values.js";
import type { Facts } from "./packed-facts.js";
import {
  isJoinable,
  joined,
  MAX_KNOWN_TEXTS,
  MAX_PACKED,
  ParsedTexts,
  quoted,
  quotedList,
  split,
} from "./packed-text.js";

/**
 * Rate limits as they are stored: kinds and limits, which few different calls have, as one text; how much was used of each and how many
 * nanoseconds after the call's start it is reset; or all of them as JSON.
 */
export interface PackedLimits {
  windows: string;
  used: readonly number[];
  reset: readonly number[];
  /** A member for `rest`, or nothing. */
  rest: string;
}

const NONE: PackedLimits = { windows: "", used: [], reset: [], rest: "" };
/** What is not known of a limit: the sum of these. */
const NO_REMAINING = 1;
const NO_RESET = 2;

/** The call's rate limits. @throws AppError `invalid_request` naming a field whose value cannot be stored. */
export function packLimits(call: Call): PackedLimits {
  const limits = call.rateLimits;
  if (limits.length === 0) return NONE;
  return (
    packed(limits, splitInstant(call.startTimeUnixNano)) ?? {
      ...NONE,
      rest: `"rate_limits":${asJson(limits)}`,
    }
  );
}

function packed(limits: readonly RateLimit[], start: SplitInstant): PackedLimits | null {
  if (limits.length > MAX_PACKED) return null;
  const used: number[] = [];
  const reset: number[] = [];
  let key = "";
  for (const { kind, limit, remaining, resetAt } of limits) {
    const usedNow = remaining === null ? 0 : (limit ?? 0) - remaining;
    const until = exactNanosAfter(resetAt, start);
    // An instant that is none is unknown; one that is too far away is kept as it is.
    if (until === null && instant(resetAt) !== null) return null;
    if (!Number.isSafeInteger(usedNow) || !isJoinable(kind)) return null;
    if (limit !== null && !Number.isSafeInteger(limit)) return null;
    used.push(usedNow);
    reset.push(until ?? 0);
    const missing = (remaining === null ? NO_REMAINING : 0) + (until === null ? NO_RESET : 0);
    key += `${kind}|${limit ?? ""}|${missing}|`;
  }
  return { windows: windowsText(key), used, reset, rest: "" };
}

const texts = new Map<string, string>();

/** The text for a key: kind, limit and what is missing of each limit in turn. */
function windowsText(key: string): string {
  const found = texts.get(key);
  if (found !== undefined) return found;
  const parts = split(key).slice(0, -1);
  const every = (place: number): string => quoted(joined(parts.filter((_, index) => index % 3 === place)));
  const text = `{"kind":${every(0)},"limit":${every(1)},"missing":${every(2)}}`;
  if (texts.size >= MAX_KNOWN_TEXTS) texts.clear();
  texts.set(key, text);
  return text;
}

function asJson(limits: readonly RateLimit[]): string {
  const numbers = (read: (limit: RateLimit) => number | null): string => JSON.stringify(limits.map(read));
  return (
    `{"kind":${quotedList(limits.map(({ kind }) => kind))},` +
    `"limit":${numbers(({ limit }) => whole(limit, "rateLimits.limit"))},` +
    `"remaining":${numbers(({ remaining }) => whole(remaining, "rateLimits.remaining"))},` +
    `"reset_at":${quotedList(limits.map(({ resetAt }) => instant(resetAt)?.toString() ?? null))}}`
  );
}

interface Windows {
  kinds: readonly string[];
  limits: readonly (number | null)[];
  missing: readonly number[];
}

const parsed = new ParsedTexts((text): Windows => {
  const members = JSON.parse(text) as { kind: string; limit: string; missing: string };
  return {
    kinds: split(members.kind),
    limits: split(members.limit).map((limit) => (limit === "" ? null : Number(limit))),
    missing: split(members.missing).map(Number),
  };
});

/** The reverse of `packLimits`; `rest` is the JSON of the column, or null. */
export function unpackLimits(
  windows: string,
  used: readonly unknown[],
  reset: readonly unknown[],
  rest: Facts | null,
  startNano: bigint,
): RateLimit[] {
  if (windows === "") return fromJson(rest?.["rate_limits"]);
  const { kinds, limits, missing } = parsed.of(windows);
  return kinds.map((kind, index) => {
    const limit = limits[index] ?? null;
    const unknown = missing[index] ?? 0;
    const left = BigInt(limit ?? 0) - BigInt(String(used[index]));
    return {
      kind: kind as RateLimitKind,
      limit,
      remaining: (unknown & NO_REMAINING) === 0 ? Number(left) : null,
      resetAt:
        (unknown & NO_RESET) === 0 ? shortRfc3339FromNano(startNano + BigInt(String(reset[index]))) : null,
    };
  });
}

interface LimitColumns {
  kind: string[];
  limit: unknown[];
  remaining: unknown[];
  reset_at: (string | null)[];
}

function fromJson(value: unknown): RateLimit[] {
  if (value === undefined) return [];
  const columns = value as LimitColumns;
  const numberAt = (list: readonly unknown[], index: number): number | null =>
    list[index] === null ? null : Number(list[index]);
  return columns.kind.map((kind, index) => {
    const reset = columns.reset_at[index] ?? null;
    return {
      kind: kind as RateLimitKind,
      limit: numberAt(columns.limit, index),
      remaining: numberAt(columns.remaining, index),
      resetAt: reset === null ? null : shortRfc3339FromNano(BigInt(reset)),
    };
  });
}
