import { TOKEN_CLASSES } from "../domain/usage.js";

type Json = Readonly<Record<string, unknown>>;

export interface CsvColumn {
  readonly name: string;
  value(call: Json): string;
}

const field = (name: string, ...path: readonly string[]): CsvColumn => ({
  name,
  value: (call) => cell(walk(call, path)),
});

/** The flat columns of a call, in order. Unknown is an empty cell, never 0. */
export const CALL_COLUMNS: readonly CsvColumn[] = [
  field("id", "id"),
  field("start_time", "startTime"),
  field("duration_ms", "durationMs"),
  field("time_to_first_chunk_ms", "timeToFirstChunkMs"),
  field("operation", "operation"),
  field("provider", "provider"),
  field("request_model", "requestModel"),
  field("response_model", "responseModel"),
  field("priced_model", "pricedModel"),
  field("service_tier", "serviceTier"),
  field("batch", "batch"),
  field("streaming", "streaming"),
  field("outcome", "outcome"),
  field("http_status", "httpStatus"),
  field("error_type", "errorType"),
  field("attempt_count", "attemptCount"),
  field("retry_count", "retryCount"),
  field("input_total", "usage", "inputTotal"),
  field("output_total", "usage", "outputTotal"),
  ...TOKEN_CLASSES.map((name) => field(snake(name), "usage", name)),
  field("billable", "billable"),
  field("cost_status", "cost", "status"),
  field("cost_reason", "cost", "reason"),
  field("cost_usd", "cost", "total"),
  field("price_book", "cost", "priceBook"),
  field("service", "attribution", "service"),
  field("environment", "attribution", "environment"),
  field("team", "attribution", "team"),
  field("feature", "attribution", "feature"),
  field("user", "attribution", "user"),
  field("customer", "attribution", "customer"),
  field("session", "attribution", "session"),
  field("tags", "attribution", "tags"),
  field("trace_id", "traceId"),
  field("span_id", "spanId"),
  field("response_id", "responseId"),
];

/** One CSV line (RFC 4180) with CRLF. Cells that a spreadsheet would run as a formula are prefixed with `'`. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(quoted).join(",")}\r\n`;
}

/** Source: OWASP "CSV Injection": cells that begin with = + - @ tab or CR are formulas to spreadsheets. Read 2026-11-25. */
function quoted(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function walk(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return Object.keys(value).length === 0 ? "" : JSON.stringify(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function snake(name: string): string {
  return name.replace(/[A-Z]|(?<=[a-z])\d/g, (part) => `_${part.toLowerCase()}`);
}
