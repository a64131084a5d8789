import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Call } from "../../../src/server/domain/call.js";
import type { SpanLink } from "../../../src/server/domain/ledger-row.js";
import type { Span } from "../../../src/server/domain/span.js";
import type { LedgerRecord } from "../../../src/server/ledger/record.js";
import { settle, type SettledRow } from "../../../src/server/ledger/settle.js";
import { normalizeLog, normalizeMetrics } from "../../../src/server/normalize/cli/normalize-signals.js";
import { normalizeSpan } from "../../../src/server/normalize/normalize-span.js";
import { decodeLogs } from "../../../src/server/otlp/logs-decoder.js";
import { decodeLogsJson } from "../../../src/server/otlp/logs-json-decoder.js";
import { decodeMetrics } from "../../../src/server/otlp/metrics-decoder.js";
import { decodeMetricsJson } from "../../../src/server/otlp/metrics-json-decoder.js";
import { decodeTraces } from "../../../src/server/otlp/traces-decoder.js";
import { decodeTracesJson } from "../../../src/server/otlp/traces-json-decoder.js";

export const CAPTURES = fileURLToPath(new URL("../../fixtures/otlp/", import.meta.url));

export type Expectation = number | string | null;

export interface ExpectedCall {
  span_id?: string;
  span_name?: string;
  status: "ok" | "error";
  provider?: string;
  request_model?: Expectation;
  response_model?: Expectation;
  finish_reason_normalized?: Expectation;
  error_type?: string;
  http_status?: Expectation;
  billable?: boolean;
  tokens: Record<string, Expectation>;
  same_call_span_ids?: string[];
}

export interface Capture {
  folder: string;
  case: string;
  files: { file: string; signal: "traces" | "metrics" | "logs" }[];
  expected: {
    billable_calls: number;
    error_calls?: number;
    calls: ExpectedCall[];
    must_not_be_billed: (string | { span_id: string })[];
  };
}

export function loadCaptures(): Capture[] {
  const captures: Capture[] = [];
  for (const folder of readdirSync(CAPTURES, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const name of readdirSync(join(CAPTURES, folder.name))) {
      if (!name.endsWith(".expected.json")) continue;
      const parsed = JSON.parse(readFileSync(join(CAPTURES, folder.name, name), "utf8")) as Omit<
        Capture,
        "folder"
      >;
      captures.push({ ...parsed, folder: folder.name });
    }
  }
  return captures.sort((a, b) => (`${a.folder}/${a.case}` < `${b.folder}/${b.case}` ? -1 : 1));
}

export function spansOf(capture: Capture): Span[] {
  return capture.files
    .filter(({ signal }) => signal === "traces")
    .flatMap(({ file }) => {
      const body = readFileSync(join(CAPTURES, capture.folder, file));
      return file.endsWith(".json") ? decodeTracesJson(body).items : decodeTraces(body).items;
    });
}

export interface Records {
  records: LedgerRecord[];
  links: SpanLink[];
}

export function recordsOf(spans: readonly Span[]): Records {
  const records: LedgerRecord[] = [];
  const links: SpanLink[] = [];
  for (const span of spans) {
    const normalized = normalizeSpan(span);
    if (normalized.kind === "call" || normalized.kind === "aggregate") {
      records.push({ call: normalized.call, declared: normalized.kind });
    } else if (normalized.kind === "link") {
      links.push({ project: "default", ...span });
    }
  }
  return { records, links };
}

export function settled(records: Records): SettledRow[] {
  return settle({ project: "default", rows: [], links: records.links, incoming: records.records }).changed;
}

export function callsOf(rows: readonly SettledRow[]): SettledRow[] {
  return rows.filter((row) => row.role === "call");
}

/** The token fields of the expectation, as a call answers them. */
export function tokensOf({ usage }: Call): Record<string, number | null> {
  const writes = [usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther];
  const known = writes.filter((value) => value !== null);
  return {
    input_total: usage.inputTotal,
    input_uncached: usage.inputUncached,
    cache_read: usage.cacheRead,
    cache_write: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0),
    cache_write_5m: usage.cacheWrite5m,
    cache_write_1h: usage.cacheWrite1h,
    output: usage.output === null ? null : usage.output + (usage.outputReasoning ?? 0),
    output_reasoning: usage.outputReasoning,
  };
}

function bodiesOf(capture: Capture, wanted: "metrics" | "logs"): { json: boolean; body: Buffer }[] {
  return capture.files
    .filter(({ signal }) => signal === wanted)
    .map(({ file }) => ({
      json: file.endsWith(".json"),
      body: readFileSync(join(CAPTURES, capture.folder, file)),
    }));
}

/** The calls that a capture's log records report. */
export function logCallsOf(capture: Capture): LedgerRecord[] {
  return bodiesOf(capture, "logs")
    .flatMap(({ json, body }) => (json ? decodeLogsJson(body) : decodeLogs(body)).items)
    .map((record) => normalizeLog(record))
    .filter((call) => call !== null)
    .map((call) => ({ call, declared: "call" }));
}

/** The usage that a capture's metrics report. */
export function metricCallsOf(capture: Capture): LedgerRecord[] {
  const points = bodiesOf(capture, "metrics").flatMap(
    ({ json, body }) => (json ? decodeMetricsJson(body) : decodeMetrics(body)).items,
  );
  return normalizeMetrics(points).map((call) => ({ call, declared: "call" }));
}
