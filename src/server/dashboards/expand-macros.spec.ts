import { describe, expect, it } from "@jest/globals";
import { AppError } from "../domain/errors.js";
import { ALL, expandMacros, type MacroContext, quoteLiteral } from "./expand-macros.js";

const FROM = Date.UTC(2026, 10, 1, 12, 0, 0, 250);
const TO = Date.UTC(2026, 10, 2, 12, 0, 0, 750);

function context(variables: Record<string, readonly string[] | typeof ALL> = {}): MacroContext {
  return { fromMs: FROM, toMs: TO, intervalMs: 300_000, variables: new Map(Object.entries(variables)) };
}

const expand = (sql: string, variables?: Record<string, readonly string[] | typeof ALL>): string =>
  expandMacros(sql, context(variables));

const from = "toDateTime(1793534400)";
const to = "toDateTime(1793620800)";
const fromMs = "fromUnixTimestamp64Milli(1793534400250)";
const toMs = "fromUnixTimestamp64Milli(1793620800750)";

describe("expandMacros", () => {
  it.each([
    ["$__fromTime", from],
    ["$__toTime", to],
    ["$__fromTime_ms", fromMs],
    ["$__toTime_ms", toMs],
    ["$__timeFilter(ts)", `ts >= ${from} AND ts <= ${to}`],
    ["$__timeFilter_ms(ts)", `ts >= ${fromMs} AND ts <= ${toMs}`],
    ["$__dateFilter(d)", "d >= toDate('2026-11-01') AND d <= toDate('2026-11-02')"],
    [
      "$__dateTimeFilter(d, ts)",
      `(d >= toDate('2026-11-01') AND d <= toDate('2026-11-02')) AND (ts >= ${from} AND ts <= ${to})`,
    ],
    [
      "$__dt(d, ts)",
      `(d >= toDate('2026-11-01') AND d <= toDate('2026-11-02')) AND (ts >= ${from} AND ts <= ${to})`,
    ],
    ["$__timeFrom(ts)", `ts >= ${from}`],
    ["$__timeTo(ts)", `ts <= ${to}`],
    ["$__timeInterval(ts)", "toStartOfInterval(toDateTime(ts), INTERVAL 300 second)"],
    ["$__timeInterval_ms(ts)", "toStartOfInterval(toDateTime64(ts, 3), INTERVAL 300000 millisecond)"],
    ["$__timeGroup(ts, 5m)", "toStartOfInterval(toDateTime(ts), INTERVAL 300 second)"],
    ["$__interval_s", "300"],
    ["$__interval_ms", "300000"],
    ["$__interval", "5m"],
    ["$__range_s", "86401"],
    ["${__from} $__to", "1793534400250 1793620800750"],
  ])("expands %s", (sql, expected) => {
    expect(expand(sql)).toBe(expected);
  });

  it("keeps intervals at one second at least", () => {
    const tiny = { ...context(), intervalMs: 20 };
    expect(expandMacros("$__timeInterval(ts) $__interval_s", tiny)).toBe(
      "toStartOfInterval(toDateTime(ts), INTERVAL 1 second) 1",
    );
  });

  it.each([
    ["'$__fromTime'", "'$__fromTime'"],
    ["'it''s $x' -- $__toTime\n1", "'it''s $x' -- $__toTime\n1"],
    ["/* ${x:singlequote} */ 1", "/* ${x:singlequote} */ 1"],
    ['"col $x"', '"col $x"'],
    ["`col $x`", "`col $x`"],
    ["'a\\'$__from'", "'a\\'$__from'"],
  ])("leaves quoted text and comments alone: %s", (sql, expected) => {
    expect(expand(sql)).toBe(expected);
  });

  it("writes variables as escaped literals", () => {
    expect(expand("m IN (${m:singlequote})", { m: ["a", "o'brien", "back\\slash"] })).toBe(
      "m IN ('a','o\\'brien','back\\\\slash')",
    );
  });

  it("cannot be left by any value", () => {
    const hostile = "x' OR 1=1 -- \\' /* $__from ${m:singlequote}";
    const sql = expand("m IN (${m:singlequote})", { m: [hostile] });
    expect(sql).toBe(`m IN (${quoteLiteral(hostile)})`);
    expect(sql).toContain("${m:singlequote}");
  });

  it("keeps the condition for chosen values and drops it for all or none", () => {
    const sql = "$__conditionalAll(coalesce(f, '(none)') IN (${f:singlequote}), $f)";
    expect(expand(sql, { f: ["a", "b"] })).toBe("coalesce(f, '(none)') IN ('a','b')");
    expect(expand(sql, { f: ALL })).toBe("1=1");
    expect(expand(sql, { f: [] })).toBe("1=1");
  });

  it("reads arguments across parentheses, brackets, quotes and comments", () => {
    expect(expand("$__timeFilter_ms(f(a, ')', [1, 2]) /* ) */)")).toBe(
      `f(a, ')', [1, 2]) /* ) */ >= ${fromMs} AND f(a, ')', [1, 2]) /* ) */ <= ${toMs}`,
    );
  });

  it.each([
    ["$__lttb(100)", "unknown macro"],
    ["$__columns(a, b)", "unknown macro"],
    ["$m", "raw variable"],
    ["${m}", "not escaped"],
    ["${m:csv}", "not escaped"],
    ["${other:singlequote}", "unknown variable"],
    ["$__timeFilter(a, b)", "takes 1 arguments"],
    ["$__timeFilter(a", "not closed"],
    ["$__timeGroup(ts, soon)", "cannot read the interval"],
    ["$__conditionalAll(1, m)", "needs a variable"],
    ["$ ", "lone $"],
  ])("refuses %s", (sql, problem) => {
    expect(() => expand(sql, { m: ["a"] })).toThrow(problem);
    expect(() => expand(sql, { m: ["a"] })).toThrow(AppError);
  });

  it("refuses a list of everything outside a condition", () => {
    expect(() => expand("${m:singlequote}", { m: ALL })).toThrow("needs $__conditionalAll");
  });
});
