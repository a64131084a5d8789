import type {
  Attempt,
  Call,
  Cost,
  CostLine,
  Operation,
  Outcome,
  PricedCall,
  RateLimit,
  RateLimitKind,
} from "../../domain/call.js";
import type { LedgerRole, LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import {
  TOKEN_CLASSES,
  UNIT_CLASSES,
  type Usage,
  type UsageQuality,
  type UsageSource,
} from "../../domain/usage.js";
import { sqlFromNano } from "./nano-time.js";
import {
  finite,
  instant,
  money,
  readInstant,
  readNano,
  readNested,
  readNumber,
  readText,
  type StoredValue,
  whole,
} from "./row-values.js";

/** A row of `calls_raw` as the engine prints it: column name to JSON value. */
export type StoredRow = Readonly<Record<string, StoredValue>>;

type UsageField = keyof Usage;

/** Usage that may have a fraction: stored as Decimal(18, 6), everything else as Int64. */
const SECONDS_FIELDS: ReadonlySet<UsageField> = new Set(["audioSeconds", "videoSeconds"]);

/** Column of each usage field. */
export const USAGE_COLUMNS: Readonly<Record<UsageField, string>> = {
  inputUncached: "input_uncached",
  inputAudio: "input_audio",
  inputImage: "input_image",
  inputTool: "input_tool",
  cacheRead: "cache_read",
  cacheWrite5m: "cache_write_5m",
  cacheWrite1h: "cache_write_1h",
  cacheWriteOther: "cache_write_other",
  output: "output",
  outputReasoning: "output_reasoning",
  outputAudio: "output_audio",
  outputImage: "output_image",
  webSearchRequests: "web_search_requests",
  webFetchRequests: "web_fetch_requests",
  images: "images",
  audioSeconds: "audio_seconds",
  pages: "pages",
  searchUnits: "search_units",
  characters: "characters",
  searchQueries: "search_queries",
  citationTokens: "citation_tokens",
  fileSearchCalls: "file_search_calls",
  containerSessions: "container_sessions",
  videoSeconds: "video_seconds",
  inputTotal: "input_total",
  outputTotal: "output_total",
};

export const USAGE_FIELDS: readonly UsageField[] = [
  ...TOKEN_CLASSES,
  ...UNIT_CLASSES,
  "inputTotal",
  "outputTotal",
];

/**
 * The row of `calls_raw` for one ledger record: column name to JSON value, every column present.
 * @throws AppError `invalid_request` naming a field whose value the table cannot hold exactly.
 */
export function toRow(ledgerRow: LedgerRow): Record<string, unknown> {
  const { call } = ledgerRow;
  return {
    project: ledgerRow.project,
    version: ledgerRow.version.toString(),
    call_id: ledgerRow.callId,
    role: ledgerRow.role,
    role_reason: ledgerRow.roleReason,
    other_span_ids: ledgerRow.otherSpanIds,
    ingested_at: `${new Date(ledgerRow.ingestedAtMs).toISOString().replace("T", " ").slice(0, 23)}`,
    delivered: ledgerRow.delivered === null ? null : callToJson(ledgerRow.delivered),
    ...callColumns(call),
    ...usageColumns(call.usage),
    ...costColumns(call),
    ...attributionColumns(call),
  };
}

function callColumns(call: PricedCall): Record<string, unknown> {
  return {
    trace_id: call.traceId,
    span_id: call.spanId,
    parent_span_id: call.parentSpanId,
    start_time: sqlFromNano(call.startTimeUnixNano),
    duration_ms: finite(call.durationMs, "durationMs"),
    time_to_first_chunk_ms: finite(call.timeToFirstChunkMs, "timeToFirstChunkMs"),
    operation: call.operation,
    provider: call.provider,
    provider_stated: call.providerStated === true,
    client_flavor: call.clientFlavor,
    host: call.host,
    request_model: call.requestModel,
    response_model: call.responseModel,
    service_tier: call.serviceTier,
    batch: call.batch,
    streaming: call.streaming,
    response_id: call.responseId,
    request_id: call.requestId,
    outcome: call.outcome,
    http_status: httpStatus(call.httpStatus),
    error_type: call.errorType,
    finish_reasons: call.finishReasons,
    "attempts.index": call.attempts.map((attempt) => whole(attempt.index, "attempts.index")),
    "attempts.start_time": call.attempts.map((attempt) => instant(attempt.startTime)),
    "attempts.duration_ms": call.attempts.map((attempt) => finite(attempt.durationMs, "attempts.durationMs")),
    "attempts.http_status": call.attempts.map((attempt) => httpStatus(attempt.httpStatus)),
    "attempts.error_type": call.attempts.map((attempt) => attempt.errorType),
    "attempts.retry_after_ms": call.attempts.map((attempt) =>
      finite(attempt.retryAfterMs, "attempts.retryAfterMs"),
    ),
    attempt_count: whole(call.attemptCount, "attemptCount"),
    retry_count: whole(call.retryCount, "retryCount"),
    "rate_limits.kind": call.rateLimits.map((limit) => limit.kind),
    "rate_limits.limit": call.rateLimits.map((limit) => whole(limit.limit, "rateLimits.limit")),
    "rate_limits.remaining": call.rateLimits.map((limit) => whole(limit.remaining, "rateLimits.remaining")),
    "rate_limits.reset_at": call.rateLimits.map((limit) => instant(limit.resetAt)),
    usage_source: call.usageSource,
    usage_quality: call.usageQuality,
    usage_rule: call.usageRule,
    billable: call.billable,
  };
}

function usageColumns(usage: Usage): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const field of USAGE_FIELDS) {
    const value = usage[field];
    columns[USAGE_COLUMNS[field]] = SECONDS_FIELDS.has(field)
      ? seconds(value, `usage.${field}`)
      : whole(value, `usage.${field}`);
  }
  return columns;
}

/** Six digits of fraction: exact to the microsecond, and sums stay exact. */
function seconds(value: number | null, field: string): string | null {
  return finite(value, field)?.toFixed(6) ?? null;
}

/** A status outside three digits is no HTTP status: unknown. */
function httpStatus(status: number | null): number | null {
  return status !== null && Number.isInteger(status) && status >= 0 && status <= 999 ? status : null;
}

function costColumns(call: PricedCall): Record<string, unknown> {
  const { cost, dimensions } = call;
  return {
    priced_model: call.pricedModel,
    match_rule: call.matchRule,
    geo: dimensions.geo,
    region: dimensions.region,
    speed: dimensions.speed,
    deployment: dimensions.deployment,
    variant: dimensions.variant,
    provider_reported_cost: call.providerReportedCost,
    cost_status: cost.status,
    cost_reason: cost.reason,
    cost_total: money(cost.total, "cost.total"),
    cost_source: cost.source,
    price_book: cost.priceBook,
    list_total: money(cost.listTotal, "cost.listTotal"),
    provider_reported: cost.providerReported,
    "cost_lines.class": cost.lines.map((line) => line.class),
    "cost_lines.quantity": cost.lines.map((line) => line.quantity),
    "cost_lines.unit_price": cost.lines.map((line) => line.unitPrice),
    "cost_lines.per": cost.lines.map((line) => whole(line.per, "cost.lines.per")),
    "cost_lines.factors": cost.lines.map((line) => JSON.stringify(line.factors)),
    "cost_lines.amount": cost.lines.map((line) => money(line.amount, "cost.lines.amount")),
    "cost_lines.rate_id": cost.lines.map((line) => line.rateId),
  };
}

function attributionColumns({ attribution, source }: Call): Record<string, unknown> {
  return {
    service: attribution.service,
    environment: attribution.environment,
    user: attribution.user,
    team: attribution.team,
    feature: attribution.feature,
    session: attribution.session,
    customer: attribution.customer,
    tags: attribution.tags,
    scope: source.scope,
    scope_version: source.scopeVersion,
    dialect: source.dialect,
  };
}

/**
 * The ledger record of a row that holds every column of `calls_raw`. Reverse of `toRow` but for the spelling of money
 * (no trailing zeros) and of instants (UTC).
 */
export function fromRow(row: StoredRow): LedgerRow {
  const delivered = readText(row["delivered"]);
  return {
    project: String(row["project"]),
    version: BigInt(String(row["version"])),
    callId: String(row["call_id"]),
    role: row["role"] as LedgerRole,
    roleReason: readText(row["role_reason"]),
    otherSpanIds: [...(row["other_span_ids"] as readonly string[])],
    call: readCall(row),
    delivered: delivered === null ? null : callFromJson(delivered),
    ingestedAtMs: Number(readNano(row["ingested_at"]) / 1_000_000n),
  };
}

function readCall(row: StoredRow): PricedCall {
  return {
    traceId: String(row["trace_id"]),
    spanId: String(row["span_id"]),
    parentSpanId: readText(row["parent_span_id"]),
    startTimeUnixNano: readNano(row["start_time"]),
    durationMs: Number(row["duration_ms"]),
    timeToFirstChunkMs: readNumber(row["time_to_first_chunk_ms"]),
    operation: row["operation"] as Operation,
    provider: String(row["provider"]),
    ...(row["provider_stated"] === true ? { providerStated: true } : {}),
    clientFlavor: readText(row["client_flavor"]),
    host: readText(row["host"]),
    requestModel: readText(row["request_model"]),
    responseModel: readText(row["response_model"]),
    pricedModel: readText(row["priced_model"]),
    matchRule: readText(row["match_rule"]),
    serviceTier: readText(row["service_tier"]),
    batch: row["batch"] === true,
    streaming: row["streaming"] === true,
    responseId: readText(row["response_id"]),
    requestId: readText(row["request_id"]),
    outcome: row["outcome"] as Outcome,
    httpStatus: readNumber(row["http_status"]),
    errorType: readText(row["error_type"]),
    finishReasons: [...(row["finish_reasons"] as readonly string[])],
    attempts: readNested<Attempt>(row, "attempts", "index", readAttempt),
    attemptCount: Number(row["attempt_count"]),
    retryCount: Number(row["retry_count"]),
    rateLimits: readNested<RateLimit>(row, "rate_limits", "kind", readRateLimit),
    usage: readUsage(row),
    usageSource: row["usage_source"] as UsageSource,
    usageQuality: row["usage_quality"] as UsageQuality,
    usageRule: String(row["usage_rule"]),
    billable: row["billable"] === true,
    dimensions: {
      geo: readText(row["geo"]),
      region: readText(row["region"]),
      speed: readText(row["speed"]),
      deployment: readText(row["deployment"]),
      variant: { ...(row["variant"] as Record<string, string>) },
    },
    providerReportedCost: readText(row["provider_reported_cost"]),
    cost: readCost(row),
    attribution: {
      service: readText(row["service"]),
      environment: readText(row["environment"]),
      user: readText(row["user"]),
      team: readText(row["team"]),
      feature: readText(row["feature"]),
      session: readText(row["session"]),
      customer: readText(row["customer"]),
      tags: { ...(row["tags"] as Record<string, string>) },
    },
    source: {
      scope: String(row["scope"]),
      scopeVersion: String(row["scope_version"]),
      dialect: String(row["dialect"]),
    },
  };
}

function readAttempt(get: (column: string) => StoredValue): Attempt {
  return {
    index: Number(get("index")),
    startTime: readInstant(get("start_time")),
    durationMs: readNumber(get("duration_ms")),
    httpStatus: readNumber(get("http_status")),
    errorType: readText(get("error_type")),
    retryAfterMs: readNumber(get("retry_after_ms")),
  };
}

function readRateLimit(get: (column: string) => StoredValue): RateLimit {
  return {
    kind: get("kind") as RateLimitKind,
    limit: readNumber(get("limit")),
    remaining: readNumber(get("remaining")),
    resetAt: readInstant(get("reset_at")),
  };
}

function readUsage(row: StoredRow): Usage {
  const pairs = USAGE_FIELDS.map((field) => [field, readNumber(row[USAGE_COLUMNS[field]])]);
  return Object.fromEntries(pairs) as Usage;
}

function readCost(row: StoredRow): Cost {
  return {
    status: row["cost_status"] as Cost["status"],
    reason: readText(row["cost_reason"]),
    total: readText(row["cost_total"]),
    currency: "USD",
    lines: readNested<CostLine>(row, "cost_lines", "class", readCostLine),
    priceBook: readText(row["price_book"]),
    source: row["cost_source"] as Cost["source"],
    listTotal: readText(row["list_total"]),
    providerReported: readText(row["provider_reported"]),
  };
}

function readCostLine(get: (column: string) => StoredValue): CostLine {
  return {
    class: String(get("class")),
    quantity: String(get("quantity")),
    unitPrice: String(get("unit_price")),
    per: Number(get("per")),
    factors: JSON.parse(String(get("factors"))) as CostLine["factors"],
    amount: String(get("amount")),
    rateId: String(get("rate_id")),
  };
}

function callToJson(call: PricedCall): string {
  return JSON.stringify({ ...call, startTimeUnixNano: call.startTimeUnixNano.toString() });
}

function callFromJson(text: string): PricedCall {
  const parsed = JSON.parse(text) as Omit<PricedCall, "startTimeUnixNano"> & { startTimeUnixNano: string };
  return { ...parsed, startTimeUnixNano: BigInt(parsed.startTimeUnixNano) };
}

/** The row of `span_links` for a span that is no call. Never throws. */
export function linkToRow(link: SpanLink): Record<string, string> {
  return {
    project: link.project,
    trace_id: link.traceId,
    span_id: link.spanId,
    parent_span_id: link.parentSpanId,
    start_time: sqlFromNano(link.startTimeUnixNano),
  };
}

/** The reverse of `linkToRow`. */
export function linkFromRow(row: StoredRow): SpanLink {
  return {
    project: String(row["project"]),
    traceId: String(row["trace_id"]),
    spanId: String(row["span_id"]),
    parentSpanId: String(row["parent_span_id"]),
    startTimeUnixNano: readNano(row["start_time"]),
  };
}
