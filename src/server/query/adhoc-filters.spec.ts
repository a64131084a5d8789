import { describe, expect, it } from "@jest/globals";
import { adhocFiltersSchema, narrowed } from "./adhoc-filters.js";

const SQL = "SELECT sum(cost) AS Value FROM calls\nWHERE start_time >= now() AND (a OR b)";

describe("narrowed", () => {
  it("leaves a statement without filters alone", () => {
    expect(narrowed(SQL, [])).toEqual({ sql: SQL, params: {} });
  });

  it("binds values and adds the condition to every view", () => {
    const sql = `WITH top AS (SELECT model FROM calls WHERE 1) ${SQL} AND model IN (SELECT model FROM top)`;
    const { sql: out, params } = narrowed(sql, [
      { key: "model", operator: "=|", value: ["a'b", "c"] },
      { key: "tag:tier x'", operator: "!=", value: "" },
    ]);
    expect(params).toEqual({ adhoc_0: ["a'b", "c"], adhoc_1: ["(none)"], adhoc_key_1: "tier x'" });
    expect(out).not.toContain("a'b");
    expect(out.match(/adhoc_0:Array/g)).toHaveLength(2);
    expect(out).toContain("FROM calls\nWHERE coalesce(");
  });

  it("does not take the word in a literal for a view", () => {
    const sql = "SELECT 'FROM calls WHERE' AS x FROM calls WHERE y";
    expect(narrowed(sql, [{ key: "team", operator: "=", value: "t" }]).sql).toContain(
      "'FROM calls WHERE' AS x",
    );
  });

  it.each([
    [[{ key: "cost) OR 1=1 --", operator: "=", value: "x" }], "invalid_request"],
    [[{ key: "tag:", operator: "=", value: "x" }], "invalid_request"],
    [[{ key: "toString", operator: "=", value: "x" }], "invalid_request"],
    [[{ key: "model", operator: "=~", value: ["a", "b"] }], "invalid_request"],
    [[{ key: "model", operator: "=~", value: "x".repeat(201) }], "invalid_request"],
  ] as const)("refuses %j", (filters, code) => {
    expect(() => narrowed(SQL, adhocFiltersSchema.parse(filters))).toThrow(expect.objectContaining({ code }));
  });

  it("refuses to read a view that it cannot narrow", () => {
    expect(() => narrowed("SELECT 1 FROM calls", [{ key: "team", operator: "=", value: "t" }])).toThrow(
      expect.objectContaining({ code: "internal" }),
    );
  });

  it.each([["<"], ["LIKE"], ["; DROP TABLE calls"]])("knows no operator %s", (operator) => {
    expect(adhocFiltersSchema.safeParse([{ key: "model", operator, value: "x" }]).success).toBe(false);
  });
});
