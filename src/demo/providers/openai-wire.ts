import type { Exchange } from "./exchange.js";
import type { FinishReason, LimitWindow } from "./script.js";

const DEFAULT_LIMITS = {
  requests: { limit: 10_000, remaining: 9_999, resetMs: 6 },
  tokens: { limit: 2_000_000, remaining: 1_987_000, resetMs: 390 },
} satisfies Record<string, LimitWindow>;

/**
 * A duration in OpenAI's words: `6ms`, `1.2s`, `6m0s`, `1h2m3s`.
 * Source: https://platform.openai.com/docs/guides/rate-limits (headers), read 2026-11-22.
 */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const seconds = (ms % 60_000) / 1000;
  const minutes = Math.floor(ms / 60_000) % 60;
  const hours = Math.floor(ms / 3_600_000);
  const tail = `${Number(seconds.toFixed(3))}s`;
  if (hours > 0) return `${hours}h${minutes}m${tail}`;
  return minutes > 0 ? `${minutes}m${tail}` : tail;
}

/**
 * Headers of an OpenAI answer: request id, processing time, limits.
 * Source: https://platform.openai.com/docs/api-reference/debugging-requests, read 2026-11-22.
 */
export function openaiHeaders(exchange: Exchange): Record<string, string> {
  const limits = exchange.reply.limits ?? DEFAULT_LIMITS;
  const requestId = exchange.reply.requestId ?? exchange.id("req_", 32);
  exchange.entry.requestId = requestId;
  exchange.entry.limits = limits;
  const headers: Record<string, string> = {
    "x-request-id": requestId,
    "openai-version": "2020-10-01",
    "openai-organization": "stand-in",
    "openai-processing-ms": String(exchange.reply.latencyMs ?? 0),
  };
  for (const kind of ["requests", "tokens"] as const) {
    const window = limits[kind];
    if (!window) continue;
    headers[`x-ratelimit-limit-${kind}`] = String(window.limit);
    headers[`x-ratelimit-remaining-${kind}`] = String(window.remaining);
    headers[`x-ratelimit-reset-${kind}`] = goDuration(window.resetMs);
  }
  return headers;
}

interface ErrorShape {
  type: string;
  code: string | null;
}

const ERRORS: Readonly<Record<number, ErrorShape>> = {
  400: { type: "invalid_request_error", code: null },
  401: { type: "invalid_request_error", code: "invalid_api_key" },
  403: { type: "invalid_request_error", code: "unsupported_country_region_territory" },
  404: { type: "invalid_request_error", code: "model_not_found" },
  429: { type: "tokens", code: "rate_limit_exceeded" },
  503: { type: "service_unavailable_error", code: null },
};

/**
 * An OpenAI error body, `{ error: { message, type, param, code } }`. `errorType` of the reply becomes the code
 * (`insufficient_quota` also the type).
 * Source: https://platform.openai.com/docs/guides/error-codes, read 2026-11-22.
 */
export function openaiError(exchange: Exchange, status: number): { error: Record<string, unknown> } {
  const known = ERRORS[status] ?? { type: "server_error", code: null };
  const code = exchange.reply.errorType ?? known.code;
  const type = code === "insufficient_quota" ? code : known.type;
  return { error: { message: `Stand-in refusal ${status} for ${exchange.model}`, type, param: null, code } };
}

/** OpenAI's `finish_reason` of a neutral one; a refusal finishes with `stop`. */
export function openaiFinish(reason: FinishReason | undefined): string {
  return reason === undefined || reason === "refusal" ? "stop" : reason;
}

/** One server-sent event without a name. */
export function dataFrame(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** One named server-sent event. */
export function eventFrame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
