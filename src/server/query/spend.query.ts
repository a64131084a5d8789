import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { nanoFromMs, shortRfc3339FromNano } from "../storage/analytics/nano-time.js";
import { readText } from "../storage/analytics/row-values.js";
import {
  type Dimension,
  type DimensionFilter,
  filterConditions,
  groupColumns,
  isDimension,
} from "./dimensions.js";
import {
  invalidQuery,
  parseQuery,
  parseRange,
  type QueryString,
  type TimeRange,
  timeZoneSchema,
  rangeShape,
} from "./query-string.js";
import { scopeConditions, type Statement, whereAll } from "./statement.js";
import { addTotals, readTotals, TOTAL_COLUMNS, type Totals } from "./totals.js";

export const INTERVALS = ["hour", "day", "week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];

export interface SpendParams extends TimeRange {
  /** Length of a time bucket, or null for one row per group. Weeks begin on Monday. */
  interval: Interval | null;
  timeZone: string;
  groupBy: readonly Dimension[];
  filters: readonly DimensionFilter[];
  /** Most rows returned. */
  limit: number;
}

/** A row: bucket start (RFC 3339) or null, the dimensions asked for (null: not given), and the sums. */
export type SpendRow = { start: string | null } & Record<string, unknown> & Totals;

export interface SpendAnswer {
  data: SpendRow[];
  /** Sums over the whole range, whatever the limit cut off. */
  totals: Totals;
  from: string;
  to: string;
  interval: Interval | null;
  timeZone: string;
  /** More groups exist than `limit` let through: the cheapest of the last buckets are missing in `data`. */
  truncated: boolean;
}

export const MAX_SPEND_ROWS = 10_000;
const MAX_GROUPS = 6;
const DAY_MS = 86_400_000;
const DEFAULT_RANGE_MS = 30 * DAY_MS;
const SHORTEST_MS: Readonly<Record<Interval, number>> = {
  hour: 3_600_000,
  day: 23 * 3_600_000,
  week: 7 * DAY_MS,
  month: 28 * DAY_MS,
};

/** Parameters of the query string beside the dimension filters. */
export const spendQueryShape = {
  ...rangeShape,
  interval: z.enum(INTERVALS).optional().describe("One row per bucket; weeks begin on Monday."),
  tz: timeZoneSchema,
  groupBy: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe("Dimensions, comma-separated; `tag:<key>` for a free tag."),
  limit: z.coerce.number().int().min(1).max(MAX_SPEND_ROWS).default(MAX_SPEND_ROWS),
};

/**
 * Parameters of `GET /api/v1/spend`. Default range: the 30 days before `nowMs`.
 * @throws AppError `invalid_request` listing every problem.
 */
export function parseSpendQuery(query: QueryString, nowMs: number): SpendParams {
  const { params, filters } = parseQuery(spendQueryShape, query);
  const fallback = { fromNano: nanoFromMs(nowMs - DEFAULT_RANGE_MS), toNano: nanoFromMs(nowMs) };
  const range = parseRange(params, params.tz, fallback);
  const groupBy = parseGroupBy(params.groupBy);
  const interval = params.interval ?? null;
  assertBuckets(range, interval);
  return { ...range, interval, timeZone: params.tz, groupBy, filters, limit: params.limit };
}

function parseGroupBy(value: string | string[]): Dimension[] {
  const names = (Array.isArray(value) ? value : [value]).flatMap((text) => text.split(","));
  const wanted = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ""))];
  const problems = wanted
    .filter((name) => !isDimension(name))
    .map((name) => `groupBy: ${name} is no dimension`);
  if (wanted.length > MAX_GROUPS) problems.push(`groupBy: at most ${MAX_GROUPS} dimensions`);
  if (problems.length > 0) throw invalidQuery(problems);
  return wanted.filter((name) => isDimension(name));
}

function assertBuckets(range: TimeRange, interval: Interval | null): void {
  if (interval === null) return;
  const buckets = Number((range.toNano - range.fromNano) / 1_000_000n) / SHORTEST_MS[interval];
  if (buckets > MAX_SPEND_ROWS)
    throw invalidQuery([`interval: more than ${MAX_SPEND_ROWS} buckets; use a longer one`]);
}

/** Start of the bucket a call falls in, as an instant: local midnights and Mondays are those of the zone. */
const BUCKETS: Readonly<Record<Interval, string>> = {
  hour: "toStartOfHour(start_time, {tz:String})",
  day: "toStartOfDay(start_time, {tz:String})",
  week: "toDateTime(toStartOfWeek(start_time, 1, {tz:String}), {tz:String})",
  month: "toDateTime(toStartOfMonth(start_time, {tz:String}), {tz:String})",
};

/** The question as SQL; one row more than the limit tells that there are more. */
export function spendSql(project: string, params: SpendParams): Statement {
  const groups = groupColumns(params.groupBy);
  const bucket = params.interval === null ? [] : [`toUnixTimestamp(${BUCKETS[params.interval]}) AS bucket`];
  const keys = [...(params.interval === null ? [] : ["bucket"]), ...groups.aliases];
  const scope = whereAll(
    scopeConditions(project, params.fromNano, params.toNano),
    filterConditions(params.filters),
  );
  const order = [
    ...(params.interval === null ? [] : ["bucket"]),
    "cost_sum DESC NULLS LAST",
    "calls DESC",
    ...groups.aliases,
  ];
  const sql = `SELECT
  ${[...bucket, ...groups.columns, ...TOTAL_COLUMNS].join(",\n  ")}
FROM calls
WHERE ${scope.where}${keys.length === 0 ? "" : `\nGROUP BY ${keys.join(", ")}`}
ORDER BY ${order.join(", ")}
LIMIT ${params.limit + 1}`;
  const tz = params.interval === null ? {} : { tz: params.timeZone };
  return { sql, params: { ...scope.params, ...groups.params, ...tz } };
}

/** What calls cost, over time and by dimension. */
@Injectable()
export class SpendQuery {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The answer to a query string. @throws AppError `invalid_request`, or what the store throws. */
  ask(project: string, query: QueryString, signal?: AbortSignal): Promise<SpendAnswer> {
    return this.run(project, parseSpendQuery(query, this.clock.nowMs()), signal);
  }

  async run(project: string, params: SpendParams, signal?: AbortSignal): Promise<SpendAnswer> {
    const rows = await this.select(project, params, signal);
    const truncated = rows.length > params.limit;
    return {
      data: rows.slice(0, params.limit).map((row) => readSpendRow(row, params)),
      totals: truncated ? await this.total(project, params, signal) : addTotals(rows.map(readTotals)),
      from: shortRfc3339FromNano(params.fromNano),
      to: shortRfc3339FromNano(params.toNano),
      interval: params.interval,
      timeZone: params.timeZone,
      truncated,
    };
  }

  private async total(project: string, params: SpendParams, signal?: AbortSignal): Promise<Totals> {
    const rows = await this.select(project, { ...params, interval: null, groupBy: [], limit: 1 }, signal);
    return addTotals(rows.map(readTotals));
  }

  private select(
    project: string,
    params: SpendParams,
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>[]> {
    const statement = spendSql(project, params);
    return this.store.select(statement.sql, {
      params: statement.params,
      onlyProject: project,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

function readSpendRow(row: Readonly<Record<string, unknown>>, params: SpendParams): SpendRow {
  const dimensions = params.groupBy.map((dimension, index) => [dimension, readText(row[`dim_${index}`])]);
  const start =
    params.interval === null ? null : shortRfc3339FromNano(BigInt(Number(row["bucket"])) * 1_000_000_000n);
  return { start, ...Object.fromEntries(dimensions), ...readTotals(row) } as SpendRow;
}
