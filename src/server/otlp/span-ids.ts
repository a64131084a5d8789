import type { Span } from "../domain/span.js";
import type { Refusal } from "./decoded.js";

/** Ids as the OTLP specification wants them: 16 and 8 bytes, not all zero; here always lower-case hex. */
const ZERO_TRACE_ID = "0".repeat(32);
const ZERO_SPAN_ID = "0".repeat(16);
const HEX = /^[0-9a-fA-F]*$/;

const INVALID_TRACE_ID: Refusal = {
  code: "invalid_trace_id",
  message: "invalid trace id: 16 bytes, not all zero, are required",
};
const INVALID_SPAN_ID: Refusal = {
  code: "invalid_span_id",
  message: "invalid span id: 8 bytes, not all zero, are required",
};
const INVALID_TIME: Refusal = {
  code: "invalid_time",
  message: "invalid time: neither a start nor an end time is set",
};

function isTraceId(hex: string): boolean {
  return hex.length === 32 && hex !== ZERO_TRACE_ID;
}

function isSpanId(hex: string): boolean {
  return hex.length === 16 && hex !== ZERO_SPAN_ID;
}

/** Lower-case hex of an id given as hex text in any case; "" for anything else. */
export function hexId(value: unknown): string {
  return typeof value === "string" && HEX.test(value) ? value.toLowerCase() : "";
}

/** The id, or "" when it is none: parents of root spans, log records outside of a span. */
export function spanIdOrNone(hex: string): string {
  return isSpanId(hex) ? hex : "";
}

/** The id, or "" when it is none. */
export function traceIdOrNone(hex: string): string {
  return isTraceId(hex) ? hex : "";
}

/** Why a span cannot be kept, or null when it can. */
export function spanRefusal(
  span: Pick<Span, "traceId" | "spanId" | "startTimeUnixNano" | "endTimeUnixNano">,
): Refusal | null {
  if (!isTraceId(span.traceId)) return INVALID_TRACE_ID;
  if (!isSpanId(span.spanId)) return INVALID_SPAN_ID;
  if (span.startTimeUnixNano === 0n && span.endTimeUnixNano === 0n) return INVALID_TIME;
  return null;
}
