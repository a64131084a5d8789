import type { PanelResult } from "../api/types.js";

export type CellKind = "time" | "number" | "text";

/** One column of an answer, read by its ClickHouse type: times as milliseconds, numbers as numbers, the rest as text. */
export interface Field {
  name: string;
  kind: CellKind;
  values: (number | string | null)[];
}

const bareType = (type: string): string => type.replace(/^(?:LowCardinality|Nullable)\((.*)\)$/, "$1");

function kindOf(type: string): CellKind {
  const inner = bareType(bareType(type));
  if (/^Date(Time)?(64)?\b/.test(inner)) return "time";
  if (/^(U?Int|Float|Decimal)/.test(inner)) return "number";
  return "text";
}

function timeMs(text: string): number | null {
  const iso = text.includes("T") ? text : text.replace(" ", "T");
  const ms = Date.parse(/[Zz]|[+-]\d{2}:?\d{2}$/.test(iso) || iso.length === 10 ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? null : ms;
}

function read(value: unknown, kind: CellKind): number | string | null {
  if (value === null || value === undefined) return null;
  if (kind === "text")
    return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
  if (kind === "time") return typeof value === "number" ? value * 1000 : timeMs(String(value as string));
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** The answer's columns with typed values. */
export function readFields(result: PanelResult): Field[] {
  return result.columns.map(({ name, type }, column) => {
    const kind = kindOf(type);
    return { name, kind, values: result.rows.map((row) => read(row[column], kind)) };
  });
}

/** A named line of a chart over the shared times. */
export interface Series {
  name: string;
  values: (number | null)[];
}

export interface TimeFrame {
  /** Milliseconds, ascending. */
  times: number[];
  series: Series[];
}

const MAX_BUCKETS = 20_000;

/** Starts of every bucket from the one that holds `from` to the one that holds `to`, as ClickHouse aligns them. */
function bucketStarts(fromMs: number, toMs: number, intervalMs: number): number[] {
  const width = Math.max(1_000, Math.floor(intervalMs / 1000) * 1000);
  const first = Math.floor(fromMs / width) * width;
  const count = Math.floor((toMs - first) / width) + 1;
  if (count < 1 || count > MAX_BUCKETS) return [];
  return Array.from({ length: count }, (_, index) => first + index * width);
}

/**
 * Series over time from long rows, as Grafana makes them: the first time column is the axis, text columns are labels, and every
 * number column is a series per label. A number column called `Value` takes the label's name alone. With `everyBucket` the times
 * are all buckets of the range, empty ones included, so that bars have one width.
 */
export function toTimeFrame(result: PanelResult, everyBucket: boolean): TimeFrame {
  const fields = readFields(result);
  const time = fields.find((field) => field.kind === "time");
  if (time === undefined || result.rows.length === 0) return { times: [], series: [] };
  const labels = fields.filter((field) => field.kind === "text");
  const numbers = fields.filter((field) => field.kind === "number");
  const seen = time.values.filter((value): value is number => typeof value === "number");
  const buckets = everyBucket
    ? bucketStarts(Date.parse(result.from), Date.parse(result.to), result.intervalMs)
    : [];
  const times = [...new Set([...buckets, ...seen])].toSorted((a, b) => a - b);
  const index = new Map(times.map((at, position) => [at, position]));
  const series = new Map<string, Series>();
  for (let row = 0; row < result.rows.length; row += 1) {
    const position = index.get(time.values[row] as number);
    if (position === undefined) continue;
    const label = labels.map((field) => String(field.values[row] ?? "(none)")).join(" ");
    for (const field of numbers) {
      const name = label === "" ? field.name : field.name === "Value" ? label : `${field.name} ${label}`;
      let line = series.get(name);
      if (line === undefined) {
        line = { name, values: Array.from({ length: times.length }, () => null) };
        series.set(name, line);
      }
      line.values[position] = field.values[row] as number | null;
    }
  }
  const drawn = [...series.values()].filter((line) => line.values.some((value) => value !== null));
  return { times, series: drawn };
}

/** Named values, one per row: the first text column names, the first number column counts. */
export function toNamedValues(result: PanelResult): { name: string; value: number | null }[] {
  const fields = readFields(result);
  const names = fields.find((field) => field.kind === "text");
  const numbers = fields.find((field) => field.kind === "number");
  if (numbers === undefined) return [];
  return numbers.values.map((value, row) => ({
    name: String(names?.values[row] ?? numbers.name),
    value: value as number | null,
  }));
}

/** A calculation over one series; null when it has no value. */
export function reduceValues(values: readonly (number | null)[], calc: string): number | null {
  if (calc === "last") return values.at(-1) ?? null;
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return null;
  if (calc === "sum") return known.reduce((sum, value) => sum + value, 0);
  if (calc === "mean") return known.reduce((sum, value) => sum + value, 0) / known.length;
  if (calc === "max") return Math.max(...known);
  if (calc === "min") return Math.min(...known);
  return known.at(-1) ?? null;
}
