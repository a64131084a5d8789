import type { PricedCall } from "../../domain/call.js";
import type { LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import type { Usage } from "../../domain/usage.js";
import { callToJson } from "./delivered-json.js";
import { type Column, column, columnsOf } from "./native-block.js";
import {
  array,
  bool,
  decimal12,
  float64,
  int64,
  lowCardinality,
  lowCardinalityOrNull,
  milliTime,
  nanoTime,
  nullable,
  tagMap,
  text,
  uint64,
} from "./native-encoders.js";
import { type PackedRow, packRow } from "./packed/packed-row.js";
import { finite, money, placingTime, whole } from "./row-values.js";
import { COMMON_USAGE_FIELDS, USAGE_COLUMNS, USAGE_READERS } from "./usage-columns.js";

const textOrNull = nullable(text);
const intOrNull = nullable(int64);
const wholeNumbers = array(int64);

const packedColumns: readonly Column<PackedRow>[] = [
  column("facts", lowCardinality, (packed: PackedRow) => packed.facts),
  column("rest", text, (packed: PackedRow) => packed.rest),
  column("rates", lowCardinality, (packed: PackedRow) => packed.rates),
  column("tries.begun", wholeNumbers, (packed: PackedRow) => packed.attempts.begun),
  column("tries.less", wholeNumbers, (packed: PackedRow) => packed.attempts.less),
  column("windows", lowCardinality, (packed: PackedRow) => packed.limits.windows),
  column("window.used", wholeNumbers, (packed: PackedRow) => packed.limits.used),
  column("window.reset", wholeNumbers, (packed: PackedRow) => packed.limits.reset),
];

const recordColumns: readonly Column<LedgerRow>[] = [
  column("project", lowCardinality, (row: LedgerRow) => row.project),
  column("version", uint64, (row: LedgerRow) => row.version),
  column("role", lowCardinality, (row: LedgerRow) => row.role),
  column("ingested_at", milliTime, (row: LedgerRow) => Math.floor(row.ingestedAtMs)),
  column("delivered", text, (row: LedgerRow) => (row.delivered === null ? "" : callToJson(row.delivered))),
];

const callColumns: readonly Column<PricedCall>[] = [
  column("trace_id", text, (call: PricedCall) => call.traceId),
  column("span_id", text, (call: PricedCall) => call.spanId),
  column("parent_span_id", textOrNull, (call: PricedCall) => call.parentSpanId),
  column("start_time", nanoTime, (call: PricedCall) => placingTime(call.startTimeUnixNano)),
  column("duration_ms", float64, (call: PricedCall) => finite(call.durationMs, "durationMs")),
  column("time_to_first_chunk_ms", nullable(float64), (call: PricedCall) =>
    finite(call.timeToFirstChunkMs, "timeToFirstChunkMs"),
  ),
  column("provider", lowCardinality, (call: PricedCall) => call.provider),
  column("request_model", lowCardinalityOrNull, (call: PricedCall) => call.requestModel),
  column("response_model", lowCardinalityOrNull, (call: PricedCall) => call.responseModel),
  column("priced_model", lowCardinalityOrNull, (call: PricedCall) => call.pricedModel),
  column("response_id", textOrNull, (call: PricedCall) => call.responseId),
  column("request_id", textOrNull, (call: PricedCall) => call.requestId),
  column("outcome", lowCardinality, (call: PricedCall) => call.outcome),
  column("billable", bool, (call: PricedCall) => call.billable),
  column("cost_status", lowCardinality, (call: PricedCall) => call.cost.status),
  column("cost_total", nullable(decimal12), (call: PricedCall) => money(call.cost.total, "cost.total")),
];

const usageColumns: readonly Column<Usage>[] = COMMON_USAGE_FIELDS.map((field) => {
  const read = USAGE_READERS[field];
  return column(USAGE_COLUMNS[field], intOrNull, (usage: Usage) => whole(read(usage), `usage.${field}`));
});

const attributionColumns: readonly Column<PricedCall>[] = [
  column("service", lowCardinalityOrNull, (call: PricedCall) => call.attribution.service),
  column("environment", lowCardinalityOrNull, (call: PricedCall) => call.attribution.environment),
  column("user", lowCardinalityOrNull, (call: PricedCall) => call.attribution.user),
  column("team", lowCardinalityOrNull, (call: PricedCall) => call.attribution.team),
  column("feature", lowCardinalityOrNull, (call: PricedCall) => call.attribution.feature),
  column("session", textOrNull, (call: PricedCall) => call.attribution.session),
  column("customer", lowCardinalityOrNull, (call: PricedCall) => call.attribution.customer),
  column("tags", tagMap, (call: PricedCall) => call.attribution.tags),
];

function ofCall(columns: readonly Column<PricedCall>[]): Column<LedgerRow>[] {
  return columnsOf((row: LedgerRow) => row.call, columns);
}

/**
 * Every column that `calls_raw` stores, filled from a ledger record; the reverse is `fromRow`. What SQL reads by other names the table
 * makes of these. Writing throws AppError `invalid_request` naming a field whose value the table cannot hold exactly.
 */
export const CALL_COLUMNS: readonly Column<LedgerRow>[] = [
  ...recordColumns,
  ...columnsOf(packRow, packedColumns),
  ...ofCall(callColumns),
  ...columnsOf((row: LedgerRow) => row.call.usage, usageColumns),
  ...ofCall(attributionColumns),
];

/** The columns of `span_links` that a span fills. */
export const LINK_COLUMNS: readonly Column<SpanLink>[] = [
  column("project", lowCardinality, (link: SpanLink) => link.project),
  column("trace_id", text, (link: SpanLink) => link.traceId),
  column("span_id", text, (link: SpanLink) => link.spanId),
  column("parent_span_id", text, (link: SpanLink) => link.parentSpanId),
  column("start_time", nanoTime, (link: SpanLink) => placingTime(link.startTimeUnixNano)),
];
