import { Inject, Injectable } from "@nestjs/common";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { nanoFromMs, shortRfc3339FromNano } from "../storage/analytics/nano-time.js";
import { readInstant } from "../storage/analytics/row-values.js";
import {
  invalidQuery,
  parseQuery,
  parseRange,
  type QueryString,
  rangeShape,
  type TimeRange,
} from "./query-string.js";
import { scopeConditions, type Statement, whereAll } from "./statement.js";

/** How many calls are known how well, beside the records that stand for no call of their own. */
export interface QualityCounts {
  calls: number;
  /** Calls that may cost money. */
  billable: number;
  /** Billable calls of which no price, or not every part of one, is known. */
  unpriced: number;
  /** Billable calls by quality of usage: every class known; some lost; numbers that contradict each other; nothing known. */
  exact: number;
  partial: number;
  conflict: number;
  unknown: number;
  /** Billable calls whose sender counted the tokens for itself. */
  estimated: number;
  /** Records that report a call another record stands for. */
  merged: number;
  /** Records that only repeat their descendants. */
  aggregates: number;
}

/** One instrumentation in one version. */
export interface QualityRow extends QualityCounts {
  dialect: string;
  scope: string;
  scopeVersion: string;
  /** Rules that decided how usage was read, with the number of billable calls; the most frequent first, at most 50. */
  rules: { rule: string; calls: number }[];
  firstSeen: string | null;
  lastSeen: string | null;
}

export interface DataQualityAnswer {
  from: string;
  to: string;
  data: QualityRow[];
  /** Of all instrumentations, also of those beyond the limit. */
  totals: QualityCounts;
  /** More instrumentations exist than are listed. */
  truncated: boolean;
}

const DEFAULT_RANGE_MS = 30 * 86_400_000;
const MAX_ROWS = 500;

const COUNTS: Readonly<Record<keyof QualityCounts, string>> = {
  calls: "role = 'call'",
  billable: "role = 'call' AND billable",
  unpriced: "role = 'call' AND billable AND cost_status != 'priced'",
  exact: "role = 'call' AND billable AND usage_quality = 'exact'",
  partial: "role = 'call' AND billable AND usage_quality = 'partial'",
  conflict: "role = 'call' AND billable AND usage_quality = 'conflict'",
  unknown: "role = 'call' AND billable AND usage_quality = 'unknown'",
  estimated: "role = 'call' AND billable AND usage_source = 'estimated'",
  merged: "role = 'merged'",
  aggregates: "role = 'aggregate'",
};

const NAMES = Object.keys(COUNTS) as (keyof QualityCounts)[];

/** Parameters of the query string: all records of an instrumentation are looked at, so there are no filters. */
export const dataQualityQueryShape = rangeShape;

/**
 * Parameters of `GET /api/v1/data-quality`. Default range: the 30 days before `nowMs`.
 * @throws AppError `invalid_request` listing every problem.
 */
export function parseDataQualityQuery(query: QueryString, nowMs: number): TimeRange {
  const { params, filters } = parseQuery(dataQualityQueryShape, query);
  if (filters.length > 0)
    throw invalidQuery(filters.map(({ dimension }) => `${dimension}: unknown parameter`));
  return parseRange(params, "UTC", {
    fromNano: nanoFromMs(nowMs - DEFAULT_RANGE_MS),
    toNano: nanoFromMs(nowMs),
  });
}

/** The question as SQL: one row for each instrumentation and version, most records first, and a last one with all of them. */
export function dataQualitySql(project: string, range: TimeRange): Statement {
  const scope = whereAll(scopeConditions(project, range.fromNano, range.toNano));
  const counts = NAMES.map((name) => `countIf(${COUNTS[name]}) AS ${name}_count`);
  const sql = `SELECT
  dialect,
  scope,
  scope_version,
  grouping(dialect) AS is_total,
  ${counts.join(",\n  ")},
  arraySlice(arrayReverseSort(entry -> (entry.2, entry.1), arrayZip(
    sumMapIf([toString(usage_rule)], [toUInt64(1)], role = 'call' AND billable).1,
    sumMapIf([toString(usage_rule)], [toUInt64(1)], role = 'call' AND billable).2
  )), 1, 50) AS rules,
  min(start_time) AS first_seen,
  max(start_time) AS last_seen
FROM calls_raw FINAL
WHERE ${scope.where}
GROUP BY GROUPING SETS ((dialect, scope, scope_version), ())
ORDER BY is_total DESC, count() DESC, dialect, scope, scope_version
LIMIT ${MAX_ROWS + 2}`;
  return { sql, params: scope.params };
}

/** How well the instrumentations that report here can be understood. */
@Injectable()
export class DataQualityQuery {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The answer to a query string. @throws AppError `invalid_request`, or what the store throws. */
  async ask(project: string, query: QueryString, signal?: AbortSignal): Promise<DataQualityAnswer> {
    const range = parseDataQualityQuery(query, this.clock.nowMs());
    const { sql, params } = dataQualitySql(project, range);
    const [total = {}, ...rows] = await this.store.select<Record<string, unknown>>(sql, {
      params,
      onlyProject: project,
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      from: shortRfc3339FromNano(range.fromNano),
      to: shortRfc3339FromNano(range.toNano),
      data: rows.slice(0, MAX_ROWS).map(readRow),
      totals: readCounts(total),
      truncated: rows.length > MAX_ROWS,
    };
  }
}

type StoredRow = Readonly<Record<string, unknown>>;

function readCounts(row: StoredRow): QualityCounts {
  return Object.fromEntries(NAMES.map((name) => [name, Number(row[`${name}_count`] ?? 0)])) as Record<
    keyof QualityCounts,
    number
  >;
}

function readRow(row: StoredRow): QualityRow {
  const rules = row["rules"] as readonly (readonly [string, unknown])[];
  return {
    dialect: String(row["dialect"]),
    scope: String(row["scope"]),
    scopeVersion: String(row["scope_version"]),
    ...readCounts(row),
    rules: rules.map(([rule, calls]) => ({ rule, calls: Number(calls) })),
    firstSeen: readInstant(row["first_seen"]),
    lastSeen: readInstant(row["last_seen"]),
  };
}
