import type { Attempt, Call } from "../../../domain/call.js";
import { shortRfc3339FromNano, type SplitInstant, splitInstant } from "../nano-time.js";
import { count, exactNanosAfter, finite, httpStatus, instant } from "../row-values.js";
import type { Facts } from "./packed-facts.js";
import { isJoinable, joined, MAX_PACKED, quoted, quotedList, split } from "./packed-text.js";

/**
 * Attempts as they are stored: how many nanoseconds each began after the call and how much shorter it was, with what has few values among
 * the facts; or, when a value does not fit there, all of them as JSON.
 */
export interface PackedAttempts {
  begun: readonly number[];
  less: readonly number[];
  /** Members for the facts; null when status and error of the one attempt are those of the call. */
  facts: string | null;
  /** A member for `rest`, or nothing. */
  rest: string;
}

const NONE: PackedAttempts = { begun: [], less: [], facts: null, rest: "" };
/** Below this a number of milliseconds times a million is rounded to the right whole number. */
const MAX_NANOS = 1e15;
const MAX_RETRY_MS = 600_000;

/** The call's attempts. @throws AppError `invalid_request` naming a field whose value cannot be stored. */
export function packAttempts(call: Call): PackedAttempts {
  const { attempts } = call;
  if (attempts.length === 0) return NONE;
  return (
    packed(call, splitInstant(call.startTimeUnixNano)) ?? { ...NONE, rest: `"attempts":${asJson(attempts)}` }
  );
}

function packed(call: Call, callStart: SplitInstant): PackedAttempts | null {
  const { attempts } = call;
  const nanos = nanosOf(call.durationMs);
  if (nanos === null || attempts.length > MAX_PACKED) return null;
  const begun: number[] = [];
  const less: number[] = [];
  for (let index = 0; index < attempts.length; index += 1) {
    const attempt = attempts[index] as Attempt;
    const after = exactNanosAfter(attempt.startTime, callStart);
    const own = attempt.durationMs === null ? null : nanosOf(attempt.durationMs);
    if (after === null || own === null || !isPlain(attempt, index)) return null;
    begun.push(after);
    less.push(nanos - own);
  }
  return { begun, less, facts: isLikeCall(call) ? null : factsOf(attempts), rest: "" };
}

/** Whole nanoseconds of milliseconds; null when they are no whole number of them, or too many. */
function nanosOf(ms: number): number | null {
  const nanos = Math.round(ms * 1e6);
  return Math.abs(nanos) < MAX_NANOS && nanos / 1e6 === ms ? nanos : null;
}

function isPlain({ index, errorType, retryAfterMs }: Attempt, place: number): boolean {
  return (
    index === place &&
    (errorType === null || (errorType !== "" && isJoinable(errorType))) &&
    (retryAfterMs === null || (retryAfterMs >= 0 && retryAfterMs <= MAX_RETRY_MS && retryAfterMs % 100 === 0))
  );
}

function isLikeCall({ attempts, httpStatus: status, errorType }: Call): boolean {
  const [first] = attempts;
  return (
    attempts.length === 1 &&
    first?.retryAfterMs === null &&
    first.errorType === errorType &&
    httpStatus(first.httpStatus) === httpStatus(status)
  );
}

function factsOf(attempts: readonly Attempt[]): string {
  const member = (name: string, read: (attempt: Attempt) => string | number | null): string =>
    `"tries_${name}":${quoted(joined(attempts.map((attempt) => String(read(attempt) ?? ""))))}`;
  return [
    member("status", (attempt) => httpStatus(attempt.httpStatus)),
    member("error", (attempt) => attempt.errorType),
    member("retry", (attempt) => attempt.retryAfterMs),
  ].join(",");
}

function asJson(attempts: readonly Attempt[]): string {
  const numbers = (read: (attempt: Attempt) => number | null): string => JSON.stringify(attempts.map(read));
  // As text: the engine's JSON parser refuses whole numbers beyond 64 bits.
  const doubles = (read: (attempt: Attempt) => number | null): string =>
    quotedList(attempts.map((attempt) => read(attempt)?.toString() ?? null));
  const starts = attempts.map((attempt) => instant(attempt.startTime)?.toString() ?? null);
  return (
    `{"index":${numbers(({ index }) => count(index, "attempts.index"))},"start_time":${quotedList(starts)},` +
    `"duration_ms":${doubles(({ durationMs }) => finite(durationMs, "attempts.durationMs"))},` +
    `"http_status":${numbers((attempt) => httpStatus(attempt.httpStatus))},` +
    `"error_type":${quotedList(attempts.map(({ errorType }) => errorType))},` +
    `"retry_after_ms":${doubles(({ retryAfterMs }) => finite(retryAfterMs, "attempts.retryAfterMs"))}}`
  );
}

/** A call's own values, of which its packed attempts are made. */
export interface AttemptContext {
  startNano: bigint;
  durationMs: number;
  httpStatus: number | null;
  errorType: string | null;
}

/** The reverse of `packAttempts`; `rest` is the JSON of the column, or null. */
export function unpackAttempts(
  begun: readonly unknown[],
  less: readonly unknown[],
  facts: Facts,
  rest: Facts | null,
  call: AttemptContext,
): Attempt[] {
  if (begun.length === 0) return fromJson(rest?.["attempts"]);
  const nanos = Math.round(call.durationMs * 1e6);
  const lists = ["status", "error", "retry"].map((name) => {
    const text = facts[`tries_${name}`];
    return typeof text === "string" ? split(text) : null;
  });
  const [statuses, errors, retries] = lists;
  return begun.map((after, index) => ({
    index,
    startTime: shortRfc3339FromNano(call.startNano + BigInt(String(after))),
    durationMs: (nanos - Number(less[index])) / 1e6,
    httpStatus: statuses ? numberOrNull(statuses[index]) : call.httpStatus,
    errorType: errors ? errors[index] || null : call.errorType,
    retryAfterMs: retries ? numberOrNull(retries[index]) : null,
  }));
}

function numberOrNull(text: string | null | undefined): number | null {
  return text === undefined || text === null || text === "" ? null : Number(text);
}

interface AttemptColumns {
  index: unknown[];
  start_time: (string | null)[];
  duration_ms: (string | null)[];
  http_status: (number | null)[];
  error_type: (string | null)[];
  retry_after_ms: (string | null)[];
}

function fromJson(value: unknown): Attempt[] {
  if (value === undefined) return [];
  const columns = value as AttemptColumns;
  return columns.index.map((index, place) => {
    const start = columns.start_time[place] ?? null;
    return {
      index: Number(index),
      startTime: start === null ? null : shortRfc3339FromNano(BigInt(start)),
      durationMs: numberOrNull(columns.duration_ms[place]),
      httpStatus: columns.http_status[place] ?? null,
      errorType: columns.error_type[place] ?? null,
      retryAfterMs: numberOrNull(columns.retry_after_ms[place]),
    };
  });
}
