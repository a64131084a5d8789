import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { CallsRepository, type StoredPosition } from "../storage/analytics/calls.repository.js";
import { nanoFromMs, sqlFromNano } from "../storage/analytics/nano-time.js";
import { readNano } from "../storage/analytics/row-values.js";
import { type CallResponse, toCallResponse } from "./call.response.js";
import { type Conditions, type DimensionFilter, filterConditions } from "./dimensions.js";
import { invalidQuery, parseQuery, type QueryString, rangeShape } from "./query-string.js";
import { instantFromText } from "./query-time.js";
import { scopeConditions, type Statement, whereAll } from "./statement.js";
import { isTopColumn, TopCallsQuery } from "./top-calls.query.js";

/** The last call of a page: the next page begins after it. */
export interface CallPosition {
  startNano: bigint;
  id: string;
}

export interface CallsParams {
  /** Inclusive, or null for the beginning of the ledger. */
  fromNano: bigint | null;
  /** Exclusive, or null for no end. */
  toNano: bigint | null;
  after: CallPosition | null;
  traceId: string | null;
  responseId: string | null;
  sort: CallsSort;
  limit: number;
  filters: readonly DimensionFilter[];
}

/** What comes first. Only `newest` has pages: the others answer with the first `limit` calls. */
const SORTS = {
  newest: "start_time DESC",
  oldest: "start_time",
  cost: "cost DESC NULLS LAST, start_time DESC",
  duration: "duration_ms DESC, start_time DESC",
  input: "input_total DESC NULLS LAST, start_time DESC",
  output: "output_total DESC NULLS LAST, start_time DESC",
  attempts: "attempt_count DESC, start_time DESC",
} as const;

export type CallsSort = keyof typeof SORTS;

export interface CallsAnswer {
  data: CallResponse[];
  nextCursor: string | null;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const HOUR_NANO = 3_600_000_000_000n;
/**
 * Newest first cannot be read in order from a table that is sorted by trace, so the search goes back in growing steps; a page
 * of a busy ledger is found in its last hour, and a sparse one ends with the whole range.
 */
const SEARCH_HOURS = [1n, 24n, 24n * 30n] as const;

/** Parameters of the query string beside the dimension filters. */
export const callsQueryShape = {
  ...rangeShape,
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().max(512).optional(),
  traceId: z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, "must be 32 hex digits")
    .optional(),
  responseId: z.string().max(1000).optional(),
  sort: z.enum(Object.keys(SORTS) as CallsSort[]).default("newest"),
};

/**
 * Parameters of `GET /api/v1/calls`. No time window unless asked for.
 * @throws AppError `invalid_request` listing every problem.
 */
export function parseCallsQuery(query: QueryString): CallsParams {
  const { params, filters } = parseQuery(callsQueryShape, query);
  const problems: string[] = [];
  const instant = (name: "from" | "to"): bigint | null => {
    const text = params[name];
    const nano = text === undefined ? null : instantFromText(text, "UTC");
    if (text !== undefined && nano === null)
      problems.push(`${name}: must be RFC 3339 with an offset, or a date`);
    return nano;
  };
  const fromNano = instant("from");
  const toNano = instant("to");
  if (params.sort !== "newest" && params.cursor !== undefined) problems.push("cursor: only for sort=newest");
  if (problems.length > 0) throw invalidQuery(problems);
  return {
    sort: params.sort,
    fromNano,
    toNano,
    after: decodeCallCursor(params.cursor),
    traceId: params.traceId?.toLowerCase() ?? null,
    responseId: params.responseId ?? null,
    limit: params.limit,
    filters,
  };
}

/**
 * The keys of a page, newest first; one more than the limit tells that there is a next page. `fromNano` and `bounds`, which all of its calls
 * meet, narrow the search.
 */
export function callKeysSql(
  project: string,
  params: CallsParams,
  fromNano: bigint | null,
  bounds: Conditions = { conditions: [], params: {} },
): Statement {
  const scope = whereAll(
    scopeConditions(project, fromNano, params.toNano),
    positionConditions(params.after),
    traceConditions(params.traceId),
    responseConditions(params.responseId),
    filterConditions(params.filters),
    bounds,
  );
  const sql = `SELECT start_time, id, trace_id
FROM calls
WHERE ${scope.where}
ORDER BY ${SORTS[params.sort]}, id DESC
LIMIT ${params.limit + 1}`;
  return { sql, params: scope.params };
}

function positionConditions(after: CallPosition | null): Conditions {
  if (after === null) return { conditions: [], params: {} };
  return {
    conditions: [
      "start_time <= toDateTime64({after:String}, 9, 'UTC')",
      "(start_time, id) < (toDateTime64({after:String}, 9, 'UTC'), {after_id:String})",
    ],
    params: { after: sqlFromNano(after.startNano), after_id: after.id },
  };
}

/** A call is in every trace that has a record of it, not only in that of the record which stands for it. */
function traceConditions(traceId: string | null): Conditions {
  if (traceId === null) return { conditions: [], params: {} };
  const records =
    "SELECT call_id FROM calls_raw FINAL WHERE project = {project:String} AND trace_id = {trace_id:String}";
  return { conditions: [`id IN (${records})`], params: { trace_id: traceId } };
}

function responseConditions(responseId: string | null): Conditions {
  if (responseId === null) return { conditions: [], params: {} };
  return { conditions: ["response_id = {response_id:String}"], params: { response_id: responseId } };
}

/** Opaque text for a position. */
export function encodeCallCursor(position: CallPosition): string {
  return Buffer.from(JSON.stringify([position.startNano.toString(), position.id]), "utf8").toString(
    "base64url",
  );
}

const cursorSchema = z.tuple([z.string().regex(/^-?\d{1,19}$/), z.string().min(1).max(200)]);

/** The position of a cursor, or null for none. @throws AppError `invalid_request` when the text is no cursor of ours. */
export function decodeCallCursor(cursor: string | undefined): CallPosition | null {
  if (cursor === undefined) return null;
  try {
    const [nano, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { startNano: BigInt(nano), id };
  } catch (error) {
    throw new AppError(
      "invalid_request",
      "The cursor is not valid",
      { problems: ["cursor: not valid"] },
      { cause: error },
    );
  }
}

/** An indexed id finds its few rows at once. */
function hasIndexedId({ traceId, responseId }: CallsParams): boolean {
  return traceId !== null || responseId !== null;
}

/** The ledger, call by call. */
@Injectable()
export class CallsQuery {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    private readonly calls: CallsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly top: TopCallsQuery,
  ) {}

  /** The answer to a query string. @throws AppError `invalid_request`, or what the store throws. */
  ask(project: string, query: QueryString, signal?: AbortSignal): Promise<CallsAnswer> {
    return this.run(project, parseCallsQuery(query), signal);
  }

  async run(project: string, params: CallsParams, signal?: AbortSignal): Promise<CallsAnswer> {
    const keys = await this.pageKeys(project, params, signal);
    const page = keys.slice(0, params.limit);
    const rows = await this.calls.findCalls(project, page);
    const last = page.at(-1);
    const hasMore = params.sort === "newest" && keys.length > params.limit && last !== undefined;
    return { data: rows.map(toCallResponse), nextCursor: hasMore ? encodeCallCursor(last) : null };
  }

  private async pageKeys(
    project: string,
    params: CallsParams,
    signal?: AbortSignal,
  ): Promise<StoredPosition[]> {
    for (const fromNano of this.searchStarts(params)) {
      const keys = await this.keys(callKeysSql(project, params, fromNano), project, signal);
      if (keys.length > params.limit) return keys;
    }
    const { sort, fromNano, toNano, filters, limit } = params;
    const bounds =
      isTopColumn(sort) && !hasIndexedId(params)
        ? await this.top.bounds(project, { column: sort, limit, fromNano, toNano, filters }, signal)
        : undefined;
    return this.keys(callKeysSql(project, params, fromNano, bounds), project, signal);
  }

  private searchStarts(params: CallsParams): bigint[] {
    if (hasIndexedId(params) || params.sort !== "newest") return [];
    const end = params.after?.startNano ?? params.toNano ?? nanoFromMs(this.clock.nowMs());
    const starts = SEARCH_HOURS.map((hours) => end - hours * HOUR_NANO);
    return starts.filter((start) => params.fromNano === null || start > params.fromNano);
  }

  private async keys(statement: Statement, project: string, signal?: AbortSignal): Promise<StoredPosition[]> {
    const rows = await this.store.select<{ start_time: string; id: string; trace_id: string }>(
      statement.sql,
      {
        params: statement.params,
        onlyProject: project,
        ...(signal === undefined ? {} : { signal }),
      },
    );
    return rows.map((row) => ({ startNano: readNano(row.start_time), id: row.id, traceId: row.trace_id }));
  }
}
