import type { RateLimit, RateLimitKind } from "./call.js";
import { ATTR_RESPONSE_HEADER_PREFIX, RATE_LIMIT_KINDS } from "./semconv.js";
import type { AttributeSink } from "./span-data.js";
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

/** Longer header values are no limits; they are not kept. */
const MAX_VALUE = 64;

/**
 * The limits that one response reports, as the headers came: they are taken apart when somebody asks, and most are asked for once, when
 * the record of the call is written.
 */
export class LimitsReading {
  /** Bit per kind, in the order of `RATE_LIMIT_KINDS`: which of them the response reports. */
  kinds = 0;
  private readonly rows: LimitHeaders[] = [];
  /** Limit, remaining and reset of each row; null where the response has none. */
  private readonly values: (string | null)[] = [];
  private parsed: RateLimit[] | null = null;

  /** Resets are made absolute against `nowMs`, epoch milliseconds. */
  constructor(private readonly nowMs: number) {}

  /** Reads one window, if the response has it. */
  take(headers: HeadersLike, row: LimitHeaders): void {
    const limit = valueOf(headers, row.limit);
    const remaining = valueOf(headers, row.remaining);
    if (limit === null && remaining === null) return;
    this.kinds |= 1 << RATE_LIMIT_KINDS.indexOf(row.kind);
    this.rows.push(row);
    this.values.push(limit, remaining, row.reset === null ? null : valueOf(headers, row.reset));
  }

  get limits(): readonly RateLimit[] {
    this.parsed ??= this.rows.map(({ kind, resetFormat }, index) => {
      const reset = this.values[index * 3 + 2] ?? null;
      return {
        kind,
        limit: toCount(this.values[index * 3] ?? null),
        remaining: toCount(this.values[index * 3 + 1] ?? null),
        resetAt: reset === null ? null : resetAt(reset, resetFormat, this.nowMs),
      };
    });
    return this.parsed;
  }

  /** Puts the headers as they came, as the HTTP conventions name them. */
  putHeaders(sink: AttributeSink): void {
    for (const [index, row] of this.rows.entries()) {
      putHeader(sink, row.limit, this.values[index * 3]);
      putHeader(sink, row.remaining, this.values[index * 3 + 1]);
      if (row.reset !== null) putHeader(sink, row.reset, this.values[index * 3 + 2]);
    }
  }
}

function putHeader(sink: AttributeSink, name: string, value: string | null | undefined): void {
  if (value !== null && value !== undefined) sink.put(headerName(name), [value]);
}

const headerNames = new Map<string, string>();

/** Names that are put together once are found again faster by what writes them. There are as many as vendors' limit headers. */
function headerName(header: string): string {
  let full = headerNames.get(header);
  if (full === undefined) headerNames.set(header, (full = ATTR_RESPONSE_HEADER_PREFIX + header));
  return full;
}

/**
 * The limits that a response of `vendor` reports at `nowMs` (epoch milliseconds); null when it reports none. Vendors without names of
 * their own are read as OpenAI. Never throws on odd values.
 */
export function readRateLimits(headers: HeadersLike, vendor: string, nowMs: number): LimitsReading | null {
  const reading = new LimitsReading(nowMs);
  for (const row of ROWS_OF_VENDOR[vendor] ?? OPENAI) reading.take(headers, row);
  return reading.kinds === 0 ? null : reading;
}

function valueOf(headers: HeadersLike, name: string): string | null {
  const value = headers.get(name);
  return value === null || value === "" || value.length > MAX_VALUE ? null : value;
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
