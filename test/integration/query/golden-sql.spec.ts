import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { budgetSpendSql } from "../../../src/server/query/budget-spend.query.js";
import { callKeysSql, encodeCallCursor, parseCallsQuery } from "../../../src/server/query/calls.query.js";
import { dataQualitySql, parseDataQualityQuery } from "../../../src/server/query/data-quality.query.js";
import { filtersOfScope } from "../../../src/server/query/dimensions.js";
import { parseSpendQuery, spendSql } from "../../../src/server/query/spend.query.js";
import type { Statement } from "../../../src/server/query/statement.js";
import { parseSummaryQuery, summarySql } from "../../../src/server/query/summary.query.js";
import { parseUnpricedQuery, unpricedSql } from "../../../src/server/query/unpriced.query.js";
import { type Ledger, openLedger } from "./ledger-fixture.js";

const NOW_MS = Date.parse("2026-04-01T00:00:00Z");
const RANGE = { from: "2026-03-01", to: "2026-04-01", tz: "Europe/Berlin" };
const FILTERS = { feature: ["search", "chat"], "tag:tier": "gold" };

const calls = (query: Record<string, unknown>): Statement => {
  const params = parseCallsQuery(query);
  return callKeysSql("default", params, params.fromNano);
};

/** Set UPDATE_GOLDEN=1 to write the files; review them as a diff. */
const statements: Record<string, () => Statement> = {
  "spend-total": () => spendSql("default", parseSpendQuery({}, NOW_MS)),
  "spend-by-day-and-model": () =>
    spendSql(
      "default",
      parseSpendQuery({ ...RANGE, ...FILTERS, interval: "day", groupBy: "model,tag:tier" }, NOW_MS),
    ),
  "spend-by-week": () => spendSql("default", parseSpendQuery({ ...RANGE, interval: "week" }, NOW_MS)),
  summary: () => summarySql("default", parseSummaryQuery({ ...RANGE, ...FILTERS }, NOW_MS)),
  "calls-newest": () => calls({}),
  "calls-narrowed": () =>
    calls({
      from: "2026-03-01T00:00:00Z",
      to: "2026-04-01T00:00:00Z",
      traceId: "ABCDEF0123456789ABCDEF0123456789",
      cursor: encodeCallCursor({ startNano: 1_772_446_530_123_456_789n, id: "x" }),
      ...FILTERS,
    }),
  unpriced: () => unpricedSql("default", parseUnpricedQuery({ from: "2026-03-01" })),
  "data-quality": () =>
    dataQualitySql("default", parseDataQualityQuery({ from: RANGE.from, to: RANGE.to }, NOW_MS)),
  "budget-spend": () =>
    budgetSpendSql("default", {
      fromNano: 0n,
      toNano: 1_772_446_530_000_000_000n,
      filters: filtersOfScope({ environment: "prod", tags: { tier: ["gold", "silver"] } }),
    }),
};

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

describe.each(Object.entries(statements))("the SQL of %s", (name, build) => {
  const path = join("test", "golden", "sql", `${name}.sql`);

  it("is the reviewed one", async () => {
    const statement = build();
    const text = `-- ${JSON.stringify(statement.params)}\n${statement.sql}\n`;
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(path, text);
    expect(text).toBe(await readFile(path, "utf8"));
  });

  it("runs, with every parameter used", async () => {
    const { sql, params } = build();
    await expect(ledger.store.query(sql, { params })).resolves.toBeDefined();
    for (const param of Object.keys(params)) expect(sql).toContain(`{${param}:`);
  });
});
