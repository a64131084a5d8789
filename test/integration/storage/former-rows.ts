import type { Attempt, CostLine, PricedCall, RateLimit } from "../../../src/server/domain/call.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import type { Usage } from "../../../src/server/domain/usage.js";
import { callToJson } from "../../../src/server/storage/analytics/delivered-json.js";
import {
  type Column,
  column,
  columnsOf,
  nestedColumns,
} from "../../../src/server/storage/analytics/native-block.js";
import {
  array,
  bool,
  decimal6,
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
  uint16,
  uint32,
  uint64,
  uint64FromNumber,
} from "../../../src/server/storage/analytics/native-encoders.js";
import {
  count,
  finite,
  httpStatus,
  instant,
  money,
  placingTime,
  whole,
} from "../../../src/server/storage/analytics/row-values.js";
import {
  SECONDS_FIELDS,
  USAGE_COLUMNS,
  USAGE_FIELDS,
  USAGE_READERS,
} from "../../../src/server/storage/analytics/usage-columns.js";

const textOrNull = nullable(text);
const numberOrNull = nullable(float64);
const intOrNull = nullable(int64);
const nanoOrNull = nullable(nanoTime);
const statusOrNull = nullable(uint16);

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

const callColumns: readonly Column<PricedCall>[] = [
  column("trace_id", text, (call: PricedCall) => call.traceId),
  column("span_id", text, (call: PricedCall) => call.spanId),
  column("parent_span_id", textOrNull, (call: PricedCall) => call.parentSpanId),
  column("start_time", nanoTime, (call: PricedCall) => placingTime(call.startTimeUnixNano)),
  column("duration_ms", float64, (call: PricedCall) => finite(call.durationMs, "durationMs")),
  column("time_to_first_chunk_ms", numberOrNull, (call: PricedCall) =>
    finite(call.timeToFirstChunkMs, "timeToFirstChunkMs"),
  ),
  column("operation", lowCardinality, (call: PricedCall) => call.operation),
  column("provider", lowCardinality, (call: PricedCall) => call.provider),
  column("provider_stated", bool, (call: PricedCall) => call.providerStated === true),
  column("client_flavor", lowCardinalityOrNull, (call: PricedCall) => call.clientFlavor),
  column("host", lowCardinalityOrNull, (call: PricedCall) => call.host),
  column("request_model", lowCardinalityOrNull, (call: PricedCall) => call.requestModel),
  column("response_model", lowCardinalityOrNull, (call: PricedCall) => call.responseModel),
  column("service_tier", lowCardinalityOrNull, (call: PricedCall) => call.serviceTier),
  column("batch", bool, (call: PricedCall) => call.batch),
  column("streaming", bool, (call: PricedCall) => call.streaming),
  column("response_id", textOrNull, (call: PricedCall) => call.responseId),
  column("request_id", textOrNull, (call: PricedCall) => call.requestId),
  column("outcome", lowCardinality, (call: PricedCall) => call.outcome),
  column("http_status", statusOrNull, (call: PricedCall) => httpStatus(call.httpStatus)),
  column("error_type", lowCardinalityOrNull, (call: PricedCall) => call.errorType),
  column("finish_reasons", array(lowCardinality), (call: PricedCall) => call.finishReasons),
  column("attempt_count", uint32, (call: PricedCall) => count(call.attemptCount, "attemptCount")),
  column("retry_count", uint32, (call: PricedCall) => count(call.retryCount, "retryCount")),
  column("usage_source", lowCardinality, (call: PricedCall) => call.usageSource),
  column("usage_quality", lowCardinality, (call: PricedCall) => call.usageQuality),
  column("usage_rule", lowCardinality, (call: PricedCall) => call.usageRule),
  column("billable", bool, (call: PricedCall) => call.billable),
];

const usageColumns: readonly Column<Usage>[] = USAGE_FIELDS.map((field) => {
  const name = `usage.${field}`;
  const read = USAGE_READERS[field];
  return SECONDS_FIELDS.has(field)
    ? column(USAGE_COLUMNS[field], nullable(decimal6), (usage: Usage) => finite(read(usage), name))
    : column(USAGE_COLUMNS[field], intOrNull, (usage: Usage) => whole(read(usage), name));
});

const costColumns: readonly Column<PricedCall>[] = [
  column("priced_model", lowCardinalityOrNull, (call: PricedCall) => call.pricedModel),
  column("match_rule", lowCardinalityOrNull, (call: PricedCall) => call.matchRule),
  column("geo", lowCardinalityOrNull, (call: PricedCall) => call.dimensions.geo),
  column("region", lowCardinalityOrNull, (call: PricedCall) => call.dimensions.region),
  column("speed", lowCardinalityOrNull, (call: PricedCall) => call.dimensions.speed),
  column("deployment", lowCardinalityOrNull, (call: PricedCall) => call.dimensions.deployment),
  column("variant", tagMap, (call: PricedCall) => call.dimensions.variant),
  column("provider_reported_cost", textOrNull, (call: PricedCall) => call.providerReportedCost),
  column("cost_status", lowCardinality, (call: PricedCall) => call.cost.status),
  column("cost_reason", lowCardinalityOrNull, (call: PricedCall) => call.cost.reason),
  column("cost_total", nullable(decimal12), (call: PricedCall) => money(call.cost.total, "cost.total")),
  column("cost_source", lowCardinality, (call: PricedCall) => call.cost.source),
  column("price_book", lowCardinalityOrNull, (call: PricedCall) => call.cost.priceBook),
  column("list_total", nullable(decimal12), (call: PricedCall) =>
    money(call.cost.listTotal, "cost.listTotal"),
  ),
  column("provider_reported", textOrNull, (call: PricedCall) => call.cost.providerReported),
];

const attributionColumns: readonly Column<PricedCall>[] = [
  column("service", lowCardinalityOrNull, (call: PricedCall) => call.attribution.service),
  column("environment", lowCardinalityOrNull, (call: PricedCall) => call.attribution.environment),
  column("user", lowCardinalityOrNull, (call: PricedCall) => call.attribution.user),
  column("team", lowCardinalityOrNull, (call: PricedCall) => call.attribution.team),
  column("feature", lowCardinalityOrNull, (call: PricedCall) => call.attribution.feature),
  column("session", textOrNull, (call: PricedCall) => call.attribution.session),
  column("customer", lowCardinalityOrNull, (call: PricedCall) => call.attribution.customer),
  column("tags", tagMap, (call: PricedCall) => call.attribution.tags),
  column("scope", lowCardinality, (call: PricedCall) => call.source.scope),
  column("scope_version", lowCardinality, (call: PricedCall) => call.source.scopeVersion),
  column("dialect", lowCardinality, (call: PricedCall) => call.source.dialect),
];

function ofCall(columns: readonly Column<PricedCall>[]): Column<LedgerRow>[] {
  return columnsOf((row: LedgerRow) => row.call, columns);
}

/** Every column that `calls_raw` had before its rows were packed (migrations 1 to 7), filled from a ledger record. */
export const FORMER_COLUMNS: readonly Column<LedgerRow>[] = [
  ...recordColumns,
  ...ofCall(callColumns),
  ...columnsOf((row: LedgerRow) => row.call.usage, usageColumns),
  ...ofCall(costColumns),
  ...attemptColumns,
  ...rateLimitColumns,
  ...costLineColumns,
  ...ofCall(attributionColumns),
];

/** Former columns that SQL could not see by any view: the table does not make them again. */
const UNSEEN = /^(provider_stated|geo|region|speed|deployment|variant|provider_reported_cost|delivered)$/;

/** Former columns that can still be selected, quoted. */
export const SELECTABLE = FORMER_COLUMNS.map(({ name }) => name)
  .filter((name) => !UNSEEN.test(name))
  .map((name) => `\`${name}\``);
