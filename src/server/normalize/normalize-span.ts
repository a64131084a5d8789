import type { Call } from "../domain/call.js";
import type { Span } from "../domain/span.js";
import { buildCall } from "./build-call.js";
import { dialectOf } from "./dialects/registry.js";

/** What became of one span. `link` keeps ids only; `ignored` keeps nothing. */
export type Normalized =
  | { kind: "call"; call: Call }
  | { kind: "aggregate"; call: Call }
  | { kind: "link" }
  | { kind: "ignored" }
  | { kind: "rejected"; reason: RejectReason };

export type RejectReason = "invalid_trace_id" | "invalid_span_id" | "invalid_time";

/** Accepted span starts: from 2000-01-01 (inclusive) to 2100-01-01 (exclusive), in nanoseconds since the Unix epoch. */
const FIRST_START = 946_684_800_000_000_000n;
const LAST_START = 4_102_444_800_000_000_000n;
/** Longest accepted span: 30 days. */
const LONGEST = 2_592_000_000_000_000n;

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/** Why a start cannot be kept, or null when it can. Never throws. */
export function rejectStart(start: bigint): RejectReason | null {
  return start < FIRST_START || start >= LAST_START ? "invalid_time" : null;
}

/** Why a span cannot be kept, or null when it can. Never throws. */
export function rejectReason(span: Span): RejectReason | null {
  if (!TRACE_ID.test(span.traceId) || span.traceId === NO_TRACE) return "invalid_trace_id";
  if (!SPAN_ID.test(span.spanId) || span.spanId === NO_SPAN) return "invalid_span_id";
  const start = span.startTimeUnixNano;
  if (rejectStart(start) !== null) return "invalid_time";
  return span.endTimeUnixNano - start > LONGEST ? "invalid_time" : null;
}

/** A clock set back during a call must not lose it: the call is billed, of its length only that it is not known. */
function withoutNegativeLength(span: Span): Span {
  return span.endTimeUnixNano < span.startTimeUnixNano
    ? { ...span, endTimeUnixNano: span.startTimeUnixNano }
    : span;
}

/** What a span means to the ledger. Pure: the same span always gives the same answer. Never throws. */
export function normalizeSpan(delivered: Span): Normalized {
  const span = withoutNegativeLength(delivered);
  const reason = rejectReason(span);
  if (reason !== null) return { kind: "rejected", reason };
  const dialect = dialectOf(span);
  const reading = dialect?.read(span);
  if (dialect !== undefined && reading !== undefined) {
    const { role } = reading;
    if (role === "call" || role === "aggregate")
      return { kind: role, call: buildCall(span, reading, dialect.name) };
    if (role === "ignored") return { kind: "ignored" };
  }
  return span.parentSpanId === "" || span.parentSpanId === span.spanId
    ? { kind: "ignored" }
    : { kind: "link" };
}
