import { Inject, Injectable } from "@nestjs/common";
import { ANALYTICS_STORE, type AnalyticsStore } from "../../storage/analytics/analytics-store.js";
import { type Grain, GRAINS, storedName } from "../../storage/analytics/rollups/grains.js";
import type { Freshness, Span } from "../../storage/analytics/rollups/rollup-freshness.js";
import { coveredSpans, type Instant, rangeOf, type SlotSpan } from "./covered-spans.js";
import { type ComparedWith, type StatsStatement, statsStatement } from "./stats-statement.js";

export interface PlannedSql {
  sql: string;
  /** The rollup that is read; null when every row comes from the views. */
  grain: string | null;
  /** From the first to the last instant that rows are compared with, in seconds; null when the answer may depend on any row. */
  range: Span | null;
}

/**
 * Lets a statement over the views whose rows add up read a rollup where that gives the same answer. The rule: a rollup must have every
 * column that the statement names, its slots must fit into the time buckets, and of its slots only those are taken that are up to date
 * and in which all rows are alike to the statement. All other slots are read from the rows.
 */
@Injectable()
export class RollupPlanner {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** The statement to run in the place of `sql`, which has passed the guard. @throws AppError as the store does. */
  async plan(sql: string, freshness: Freshness): Promise<PlannedSql> {
    const statement = statsStatement(sql);
    if (statement === null || statement.instants.length === 0) return { sql, grain: null, range: null };
    const instants = await this.evaluated(statement.instants);
    const range = statement.isBounded ? rangeOf(instants) : null;
    const name = GRAINS.find((one) => fits(one, statement))?.name;
    const grains = GRAINS.filter((one) => one.name === name && fits(one, statement));
    const slots = grains.map(({ slot }) => slot);
    const spans = coveredSpans(freshness, slots, { instants, zones: statement.zones });
    if (name === undefined || spans.length === 0) return { sql, grain: null, range };
    return { sql: replaced(sql, statement, source(grains, statement, spans)), grain: name, range };
  }

  private async evaluated(compared: readonly ComparedWith[]): Promise<Instant[]> {
    const open = [...new Set(compared.map(({ instant }) => instant))].filter(
      (expression) => writtenSeconds(expression) === null,
    );
    const values = new Map<string, number>();
    if (open.length > 0) {
      const columns = open.map((expression) => `toFloat64(toDateTime64(${expression}, 9, 'UTC'))`);
      const { rows } = await this.store.query(`SELECT ${columns.join(", ")}`);
      for (const [index, expression] of open.entries()) values.set(expression, Number(rows[0]?.[index]));
    }
    return compared.map(({ instant, isAfter }) => ({
      seconds: writtenSeconds(instant) ?? values.get(instant) ?? Number.NaN,
      isAfter,
    }));
  }
}

function fits(grain: Grain, { view, columns, buckets }: StatsStatement): boolean {
  const given = new Set([...grain.dimensions, ...grain.measures, "project", "start_time"]);
  return (
    grain.view === view &&
    buckets.every((seconds) => seconds % grain.slot === 0) &&
    [...columns].every((column) => given.has(column))
  );
}

/** The rows of the view as SQL in brackets: from the grains of the slots within the spans, from the view elsewhere. */
function source(
  grains: readonly Grain[],
  { view, columns }: StatsStatement,
  spans: readonly SlotSpan[],
): string {
  const names = [...new Set(["project", "start_time", ...columns])].map((name) => `\`${name}\``).join(", ");
  const held = grains.flatMap((grain) => {
    const own = spans.filter(({ slot }) => slot === grain.slot).map(({ from, to }) => within(from, to));
    return own.length === 0 ? [] : [`grain = '${storedName(grain)}' AND (${own.join(" OR ")})`];
  });
  // Only columns of the sorting key: what they leave out is no version of a row that they keep.
  return `(
SELECT ${names} FROM calls_rollup FINAL
PREWHERE ${held.join(" OR ")}
WHERE weight > 0
UNION ALL
SELECT ${names} FROM ${view}
WHERE ${gapsOf(spans)
    .map((gap) => `(${gap})`)
    .join(" OR ")}
)`;
}

/** Conditions on rows before, between and after the spans. */
function gapsOf(spans: readonly SlotSpan[]): string[] {
  const gaps: string[] = [];
  let last: number | null = null;
  for (const { from, to } of spans) {
    if (last !== from) gaps.push(within(last, from));
    last = to;
  }
  return [...gaps, within(last, null)];
}

/** Condition on rows that start at or after `from` and before `to`, in seconds. */
function within(from: number | null, to: number | null): string {
  return [
    from === null ? [] : [`start_time >= toDateTime64(${from}, 9, 'UTC')`],
    to === null ? [] : [`start_time < toDateTime64(${to}, 9, 'UTC')`],
  ]
    .flat()
    .join(" AND ");
}

function replaced(sql: string, { reads }: StatsStatement, text: string): string {
  let out = "";
  let at = 0;
  for (const { start, end } of reads) {
    out += sql.slice(at, start) + text;
    at = end;
  }
  return out + sql.slice(at);
}

/** Seconds of the forms that panel SQL mostly has, without asking the engine; null for others. */
function writtenSeconds(expression: string): number | null {
  const seconds = /^toDateTime\((\d+)\)$/.exec(expression)?.[1];
  if (seconds !== undefined) return Number(seconds);
  const nano = /^fromUnixTimestamp64Nano\((\d+)\)$/.exec(expression)?.[1];
  // Slots are whole seconds: whatever lies between two of them is told apart from both by half of one.
  if (nano !== undefined)
    return Number(BigInt(nano) / 1_000_000_000n) + (BigInt(nano) % 1_000_000_000n === 0n ? 0 : 0.5);
  const [, factor = "1", first, second = "0"] =
    /^fromUnixTimestamp64Milli\((?:(\d) \* )?(\d+)(?: - (\d+))?\)$/.exec(expression) ?? [];
  return first === undefined ? null : (Number(factor) * Number(first) - Number(second)) / 1000;
}
