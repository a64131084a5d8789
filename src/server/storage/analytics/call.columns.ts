import type { Attempt, CostLine, PricedCall, RateLimit } from "../../domain/call.js";
import type { LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import type { Usage } from "../../domain/usage.js";
import { callToJson } from "./delivered-json.js";
import { type Column, column, nestedColumns } from "./native-block.js";
import {
  array,
  bool,
  decimal6,
  decimal12,
  type Encoder,
  float64,
  int64,
  lowCardinality,
  lowCardinalityOrNull,
  milliTime,
  nanoTime,
  nullable,
  tagMap,
  text,
  uint16,
  uint32,
  uint64,
  uint64FromNumber,
} from "./native-encoders.js";
import { count, finite, httpStatus, instant, money, placingTime, whole } from "./row-values.js";
import { SECONDS_FIELDS, USAGE_COLUMNS, USAGE_FIELDS, USAGE_READERS } from "./usage-columns.js";

const textOrNull = nullable(text);
const numberOrNull = nullable(float64);
const intOrNull = nullable(int64);
const nanoOrNull = nullable(nanoTime);
const statusOrNull = nullable(uint16);

/** A column filled from one field of a call's usage. */
function ofUsage<Value>(
  field: keyof Usage,
  encoder: Encoder<Value>,
  get: (value: number | null) => Value,
): Column<LedgerRow> {
  const read = USAGE_READERS[field];
  return column(USAGE_COLUMNS[field], encoder, (row: LedgerRow) => get(read(row.call.usage)));
}

/** A column filled from the call of a record. */
function ofCall<Value>(
  name: string,
  encoder: Encoder<Value>,
  get: (call: PricedCall) => Value,
): Column<LedgerRow> {
  return column(name, encoder, (row: LedgerRow) => get(row.call));
}

const attemptColumns = nestedColumns("attempts", (row: LedgerRow) => row.call.attempts, [
  column("index", uint32, (attempt: Attempt) => count(attempt.index, "attempts.index")),
  column("start_time", nanoOrNull, (attempt: Attempt) => instant(attempt.startTime)),
  column("duration_ms", numberOrNull, (attempt: Attempt) =>
    finite(attempt.durationMs, "attempts.durationMs"),
  ),
  column("http_status", statusOrNull, (attempt: Attempt) => httpStatus(attempt.httpStatus)),
  column("error_type", lowCardinalityOrNull, (attempt: Attempt) => attempt.errorType),
  column("retry_after_ms", numberOrNull, (attempt: Attempt) =>
    finite(attempt.retryAfterMs, "attempts.retryAfterMs"),
  ),
]);

const rateLimitColumns = nestedColumns("rate_limits", (row: LedgerRow) => row.call.rateLimits, [
  column("kind", lowCardinality, (limit: RateLimit) => limit.kind),
  column("limit", intOrNull, (limit: RateLimit) => whole(limit.limit, "rateLimits.limit")),
  column("remaining", intOrNull, (limit: RateLimit) => whole(limit.remaining, "rateLimits.remaining")),
  column("reset_at", nanoOrNull, (limit: RateLimit) => instant(limit.resetAt)),
]);

const costLineColumns = nestedColumns("cost_lines", (row: LedgerRow) => row.call.cost.lines, [
  column("class", lowCardinality, (line: CostLine) => line.class),
  column("quantity", text, (line: CostLine) => line.quantity),
  column("unit_price", lowCardinality, (line: CostLine) => line.unitPrice),
  column("per", uint64FromNumber, (line: CostLine) => whole(line.per, "cost.lines.per")),
  column("factors", lowCardinality, (line: CostLine) => factorsText(line.factors)),
  column("amount", decimal12, (line: CostLine) => money(line.amount, "cost.lines.amount")),
  column("rate_id", lowCardinality, (line: CostLine) => line.rateId),
]);

function factorsText(factors: CostLine["factors"]): string {
  return factors.length === 0 ? "[]" : JSON.stringify(factors);
}

const recordColumns: readonly Column<LedgerRow>[] = [
  column("project", lowCardinality, (row: LedgerRow) => row.project),
  column("version", uint64, (row: LedgerRow) => row.version),
  column("call_id", text, (row: LedgerRow) => row.callId),
  column("role", lowCardinality, (row: LedgerRow) => row.role),
  column("role_reason", lowCardinalityOrNull, (row: LedgerRow) => row.roleReason),
  column("other_span_ids", array(text), (row: LedgerRow) => row.otherSpanIds),
  column("ingested_at", milliTime, (row: LedgerRow) => Math.floor(row.ingestedAtMs)),
  column("delivered", textOrNull, (row: LedgerRow) =>
    row.delivered === null ? null : callToJson(row.delivered),
  ),
];

const callColumns: readonly Column<LedgerRow>[] = [
  ofCall("trace_id", text, (call) => call.traceId),
  ofCall("span_id", text, (call) => call.spanId),
  ofCall("parent_span_id", textOrNull, (call) => call.parentSpanId),
  ofCall("start_time", nanoTime, (call) => placingTime(call.startTimeUnixNano)),
  ofCall("duration_ms", float64, (call) => finite(call.durationMs, "durationMs")),
  ofCall("time_to_first_chunk_ms", numberOrNull, (call) =>
    finite(call.timeToFirstChunkMs, "timeToFirstChunkMs"),
  ),
  ofCall("operation", lowCardinality, (call) => call.operation),
  ofCall("provider", lowCardinality, (call) => call.provider),
  ofCall("provider_stated", bool, (call) => call.providerStated === true),
  ofCall("client_flavor", lowCardinalityOrNull, (call) => call.clientFlavor),
  ofCall("host", lowCardinalityOrNull, (call) => call.host),
  ofCall("request_model", lowCardinalityOrNull, (call) => call.requestModel),
  ofCall("response_model", lowCardinalityOrNull, (call) => call.responseModel),
  ofCall("service_tier", lowCardinalityOrNull, (call) => call.serviceTier),
  ofCall("batch", bool, (call) => call.batch),
  ofCall("streaming", bool, (call) => call.streaming),
  ofCall("response_id", textOrNull, (call) => call.responseId),
  ofCall("request_id", textOrNull, (call) => call.requestId),
  ofCall("outcome", lowCardinality, (call) => call.outcome),
  ofCall("http_status", statusOrNull, (call) => httpStatus(call.httpStatus)),
  ofCall("error_type", lowCardinalityOrNull, (call) => call.errorType),
  ofCall("finish_reasons", array(lowCardinality), (call) => call.finishReasons),
  ofCall("attempt_count", uint32, (call) => count(call.attemptCount, "attemptCount")),
  ofCall("retry_count", uint32, (call) => count(call.retryCount, "retryCount")),
  ofCall("usage_source", lowCardinality, (call) => call.usageSource),
  ofCall("usage_quality", lowCardinality, (call) => call.usageQuality),
  ofCall("usage_rule", lowCardinality, (call) => call.usageRule),
  ofCall("billable", bool, (call) => call.billable),
];

const usageColumns: readonly Column<LedgerRow>[] = USAGE_FIELDS.map((field) => {
  const name = `usage.${field}`;
  return SECONDS_FIELDS.has(field)
    ? ofUsage(field, nullable(decimal6), (value) => finite(value, name))
    : ofUsage(field, intOrNull, (value) => whole(value, name));
});

const costColumns: readonly Column<LedgerRow>[] = [
  ofCall("priced_model", lowCardinalityOrNull, (call) => call.pricedModel),
  ofCall("match_rule", lowCardinalityOrNull, (call) => call.matchRule),
  ofCall("geo", lowCardinalityOrNull, (call) => call.dimensions.geo),
  ofCall("region", lowCardinalityOrNull, (call) => call.dimensions.region),
  ofCall("speed", lowCardinalityOrNull, (call) => call.dimensions.speed),
  ofCall("deployment", lowCardinalityOrNull, (call) => call.dimensions.deployment),
  ofCall("variant", tagMap, (call) => call.dimensions.variant),
  ofCall("provider_reported_cost", textOrNull, (call) => call.providerReportedCost),
  ofCall("cost_status", lowCardinality, (call) => call.cost.status),
  ofCall("cost_reason", lowCardinalityOrNull, (call) => call.cost.reason),
  ofCall("cost_total", nullable(decimal12), (call) => money(call.cost.total, "cost.total")),
  ofCall("cost_source", lowCardinality, (call) => call.cost.source),
  ofCall("price_book", lowCardinalityOrNull, (call) => call.cost.priceBook),
  ofCall("list_total", nullable(decimal12), (call) => money(call.cost.listTotal, "cost.listTotal")),
  ofCall("provider_reported", textOrNull, (call) => call.cost.providerReported),
];

const attributionColumns: readonly Column<LedgerRow>[] = [
  ofCall("service", lowCardinalityOrNull, (call) => call.attribution.service),
  ofCall("environment", lowCardinalityOrNull, (call) => call.attribution.environment),
  ofCall("user", lowCardinalityOrNull, (call) => call.attribution.user),
  ofCall("team", lowCardinalityOrNull, (call) => call.attribution.team),
  ofCall("feature", lowCardinalityOrNull, (call) => call.attribution.feature),
  ofCall("session", textOrNull, (call) => call.attribution.session),
  ofCall("customer", lowCardinalityOrNull, (call) => call.attribution.customer),
  ofCall("tags", tagMap, (call) => call.attribution.tags),
  ofCall("scope", lowCardinality, (call) => call.source.scope),
  ofCall("scope_version", lowCardinality, (call) => call.source.scopeVersion),
  ofCall("dialect", lowCardinality, (call) => call.source.dialect),
];

/**
 * Every column of `calls_raw`, filled from a ledger record; the reverse is `fromRow`.
 * Writing throws AppError `invalid_request` naming a field whose value the table cannot hold exactly.
 */
export const CALL_COLUMNS: readonly Column<LedgerRow>[] = [
  ...recordColumns,
  ...callColumns,
  ...usageColumns,
  ...costColumns,
  ...attemptColumns,
  ...rateLimitColumns,
  ...costLineColumns,
  ...attributionColumns,
];

/** The columns of `span_links` that a span fills. */
export const LINK_COLUMNS: readonly Column<SpanLink>[] = [
  column("project", lowCardinality, (link: SpanLink) => link.project),
  column("trace_id", text, (link: SpanLink) => link.traceId),
  column("span_id", text, (link: SpanLink) => link.spanId),
  column("parent_span_id", text, (link: SpanLink) => link.parentSpanId),
  column("start_time", nanoTime, (link: SpanLink) => placingTime(link.startTimeUnixNano)),
];
