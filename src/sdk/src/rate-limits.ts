import type { RateLimit, RateLimitKind } from "./call.js";
import type { HeadersLike } from "./http-types.js";

type ResetFormat = "duration" | "rfc3339" | "seconds";

/** Where one vendor puts one window. Header names are lower case. */
interface LimitHeaders {
  kind: RateLimitKind;
  limit: string;
  remaining: string;
  reset: string | null;
  resetFormat: ResetFormat;
}

function openaiRow(kind: "requests" | "tokens"): LimitHeaders {
  return {
    kind,
    limit: `x-ratelimit-limit-${kind}`,
    remaining: `x-ratelimit-remaining-${kind}`,
    reset: `x-ratelimit-reset-${kind}`,
    resetFormat: "duration",
  };
}

function anthropicRow(kind: RateLimitKind): LimitHeaders {
  const prefix = `anthropic-ratelimit-${kind.replace("_", "-")}`;
  return {
    kind,
    limit: `${prefix}-limit`,
    remaining: `${prefix}-remaining`,
    reset: `${prefix}-reset`,
    resetFormat: "rfc3339",
  };
}

/** The header families. Sources: platform.openai.com/docs/guides/rate-limits, docs.anthropic.com/en/api/rate-limits, docs.mistral.ai, read 2026-11-22. */
const OPENAI: readonly LimitHeaders[] = [openaiRow("requests"), openaiRow("tokens")];
const ANTHROPIC: readonly LimitHeaders[] = [
  anthropicRow("requests"),
  anthropicRow("tokens"),
  anthropicRow("input_tokens"),
  anthropicRow("output_tokens"),
];
const MISTRAL: readonly LimitHeaders[] = [
  {
    kind: "requests",
    limit: "x-ratelimit-limit-req-minute",
    remaining: "x-ratelimit-remaining-req-minute",
    reset: null,
    resetFormat: "seconds",
  },
  {
    kind: "tokens",
    limit: "x-ratelimit-limit-tokens-minute",
    remaining: "x-ratelimit-remaining-tokens-minute",
    reset: null,
    resetFormat: "seconds",
  },
];

/** Reading a header is not free: a vendor whose names are known is asked for those alone. */
const ROWS_OF_VENDOR: Readonly<Record<string, readonly LimitHeaders[]>> = {
  anthropic: ANTHROPIC,
  mistral_ai: [...MISTRAL, ...OPENAI],
  "aws.bedrock": [],
  ollama: [],
};

export interface LimitsReading {
  limits: RateLimit[];
  /** The headers as they came, by lower-case name. */
  headers: Record<string, string>;
}

/**
 * The limits a response of `vendor` reports, resets made absolute against `nowMs` (epoch milliseconds). Vendors without names of their
 * own are read as OpenAI. Never throws on odd values.
 */
export function readRateLimits(headers: HeadersLike, vendor: string, nowMs: number): LimitsReading {
  const reading: LimitsReading = { limits: [], headers: {} };
  for (const row of ROWS_OF_VENDOR[vendor] ?? OPENAI) {
    const limit = take(headers, row.limit, reading);
    const remaining = take(headers, row.remaining, reading);
    if (limit === null && remaining === null) continue;
    const reset = row.reset === null ? null : take(headers, row.reset, reading);
    reading.limits.push({
      kind: row.kind,
      limit: toCount(limit),
      remaining: toCount(remaining),
      resetAt: reset === null ? null : resetAt(reset, row.resetFormat, nowMs),
    });
  }
  return reading;
}

function take(headers: HeadersLike, name: string, reading: LimitsReading): string | null {
  const value = headers.get(name);
  // Longer values are no limits; they are not copied.
  if (value === null || value === "" || value.length > 64) return null;
  reading.headers[name] = value;
  return value;
}

function toCount(value: string | null): number | null {
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function resetAt(value: string, format: ResetFormat, nowMs: number): string | null {
  if (format === "rfc3339") return toRfc3339(Date.parse(value));
  const ms = format === "seconds" ? Number(value) * 1000 : durationMs(value);
  return ms === null ? null : toRfc3339(nowMs + ms);
}

let minute = Number.NaN;
let minuteText = "";

/** RFC 3339 UTC with milliseconds (rounded down), or null for a moment that is none. */
export function toRfc3339(epochMs: number): string | null {
  if (!Number.isFinite(epochMs) || Math.abs(epochMs) >= 8.64e15) return null;
  const whole = Math.floor(epochMs / 60_000);
  if (whole !== minute) {
    minute = whole;
    // Most resets lie in the minute of the one before: only the seconds are new.
    minuteText = new Date(whole * 60_000).toISOString().slice(0, -7);
  }
  const ms = Math.floor(epochMs) - whole * 60_000;
  const seconds = Math.floor(ms / 1000);
  return `${minuteText}${two(seconds)}.${two(Math.floor((ms % 1000) / 10))}${ms % 10}Z`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Milliseconds of a Go-like duration (`12ms`, `1s`, `6m0s`, `1h2m3.5s`); a bare number is seconds; null when it is neither. Read by hand:
 * two come with nearly every answer.
 */
export function durationMs(value: string): number | null {
  let total = 0;
  let at = 0;
  do {
    const start = at;
    while (isNumeric(value.charCodeAt(at))) at += 1;
    const amount = toAmount(value, start, at);
    const unitStart = at;
    while (isLetter(value.charCodeAt(at))) at += 1;
    const bare = start === 0 && at === unitStart;
    const unit = UNIT_MS[bare ? "s" : value.slice(unitStart, at)];
    if (unit === undefined || (bare && at < value.length)) return null;
    total += amount * unit;
  } while (at < value.length);
  return Number.isNaN(total) ? null : total;
}

/** Of the character codes of digits and the point; NaN, the code beyond a text's end, is none. */
function isNumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46;
}

function isLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

/** `12` or `1.5` between two indices; NaN for anything else, `.5` and `1.` included. */
function toAmount(text: string, from: number, to: number): number {
  const point = 46;
  if (from === to || text.charCodeAt(from) === point || text.charCodeAt(to - 1) === point) return Number.NaN;
  return Number(text.slice(from, to));
}

/** Milliseconds that `retry-after-ms` or `retry-after` (seconds or HTTP date) ask to wait, at least 0; null when neither does. */
export function retryAfterMs(headers: HeadersLike, nowMs: number): number | null {
  const exact = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(exact)) return Math.max(0, exact);
  const value = headers.get("retry-after");
  if (value === null || value === "") return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isFinite(date) ? Math.max(0, date - nowMs) : null;
}
