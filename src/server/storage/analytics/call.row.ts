import type {
  Attempt,
  Cost,
  CostLine,
  Operation,
  Outcome,
  PricedCall,
  RateLimit,
  RateLimitKind,
} from "../../domain/call.js";
import type { LedgerRole, LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import type { Usage, UsageQuality, UsageSource } from "../../domain/usage.js";
import { callFromJson } from "./delivered-json.js";
import { readInstant, readNano, readNested, readNumber, readText, type StoredValue } from "./row-values.js";
import { USAGE_COLUMNS, USAGE_FIELDS } from "./usage-columns.js";

/** A row of `calls_raw` as the engine prints it: column name to JSON value. */
export type StoredRow = Readonly<Record<string, StoredValue>>;

/**
 * The ledger record of a row that holds every column of `calls_raw`. The reverse of `CALL_COLUMNS` but for the spelling of money
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

/** The span link in a row of `span_links`. */
export function linkFromRow(row: StoredRow): SpanLink {
  return {
    project: String(row["project"]),
    traceId: String(row["trace_id"]),
    spanId: String(row["span_id"]),
    parentSpanId: String(row["parent_span_id"]),
    startTimeUnixNano: readNano(row["start_time"]),
  };
}
