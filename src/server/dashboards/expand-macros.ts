import { AppError } from "../domain/errors.js";
import { intervalText, intervalTextMs } from "./grafana-interval.js";
import { readArguments, skipOpaque } from "./sql-scanner.js";

/** What a panel's SQL is filled in with. Times are milliseconds since the Unix epoch, both ends inclusive. */
export interface MacroContext {
  fromMs: number;
  toMs: number;
  intervalMs: number;
  /** Chosen values by variable; "All" is the text `ALL`, not the list of everything. */
  variables: ReadonlyMap<string, readonly string[] | typeof ALL>;
}

export const ALL = Symbol("all values of a variable");

/**
 * SQL with every macro and variable of Grafana's ClickHouse datasource replaced, as that plugin would. Quoted text and comments
 * stay as they are. A variable is only replaced as `${name:singlequote}`, a list of escaped string literals.
 * @throws AppError `internal` for an unknown macro or variable, a raw variable, or a wrong number of arguments: the board is at fault.
 * @see https://github.com/grafana/clickhouse-datasource (macros of 4.20, checked 2026-11-22)
 */
export function expandMacros(sql: string, context: MacroContext): string {
  let out = "";
  let at = 0;
  while (at < sql.length) {
    const after = skipOpaque(sql, at);
    if (after > at) {
      out += sql.slice(at, after);
      at = after;
    } else if (sql[at] === "$") {
      const replaced = replaceAt(sql, at, context);
      out += replaced.text;
      at = replaced.end;
    } else {
      out += sql[at];
      at += 1;
    }
  }
  return out;
}

interface Replacement {
  text: string;
  end: number;
}

function replaceAt(sql: string, at: number, context: MacroContext): Replacement {
  const braced = /^\$\{(\w+)(?::(\w+))?\}/.exec(sql.slice(at, at + 120));
  if (braced !== null) {
    const [whole, name = "", format] = braced;
    return { text: bracedValue(name, format, context), end: at + whole.length };
  }
  const [, name] = /^\$(\w+)/.exec(sql.slice(at, at + 120)) ?? [];
  if (name === undefined) throw broken("a lone $");
  const end = at + 1 + name.length;
  const value = BARE[name];
  if (value !== undefined) return { text: value(context), end };
  const macro = MACROS[name];
  if (macro === undefined || sql[end] !== "(") throw broken(`unknown macro or raw variable $${name}`);
  const call = readArguments(sql, end);
  if (call === null) throw broken(`$${name} is not closed`);
  if (call.args.length !== macro.arity) throw broken(`$${name} takes ${macro.arity} arguments`);
  return { text: macro.expand(call.args, context), end: call.end };
}

function bracedValue(name: string, format: string | undefined, context: MacroContext): string {
  const builtIn = BARE[name];
  if (builtIn !== undefined && format === undefined) return builtIn(context);
  const chosen = context.variables.get(name);
  if (chosen === undefined) throw broken(`unknown variable ${name}`);
  if (format !== "singlequote") throw broken(`variable ${name} is not escaped with :singlequote`);
  if (chosen === ALL) throw broken(`variable ${name} needs $__conditionalAll`);
  return chosen.map(quoteLiteral).join(",");
}

/** A ClickHouse string literal that holds exactly this text. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const dateTime = (ms: number): string => `toDateTime(${seconds(ms)})`;
const dateTime64 = (ms: number): string => `fromUnixTimestamp64Milli(${ms})`;
const date = (ms: number): string => `toDate('${new Date(ms).toISOString().slice(0, 10)}')`;
const intervalSeconds = (ms: number): number => Math.max(1, seconds(ms));

/** Replaced without arguments: as `$name` or `${name}`. */
const BARE: Readonly<Record<string, (context: MacroContext) => string>> = {
  __from: (c) => String(c.fromMs),
  __to: (c) => String(c.toMs),
  __interval: (c) => intervalText(c.intervalMs),
  __interval_ms: (c) => String(c.intervalMs),
  __interval_s: (c) => String(intervalSeconds(c.intervalMs)),
  __range_ms: (c) => String(c.toMs - c.fromMs),
  __range_s: (c) => String(Math.round((c.toMs - c.fromMs) / 1000)),
  __fromTime: (c) => dateTime(c.fromMs),
  __toTime: (c) => dateTime(c.toMs),
  __fromTime_ms: (c) => dateTime64(c.fromMs),
  __toTime_ms: (c) => dateTime64(c.toMs),
};

interface Macro {
  arity: number;
  expand: (args: readonly string[], context: MacroContext) => string;
}

const between = (column: string, from: string, to: string): string =>
  `${column} >= ${from} AND ${column} <= ${to}`;

const unary = (expand: (column: string, context: MacroContext) => string): Macro => ({
  arity: 1,
  expand: ([column = ""], context) => expand(expandMacros(column, context), context),
});

const dateAndTime: Macro = {
  arity: 2,
  expand: ([day = "", time = ""], c) =>
    `(${between(day, date(c.fromMs), date(c.toMs))}) AND (${between(time, dateTime(c.fromMs), dateTime(c.toMs))})`,
};

const MACROS: Readonly<Record<string, Macro>> = {
  __timeFilter: unary((column, c) => between(column, dateTime(c.fromMs), dateTime(c.toMs))),
  __timeFilter_ms: unary((column, c) => between(column, dateTime64(c.fromMs), dateTime64(c.toMs))),
  __dateFilter: unary((column, c) => between(column, date(c.fromMs), date(c.toMs))),
  __dateTimeFilter: dateAndTime,
  __dt: dateAndTime,
  __timeFrom: unary((column, c) => `${column} >= ${dateTime(c.fromMs)}`),
  __timeTo: unary((column, c) => `${column} <= ${dateTime(c.toMs)}`),
  __timeInterval: unary(
    (column, c) =>
      `toStartOfInterval(toDateTime(${column}), INTERVAL ${intervalSeconds(c.intervalMs)} second)`,
  ),
  __timeInterval_ms: unary(
    (column, c) =>
      `toStartOfInterval(toDateTime64(${column}, 3), INTERVAL ${Math.max(1, c.intervalMs)} millisecond)`,
  ),
  __timeGroup: {
    arity: 2,
    expand: ([column = "", width = ""], context) => {
      const ms = intervalTextMs(width);
      if (ms === null) throw broken(`$__timeGroup cannot read the interval ${width}`);
      return `toStartOfInterval(toDateTime(${expandMacros(column, context)}), INTERVAL ${intervalSeconds(ms)} second)`;
    },
  },
  __conditionalAll: {
    arity: 2,
    expand: ([condition = "", variable = ""], context) => {
      const name = /^\$(\w+)$/.exec(variable)?.[1];
      const chosen = name === undefined ? undefined : context.variables.get(name);
      if (chosen === undefined) throw broken(`$__conditionalAll needs a variable, not ${variable}`);
      return chosen === ALL || chosen.length === 0 ? "1=1" : expandMacros(condition, context);
    },
  },
};

function broken(problem: string): AppError {
  return new AppError("internal", `The board's SQL cannot be expanded: ${problem}.`);
}
