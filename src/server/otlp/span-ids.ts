import type { Span } from "../domain/span.js";

/** Ids as the OTLP specification wants them: 16 and 8 bytes, not all zero; here always lower-case hex. */
const ZERO_TRACE_ID = "0".repeat(32);
const ZERO_SPAN_ID = "0".repeat(16);
const HEX = /^[0-9a-fA-F]*$/;

export const REJECT_TRACE_ID = "invalid trace id: 16 bytes, not all zero, are required";
export const REJECT_SPAN_ID = "invalid span id: 8 bytes, not all zero, are required";
export const REJECT_TIME = "invalid time: neither a start nor an end time is set";

export function isTraceId(hex: string): boolean {
  return hex.length === 32 && hex !== ZERO_TRACE_ID;
}

export function isSpanId(hex: string): boolean {
  return hex.length === 16 && hex !== ZERO_SPAN_ID;
}

/** Lower-case hex of an id given as hex text in any case; "" for anything else. */
export function hexId(value: unknown): string {
  return typeof value === "string" && HEX.test(value) ? value.toLowerCase() : "";
}

/** A parent id as hex, or "" (a root span) for anything that is no span id. */
export function parentId(hex: string): string {
  return isSpanId(hex) ? hex : "";
}

/** Why a span cannot be kept, or null when it can. */
export function spanRefusal(
  span: Pick<Span, "traceId" | "spanId" | "startTimeUnixNano" | "endTimeUnixNano">,
): string | null {
  if (!isTraceId(span.traceId)) return REJECT_TRACE_ID;
  if (!isSpanId(span.spanId)) return REJECT_SPAN_ID;
  if (span.startTimeUnixNano === 0n && span.endTimeUnixNano === 0n) return REJECT_TIME;
  return null;
}
