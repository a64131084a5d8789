import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { AppError } from "../domain/errors.js";
import { assertReadOnlySelect } from "./sql-guard.js";

const VIEWS = ["calls", "attempts", "cost_lines", "ledger.calls"];

const ALLOWED = [
  "SELECT 1",
  "select count() from calls;",
  "SELECT sum(cost) AS Value FROM calls WHERE start_time >= toDateTime64('2026-01-01', 3) AND model IN ('a', 'b')",
  "SELECT * FROM (SELECT model, count() AS calls FROM calls GROUP BY model) ORDER BY calls",
  "WITH top AS (SELECT model FROM calls LIMIT 3), x AS (SELECT 1) SELECT * FROM top, x WHERE model IN (SELECT model FROM top)",
  "WITH top AS (SELECT model FROM calls) SELECT count() FROM calls WHERE model IN top",
  "(SELECT 1) UNION ALL (SELECT 2)",
  "SELECT a.id FROM calls AS a LEFT JOIN attempts b ON a.id = b.id",
  "SELECT x, y FROM calls ARRAY JOIN [1, 2] AS x, [3, 4] AS y WHERE x > 1",
  "SELECT period, amount FROM (SELECT [sum(cost), 1] AS amounts FROM calls) ARRAY JOIN ['a', 'b'] AS period, amounts AS amount",
  "SELECT toStartOfDay(start_time) AS t, sum(cost) FROM calls GROUP BY t WITH TOTALS ORDER BY t WITH FILL STEP 1",
  "SELECT 'DROP TABLE calls; -- ''quoted'' \\' INTO OUTFILE' AS text FROM calls -- comment; DROP TABLE calls",
  'SELECT /* settings */ `model`, "team" FROM calls',
  "SELECT {x:String} AS x, {m:Map(String, UInt8)} FROM calls WHERE team = {team:String}",
  "SELECT number FROM numbers(10)",
  "SELECT ledger.calls.model FROM `ledger`.`calls`, ledger.calls AS c WHERE 1 IN (SELECT 1 FROM ledger.calls)",
  "SELECT c.user, c.session, nullIf(c.version, 0), tags['settings'] FROM calls AS c",
  "SELECT quantiles(0.5, 0.95)(duration_ms) FROM calls GROUP BY model, team HAVING count() > 1 LIMIT 5 BY team LIMIT 10 OFFSET 2",
  "SELECT sum(cost) OVER (PARTITION BY model ORDER BY start_time) FROM calls WINDOW w AS (ORDER BY start_time)",
  "SELECT model IN ('a') ? 1 : 0, x -> x + 1, 1e-3, 0xff, 1_000, t.1 FROM calls",
];

/** Attempts to write, to leave the views, to reach files, hosts and settings, or to confuse the reader. */
const REFUSED = JSON.parse(
  readFileSync(new URL("../../../test/golden/sql/escape-attempts.json", import.meta.url), "utf8"),
) as string[];

describe("the SQL guard", () => {
  it.each(ALLOWED)("lets through: %s", (sql) => {
    expect(() => assertReadOnlySelect(sql, VIEWS, ["x", "m", "team"])).not.toThrow();
  });

  it("has at least 150 attempts to refuse", () => {
    expect(new Set(REFUSED).size).toBeGreaterThanOrEqual(150);
  });

  it.each(REFUSED)("refuses: %s", (sql) => {
    let code = "let through";
    try {
      assertReadOnlySelect(sql, VIEWS, ["x", "m", "team"]);
    } catch (error) {
      code = error instanceof AppError ? error.code : String(error);
    }
    expect(code).toBe("invalid_request");
  });
});
