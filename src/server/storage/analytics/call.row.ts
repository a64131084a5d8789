import type { Cost, Operation, Outcome, PricedCall } from "../../domain/call.js";
import type { LedgerRole, LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import type { Usage, UsageQuality, UsageSource } from "../../domain/usage.js";
import { callFromJson } from "./delivered-json.js";
import { derivedId } from "./packed/derived-id.js";
import { unpackAttempts } from "./packed/packed-attempts.js";
import { type Facts, readFacts } from "./packed/packed-facts.js";
import { unpackLimits } from "./packed/packed-limits.js";
import { unpackLines } from "./packed/packed-lines.js";
import { readRest } from "./packed/packed-rest.js";
import { readNano, readNumber, readText, type StoredValue } from "./row-values.js";
import { COMMON_USAGE_FIELDS, RARE_USAGE_FIELDS, USAGE_COLUMNS } from "./usage-columns.js";

/** A row of `calls_raw` as the engine prints it: column name to JSON value. */
export type StoredRow = Readonly<Record<string, StoredValue>>;

/** A row with its packed texts read. `rest` null: the row has none. */
interface OpenRow {
  row: StoredRow;
  facts: Facts;
  rest: Facts | null;
}

/**
 * The ledger record of a row that holds every stored column of `calls_raw`. The reverse of `CALL_COLUMNS` but for the spelling of money
 * (no trailing zeros) and of instants (UTC).
 */
export function fromRow(row: StoredRow): LedgerRow {
  const facts = readFacts(String(row["facts"]));
  const rest = readRest(String(row["rest"]));
  const delivered = String(row["delivered"]);
  const call = readCall({ row, facts, rest });
  const others = rest?.["other_span_ids"] as readonly string[] | undefined;
  return {
    project: String(row["project"]),
    version: BigInt(String(row["version"])),
    callId: readText(rest?.["call_id"]) ?? derivedId(call.traceId, call.spanId),
    role: row["role"] as LedgerRole,
    roleReason: readText(facts["role_reason"]),
    otherSpanIds: [...(others ?? [])],
    call,
    delivered: delivered === "" ? null : callFromJson(delivered),
    ingestedAtMs: Number(readNano(row["ingested_at"]) / 1_000_000n),
  };
}

function readCall(open: OpenRow): PricedCall {
  const { row, facts, rest } = open;
  const startTimeUnixNano = readNano(row["start_time"]);
  const durationMs = Number(row["duration_ms"]);
  const httpStatus = readNumber(facts["http_status"]);
  const errorType = readText(facts["error_type"]);
  const usage = readUsage(open);
  const context = { startNano: startTimeUnixNano, durationMs, httpStatus, errorType };
  return {
    traceId: String(row["trace_id"]),
    spanId: String(row["span_id"]),
    parentSpanId: readText(row["parent_span_id"]),
    startTimeUnixNano,
    durationMs,
    timeToFirstChunkMs: readNumber(row["time_to_first_chunk_ms"]),
    operation: facts["operation"] as Operation,
    provider: String(row["provider"]),
    ...(facts["provider_stated"] === true ? { providerStated: true } : {}),
    clientFlavor: readText(facts["client_flavor"]),
    host: readText(facts["host"]),
    requestModel: readText(row["request_model"]),
    responseModel: readText(row["response_model"]),
    pricedModel: readText(row["priced_model"]),
    matchRule: readText(facts["match_rule"]),
    serviceTier: readText(facts["service_tier"]),
    batch: facts["batch"] === true,
    streaming: facts["streaming"] === true,
    responseId: readText(row["response_id"]),
    requestId: readText(row["request_id"]),
    outcome: row["outcome"] as Outcome,
    httpStatus,
    errorType,
    finishReasons: [...((facts["finish_reasons"] as readonly string[] | undefined) ?? [])],
    attempts: unpackAttempts(list(row["tries.begun"]), list(row["tries.less"]), facts, rest, context),
    attemptCount: Number(facts["attempt_count"]),
    retryCount: Number(facts["retry_count"]),
    rateLimits: unpackLimits(
      String(row["windows"]),
      list(row["window.used"]),
      list(row["window.reset"]),
      rest,
      startTimeUnixNano,
    ),
    usage,
    usageSource: facts["usage_source"] as UsageSource,
    usageQuality: facts["usage_quality"] as UsageQuality,
    usageRule: String(facts["usage_rule"]),
    billable: row["billable"] === true,
    dimensions: {
      geo: readText(facts["geo"]),
      region: readText(facts["region"]),
      speed: readText(facts["speed"]),
      deployment: readText(facts["deployment"]),
      variant: { ...(rest?.["variant"] as Record<string, string> | undefined) },
    },
    providerReportedCost: readText(rest?.["provider_reported_cost"]),
    cost: readCost(open, usage),
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
      scope: String(facts["scope"]),
      scopeVersion: String(facts["scope_version"]),
      dialect: String(facts["dialect"]),
    },
  };
}

function list(value: StoredValue): readonly unknown[] {
  return value as readonly unknown[];
}

function readUsage({ row, facts, rest }: OpenRow): Usage {
  const pairs = [
    ...COMMON_USAGE_FIELDS.map((field) => [field, readNumber(row[USAGE_COLUMNS[field]])] as const),
    ...RARE_USAGE_FIELDS.map((field) => {
      const name = USAGE_COLUMNS[field];
      return [field, readNumber(rest?.[name] ?? facts[name])] as const;
    }),
  ];
  return Object.fromEntries(pairs) as Usage;
}

function readCost({ row, facts, rest }: OpenRow, usage: Usage): Cost {
  const total = readText(row["cost_total"]);
  const listed = rest !== null && "list_total" in rest;
  return {
    status: row["cost_status"] as Cost["status"],
    reason: readText(facts["cost_reason"]),
    total,
    currency: "USD",
    lines: unpackLines(String(row["rates"]), usage, rest),
    priceBook: readText(facts["price_book"]),
    source: facts["cost_source"] as Cost["source"],
    listTotal: listed ? readText(rest["list_total"]) : total,
    providerReported: readText(rest?.["provider_reported"]),
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
