import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { readInstant, readNumber, readText } from "../storage/analytics/row-values.js";
import { type DimensionFilter, filterConditions } from "./dimensions.js";
import { invalidQuery, parseQuery, type QueryString, rangeShape } from "./query-string.js";
import { instantFromText } from "./query-time.js";
import { scopeConditions, type Statement, whereAll } from "./statement.js";

export interface UnpricedParams {
  fromNano: bigint | null;
  toNano: bigint | null;
  filters: readonly DimensionFilter[];
  limit: number;
}

/** Calls that lack a price for one and the same reason. Token counts are null when none of them is known. */
export interface UnpricedGroup {
  provider: string;
  host: string | null;
  requestModel: string | null;
  responseModel: string | null;
  serviceTier: string | null;
  status: "unpriced" | "partial";
  reason: string | null;
  calls: number;
  inputTokens: number | null;
  outputTokens: number | null;
  firstSeen: string | null;
  lastSeen: string | null;
}

/** Token counts are null when none is known. */
export interface UnpricedTotals {
  calls: number;
  inputTokens: number | null;
  outputTokens: number | null;
}

export interface UnpricedAnswer {
  data: UnpricedGroup[];
  /** Of all groups, also of those beyond the limit. */
  totals: UnpricedTotals;
  /** More groups exist than `limit` let through. */
  truncated: boolean;
}

const MAX_GROUPS = 1000;

/** Parameters of the query string beside the dimension filters. */
export const unpricedQueryShape = {
  ...rangeShape,
  limit: z.coerce.number().int().min(1).max(MAX_GROUPS).default(200),
};

/**
 * Parameters of `GET /api/v1/unpriced`. No time window unless asked for.
 * @throws AppError `invalid_request` listing every problem.
 */
export function parseUnpricedQuery(query: QueryString): UnpricedParams {
  const { params, filters } = parseQuery(unpricedQueryShape, query);
  const instant = (name: "from" | "to"): bigint | null => {
    const text = params[name];
    if (text === undefined) return null;
    const nano = instantFromText(text, "UTC");
    if (nano === null) throw invalidQuery([`${name}: must be RFC 3339 with an offset, or a date`]);
    return nano;
  };
  return { fromNano: instant("from"), toNano: instant("to"), filters, limit: params.limit };
}

/** The question as SQL: most calls first. */
export function unpricedSql(project: string, params: UnpricedParams): Statement {
  const scope = scopeOf(project, params);
  const sql = `SELECT
  provider,
  host,
  request_model,
  response_model,
  service_tier,
  cost_status,
  cost_reason,
  count() AS calls,
  sum(input_total) AS input_tokens,
  sum(output_total) AS output_tokens,
  min(start_time) AS first_seen,
  max(start_time) AS last_seen
FROM calls
WHERE ${scope.where}
GROUP BY provider, host, request_model, response_model, service_tier, cost_status, cost_reason
ORDER BY calls DESC, last_seen DESC, provider, request_model, response_model
LIMIT ${params.limit + 1}`;
  return { sql, params: scope.params };
}

/** The same calls as one sum. */
export function unpricedTotalsSql(project: string, params: UnpricedParams): Statement {
  const scope = scopeOf(project, params);
  const sql = `SELECT count() AS calls, sum(input_total) AS input_tokens, sum(output_total) AS output_tokens
FROM calls
WHERE ${scope.where}`;
  return { sql, params: scope.params };
}

function scopeOf(project: string, params: UnpricedParams) {
  return whereAll(
    scopeConditions(project, params.fromNano, params.toNano),
    { conditions: ["cost_status IN ('unpriced', 'partial')"], params: {} },
    filterConditions(params.filters),
  );
}

/** What has no price, and why. */
@Injectable()
export class UnpricedQuery {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** The answer to a query string. @throws AppError `invalid_request`, or what the store throws. */
  async ask(project: string, query: QueryString, signal?: AbortSignal): Promise<UnpricedAnswer> {
    const params = parseUnpricedQuery(query);
    const rows = await this.#select(project, unpricedSql(project, params), signal);
    const groups = rows.slice(0, params.limit).map(readGroup);
    const truncated = rows.length > params.limit;
    if (!truncated) return { data: groups, totals: totalsOf(groups), truncated };
    const [sum] = await this.#select(project, unpricedTotalsSql(project, params), signal);
    const totals = {
      calls: Number(sum?.["calls"] ?? 0),
      inputTokens: readNumber(sum?.["input_tokens"]),
      outputTokens: readNumber(sum?.["output_tokens"]),
    };
    return { data: groups, totals, truncated };
  }

  #select(
    project: string,
    { sql, params }: Statement,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, unknown>[]> {
    const options = { params, onlyProject: project, ...(signal === undefined ? {} : { signal }) };
    return this.store.select<Record<string, unknown>>(sql, options);
  }
}

function totalsOf(groups: readonly UnpricedGroup[]): UnpricedTotals {
  const sum = (name: "inputTokens" | "outputTokens"): number | null => {
    const known = groups.flatMap((group) => group[name] ?? []);
    return known.length === 0 ? null : known.reduce((total, count) => total + count, 0);
  };
  return {
    calls: groups.reduce((total, { calls }) => total + calls, 0),
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
  };
}

function readGroup(row: Readonly<Record<string, unknown>>): UnpricedGroup {
  return {
    provider: readText(row["provider"]) ?? "",
    host: readText(row["host"]),
    requestModel: readText(row["request_model"]),
    responseModel: readText(row["response_model"]),
    serviceTier: readText(row["service_tier"]),
    status: row["cost_status"] === "partial" ? "partial" : "unpriced",
    reason: readText(row["cost_reason"]),
    calls: Number(row["calls"]),
    inputTokens: readNumber(row["input_tokens"]),
    outputTokens: readNumber(row["output_tokens"]),
    firstSeen: readInstant(row["first_seen"]),
    lastSeen: readInstant(row["last_seen"]),
  };
}
