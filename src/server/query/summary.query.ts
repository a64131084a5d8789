import { Inject, Injectable } from "@nestjs/common";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { nanoFromMs, shortRfc3339FromNano } from "../storage/analytics/nano-time.js";
import { readNumber } from "../storage/analytics/row-values.js";
import { type DimensionFilter, filterConditions } from "./dimensions.js";
import {
  parseQuery,
  parseRange,
  type QueryString,
  type TimeRange,
  timeZoneSchema,
  rangeShape,
} from "./query-string.js";
import { PanelSqlRunner } from "./panel-sql.js";
import { scopeConditions, type Statement, whereAll } from "./statement.js";
import { readTotals, TOTAL_COLUMNS, type Totals } from "./totals.js";

export interface SummaryParams extends TimeRange {
  filters: readonly DimensionFilter[];
}

/**
 * Percentiles in milliseconds; null when nothing was measured. Of the values themselves while they are few; of more than `MOST_VALUES`, of
 * which the engine would take a sample, within 0.6 % of the value.
 */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
}

export interface PeriodSummary extends Totals {
  from: string;
  to: string;
  /** Errors per call, 0 to 1; null without calls. */
  errorRate: number | null;
  /** Cache reads per input token of billable calls that know both, 0 to 1; null when none does. */
  cacheHitRatio: number | null;
  /** Duration of calls that ended well. */
  latencyMs: Percentiles;
  /** Of streamed calls. */
  timeToFirstChunkMs: Percentiles;
}

/** A period and the equally long one right before it. */
export interface SummaryAnswer extends PeriodSummary {
  previous: PeriodSummary;
}

/** As boards have it: see `quantileWithPrevious` there. */
const MOST_VALUES = 8192;
const MAX_SECONDS = 30;

const DEFAULT_RANGE_MS = 30 * 86_400_000;

/** Parameters of the query string beside the dimension filters. */
export const summaryQueryShape = { ...rangeShape, tz: timeZoneSchema };

/**
 * Parameters of `GET /api/v1/summary`. Default range: the 30 days before `nowMs`.
 * @throws AppError `invalid_request` listing every problem.
 */
export function parseSummaryQuery(query: QueryString, nowMs: number): SummaryParams {
  const { params, filters } = parseQuery(summaryQueryShape, query);
  const fallback = { fromNano: nanoFromMs(nowMs - DEFAULT_RANGE_MS), toNano: nanoFromMs(nowMs) };
  return { ...parseRange(params, params.tz, fallback), filters };
}

/** The question as SQL: one row. */
export function summarySql(project: string, params: SummaryParams): Statement {
  const scope = whereAll(
    scopeConditions(project, params.fromNano, params.toNano),
    filterConditions(params.filters),
  );
  const cached =
    "billable AND coalesce(cache_read, cache_read_audio, cache_read_image) IS NOT NULL AND input_total IS NOT NULL";
  const sql = `SELECT
  ${TOTAL_COLUMNS.join(",\n  ")},
  sumIf(coalesce(cache_read, 0) + coalesce(cache_read_audio, 0) + coalesce(cache_read_image, 0), ${cached}) AS cached_tokens,
  sumIf(input_total, ${cached}) AS cacheable_tokens,
  quantilesIf(0.5, 0.95)(duration_ms, outcome = 'ok') AS latency,
  countIf(outcome = 'ok') AS latency_calls,
  quantilesIf(0.5, 0.95)(assumeNotNull(time_to_first_chunk_ms), time_to_first_chunk_ms IS NOT NULL) AS first_chunk,
  countIf(time_to_first_chunk_ms IS NOT NULL) AS first_chunk_calls
FROM calls
WHERE ${scope.where}`;
  return { sql, params: scope.params };
}

/** Percentiles by class, 64 to a doubling: two of latency, two of the first chunk. Its instants are written out, so that rollups can answer. */
export function classedPercentilesSql(params: SummaryParams): Statement {
  const { conditions, params: values } = filterConditions(params.filters);
  const level = (share: number, value: string): string =>
    `250 * exp2((quantileExactWeightedArrayOrNull(${share})(${value}_classes, ${value}_counts) - 999.5) / 64)`;
  const where = [
    `start_time >= fromUnixTimestamp64Nano(${params.fromNano})`,
    `start_time < fromUnixTimestamp64Nano(${params.toNano})`,
    ...conditions,
  ];
  const sql = `SELECT
  ${["duration", "first_chunk"].flatMap((value) => [0.5, 0.95].map((share) => level(share, value))).join(",\n  ")}
FROM call_stats
WHERE ${where.join("\n  AND ")}`;
  return { sql, params: values };
}

/** How a period went, beside the one before it. */
@Injectable()
export class SummaryQuery {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly panels: PanelSqlRunner,
  ) {}

  /** The answer to a query string. @throws AppError `invalid_request`, or what the store throws. */
  ask(project: string, query: QueryString, signal?: AbortSignal): Promise<SummaryAnswer> {
    return this.run(project, parseSummaryQuery(query, this.clock.nowMs()), signal);
  }

  async run(project: string, params: SummaryParams, signal?: AbortSignal): Promise<SummaryAnswer> {
    const length = params.toNano - params.fromNano;
    const before = { ...params, fromNano: params.fromNano - length, toNano: params.fromNano };
    const [current, previous] = await Promise.all([
      this.period(project, params, signal),
      this.period(project, before, signal),
    ]);
    return { ...current, previous };
  }

  private async period(project: string, params: SummaryParams, signal?: AbortSignal): Promise<PeriodSummary> {
    const statement = summarySql(project, params);
    const [row = {}] = await this.store.select<Record<string, unknown>>(statement.sql, {
      params: statement.params,
      onlyProject: project,
      ...(signal === undefined ? {} : { signal }),
    });
    const totals = readTotals(row);
    const counts = [Number(row["latency_calls"]), Number(row["first_chunk_calls"])];
    const classed = counts.some((count) => count > MOST_VALUES)
      ? await this.classedPercentiles(project, params, signal)
      : [];
    return {
      from: shortRfc3339FromNano(params.fromNano),
      to: shortRfc3339FromNano(params.toNano),
      ...totals,
      errorRate: ratio(totals.errors, totals.calls),
      cacheHitRatio: ratio(readNumber(row["cached_tokens"]), readNumber(row["cacheable_tokens"])),
      latencyMs: percentiles(row["latency"], counts[0], classed.slice(0, 2)),
      timeToFirstChunkMs: percentiles(row["first_chunk"], counts[1], classed.slice(2)),
    };
  }

  private async classedPercentiles(
    project: string,
    params: SummaryParams,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    const { sql, params: values } = classedPercentilesSql(params);
    const { rows } = await this.panels.run(project, sql, {
      params: values,
      maxRows: 1,
      maxSeconds: MAX_SECONDS,
      ...(signal === undefined ? {} : { signal }),
    });
    return rows[0] ?? [];
  }
}

function ratio(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}

/** `measured` of the values themselves, `classed` for when there are too many of them. */
function percentiles(measured: unknown, count = 0, classed: readonly unknown[] = []): Percentiles {
  if (count === 0) return { p50: null, p95: null };
  const [p50, p95] = count > MOST_VALUES ? classed : (measured as readonly unknown[]);
  return { p50: readNumber(p50), p95: readNumber(p95) };
}
