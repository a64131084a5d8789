import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { PricedCall } from "../../../src/server/domain/call.js";
import { AppError } from "../../../src/server/domain/errors.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import { BudgetSpendQuery } from "../../../src/server/query/budget-spend.query.js";
import { CallQuery } from "../../../src/server/query/call.query.js";
import { CallsQuery } from "../../../src/server/query/calls.query.js";
import { DataQualityQuery } from "../../../src/server/query/data-quality.query.js";
import { filtersOfScope } from "../../../src/server/query/dimensions.js";
import { panelRunner } from "../../support/panel-runner.js";
import { SpendQuery } from "../../../src/server/query/spend.query.js";
import { TopCallsQuery } from "../../../src/server/query/top-calls.query.js";
import { SummaryQuery } from "../../../src/server/query/summary.query.js";
import { UnpricedQuery } from "../../../src/server/query/unpriced.query.js";
import { nanoFromRfc3339 } from "../../../src/server/storage/analytics/nano-time.js";
import { fullCall, ledgerRow, pricedCall, usageOf } from "../storage/builders.js";
import { type Ledger, openLedger } from "./ledger-fixture.js";

const clock = { nowMs: () => Date.parse("2026-04-01T00:00:00Z") };
const at = (text: string): bigint => nanoFromRfc3339(text) ?? 0n;
const TRACE = "1".repeat(32);
const OTHER_TRACE = "2".repeat(32);

const cost = (total: string | null, status: PricedCall["cost"]["status"] = "priced"): PricedCall["cost"] => ({
  ...pricedCall().cost,
  status,
  total,
  listTotal: total,
});

const attribution = (known: Partial<PricedCall["attribution"]>): PricedCall["attribution"] => ({
  ...pricedCall().attribution,
  ...known,
});

const callAt = (time: string, overrides: Partial<PricedCall> = {}): PricedCall =>
  pricedCall({ startTimeUnixNano: at(time), ...overrides });

let ledger: Ledger;

/**
 * Billable: two searches (0.1 + 0.2), one chat of another model (1), one unpriced, one partial (0.05). Not billable: a refused
 * call, a merged record and an aggregate that would each double the sums. Another project has one call.
 */
const rows: LedgerRow[] = [
  ledgerRow(
    callAt("2026-03-28T22:30:00Z", {
      traceId: TRACE,
      cost: cost("0.1"),
      attribution: attribution({ feature: "search", user: "u1", tags: { tier: "gold" } }),
      usage: usageOf({ inputUncached: 60, cacheRead: 40, output: 10, inputTotal: 100, outputTotal: 10 }),
      timeToFirstChunkMs: 50,
      durationMs: 100,
    }),
    { callId: "search-1", otherSpanIds: ["feedfacefeedface"] },
  ),
  ledgerRow(
    callAt("2026-03-28T23:30:00.000000001Z", {
      cost: cost("0.2"),
      attribution: attribution({ feature: "search", user: "u2" }),
      usage: usageOf({ inputUncached: 100, cacheRead: 0, output: 20, inputTotal: 100, outputTotal: 20 }),
      durationMs: 300,
    }),
    { callId: "search-2" },
  ),
  ledgerRow(
    callAt("2026-03-29T12:00:00Z", {
      pricedModel: "claude-x",
      provider: "anthropic",
      cost: cost("1"),
      attribution: attribution({ feature: "chat" }),
      retryCount: 2,
      durationMs: 200,
    }),
    { callId: "chat-1" },
  ),
  ledgerRow(
    callAt("2026-03-29T13:00:00Z", {
      pricedModel: null,
      requestModel: "mystery",
      responseModel: null,
      cost: { ...cost(null, "unpriced"), reason: "model_unknown", lines: [] },
      attribution: attribution({ feature: "chat" }),
      usage: usageOf({}),
    }),
    { callId: "unpriced-1" },
  ),
  ledgerRow(
    callAt("2026-03-30T13:00:00Z", {
      cost: { ...cost("0.05", "partial"), reason: "rate_class_unknown:output_audio" },
    }),
    { callId: "partial-1" },
  ),
  ledgerRow(
    callAt("2026-03-30T14:00:00Z", {
      outcome: "error",
      httpStatus: 429,
      errorType: "RateLimitError",
      billable: false,
      cost: cost(null, "not_billable"),
    }),
    { callId: "refused-1" },
  ),
  ledgerRow(
    callAt("2026-03-30T15:00:00Z", { traceId: OTHER_TRACE, spanId: "abadcafeabadcafe", cost: cost("100") }),
    {
      callId: "search-1",
      role: "merged",
      roleReason: "response_id",
    },
  ),
  ledgerRow(callAt("2026-03-30T15:00:00Z", { cost: cost("100") }), { callId: "agg", role: "aggregate" }),
  ledgerRow(callAt("2026-03-30T16:00:00Z", { cost: cost("1000") }), { project: "other", callId: "other-1" }),
];

beforeAll(async () => {
  ledger = await openLedger();
  await ledger.calls.insert(rows, []);
  await ledger.calls.insert(rows.slice(0, 3), []);
});

afterAll(() => ledger.close());

const RANGE = { from: "2026-03-28T00:00:00Z", to: "2026-03-31T00:00:00Z" };

const rejection = async (work: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await work.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (error instanceof AppError) return error;
  throw new Error("expected an AppError");
};

describe("spend", () => {
  const spend = () => new SpendQuery(ledger.store, clock);

  it("sums billable rows once, whatever was resent, merged or aggregated", async () => {
    const { data, totals } = await spend().ask("default", RANGE);
    expect(data).toEqual([{ start: null, ...totals }]);
    expect(totals).toMatchObject({
      calls: 6,
      errors: 1,
      billableCalls: 5,
      unpricedCalls: 1,
      partialCalls: 1,
      unknownUsageCalls: 1,
      retries: 2,
      cost: "1.35",
      listCost: "1.35",
    });
    expect(totals.usage).toMatchObject({
      inputUncached: 360,
      cacheRead: 40,
      output: 70,
      inputTotal: 400,
      images: null,
    });
  });

  it("groups by dimensions, unknown last named null, and by tag", async () => {
    const byFeature = await spend().ask("default", { ...RANGE, groupBy: "feature,provider" });
    expect(
      byFeature.data.map((row) => [row["feature"], row["provider"], row.cost, row.unpricedCalls]),
    ).toEqual([
      ["chat", "anthropic", "1", 0],
      ["search", "openai", "0.3", 0],
      [null, "openai", "0.05", 0],
      ["chat", "openai", null, 1],
    ]);
    const byTag = await spend().ask("default", { ...RANGE, groupBy: ["tag:tier"], feature: "search" });
    expect(byTag.data.map((row) => [row["tag:tier"], row.cost])).toEqual([
      [null, "0.2"],
      ["gold", "0.1"],
    ]);
  });

  it("says null for money and tokens that are all unknown, and 0 where nothing is billable", async () => {
    const { data } = await spend().ask("default", { ...RANGE, groupBy: "costStatus" });
    const status = (name: string) => data.find((row) => row["costStatus"] === name);
    expect(status("unpriced")).toMatchObject({ cost: null, calls: 1 });
    expect(status("unpriced")?.usage.inputTotal).toBeNull();
    expect(status("not_billable")).toMatchObject({ cost: "0", calls: 1 });
    expect(status("not_billable")?.usage.inputTotal).toBe(0);
  });

  it("cuts days, weeks and months at the zone's midnights, over a change of the clocks", async () => {
    const starts = async (interval: string, tz: string) => {
      const { data } = await spend().ask("default", { from: "2026-03-28", to: "2026-03-31", interval, tz });
      return data.map((row) => [row.start, row.calls]);
    };
    expect(await starts("day", "UTC")).toEqual([
      ["2026-03-28T00:00:00.000Z", 2],
      ["2026-03-29T00:00:00.000Z", 2],
      ["2026-03-30T00:00:00.000Z", 2],
    ]);
    expect(await starts("day", "Europe/Berlin")).toEqual([
      ["2026-03-27T23:00:00.000Z", 1],
      ["2026-03-28T23:00:00.000Z", 3],
      ["2026-03-29T22:00:00.000Z", 2],
    ]);
    expect(await starts("week", "Europe/Berlin")).toEqual([
      ["2026-03-22T23:00:00.000Z", 4],
      ["2026-03-29T22:00:00.000Z", 2],
    ]);
    expect(await starts("month", "Europe/Berlin")).toEqual([["2026-02-28T23:00:00.000Z", 6]]);
    expect((await starts("hour", "Asia/Kolkata"))[0]).toEqual(["2026-03-28T22:30:00.000Z", 1]);
  });

  it("filters by several values, by not given, and by tag", async () => {
    const costOf = async (query: Record<string, unknown>) =>
      (await spend().ask("default", { ...RANGE, ...query })).totals;
    expect((await costOf({ user: ["u1", "u2"] })).cost).toBe("0.3");
    expect((await costOf({ feature: "" })).calls).toBe(2);
    expect((await costOf({ "tag:tier": "gold" })).cost).toBe("0.1");
    expect((await costOf({ feature: "' OR 1=1 --" })).calls).toBe(0);
    expect((await costOf({ feature: "nothing" })).cost).toBe("0");
  });

  it("takes the beginning of a range and leaves out its end", async () => {
    const calls = async (from: string, to: string) =>
      (await spend().ask("default", { from, to })).totals.calls;
    expect(await calls("2026-03-28T23:30:00.000000001Z", "2026-03-29T12:00:00Z")).toBe(1);
    expect(await calls("2026-03-28T23:30:00.000000002Z", "2026-03-29T12:00:00.000000001Z")).toBe(1);
    expect(await calls("2026-03-28T23:30:00.000000002Z", "2026-03-29T12:00:00Z")).toBe(0);
  });

  it("tells that rows were cut off, and still has the whole sum", async () => {
    const answer = await spend().ask("default", { ...RANGE, groupBy: "model", limit: "1" });
    expect(answer.data.map((row) => row["model"])).toEqual(["claude-x"]);
    expect(answer).toMatchObject({ truncated: true, totals: { cost: "1.35" } });
  });

  it("lists every problem of a query at once", async () => {
    const query = {
      from: "yesterday",
      interval: "year",
      groupBy: "colour",
      tz: "Mars/Olympus",
      featrue: "x",
      limit: "0",
    };
    const error = await rejection(Promise.resolve().then(() => spend().ask("default", query)));
    expect(error.code).toBe("invalid_request");
    const problems = error.details["problems"] as string[];
    for (const name of ["interval", "tz", "featrue", "limit"]) expect(problems.join()).toContain(name);
  });
});

describe("summary", () => {
  it("has totals, ratios and percentiles beside the period before", async () => {
    const summary = await new SummaryQuery(ledger.store, clock, panelRunner(ledger.store)).ask("default", {
      from: "2026-03-29T00:00:00Z",
      to: "2026-03-31T00:00:00Z",
    });
    expect(summary).toMatchObject({
      calls: 4,
      errors: 1,
      errorRate: 0.25,
      cost: "1.05",
      unpricedCalls: 1,
      cacheHitRatio: null,
    });
    expect(summary.previous).toMatchObject({
      calls: 2,
      cost: "0.3",
      cacheHitRatio: 0.2,
      latencyMs: { p50: 200, p95: 290 },
      timeToFirstChunkMs: { p50: 50, p95: 50 },
    });
    expect(summary.timeToFirstChunkMs).toEqual({ p50: null, p95: null });
  });

  it("answers for an empty ledger", async () => {
    const summary = await new SummaryQuery(ledger.store, clock, panelRunner(ledger.store)).ask("nobody", {});
    expect(summary).toMatchObject({
      calls: 0,
      cost: "0",
      errorRate: null,
      latencyMs: { p50: null, p95: null },
    });
  });
});

describe("data quality", () => {
  const quality = (query: Record<string, string>, project = "default") =>
    new DataQualityQuery(ledger.store, clock).ask(project, query);

  it("counts calls and other records by instrumentation, version and rule", async () => {
    const { data, totals, truncated } = await quality({ from: "2026-03-01", to: "2026-04-01" });
    expect(totals).toMatchObject({ calls: 6, billable: 5, unpriced: 2, merged: 1, aggregates: 1 });
    const [first] = data;
    expect(first).toMatchObject({ dialect: "spanledger", firstSeen: expect.any(String) });
    expect(first?.rules.reduce((sum, { calls }) => sum + calls, 0)).toBe(first?.billable);
    expect(data.reduce((sum, row) => sum + row.calls, 0)).toBe(totals.calls);
    expect(truncated).toBe(false);
  });

  it("answers for an empty ledger and takes no filters", async () => {
    expect(await quality({}, "nobody")).toMatchObject({ data: [], totals: { calls: 0, conflict: 0 } });
    await expect(quality({ feature: "search" })).rejects.toThrow("feature: unknown parameter");
  });
});

describe("calls", () => {
  const calls = () =>
    new CallsQuery(ledger.store, ledger.calls, clock, new TopCallsQuery(panelRunner(ledger.store)));
  const ids = async (query: Record<string, string>) =>
    (await calls().ask("default", query)).data.map((call) => call.id);

  it("are listed newest first, once each, without a window", async () => {
    expect(await ids({})).toEqual(["refused-1", "partial-1", "unpriced-1", "chat-1", "search-2", "search-1"]);
  });

  it("are narrowed by time, trace and dimension", async () => {
    expect(await ids({ from: "2026-03-29T12:00:00Z", to: "2026-03-29T13:00:00Z" })).toEqual(["chat-1"]);
    expect(await ids({ traceId: TRACE })).toEqual(["search-1"]);
    expect(await ids({ traceId: OTHER_TRACE })).toEqual(["search-1"]);
    expect(await ids({ traceId: "3".repeat(32) })).toEqual([]);
    expect(await ids({ outcome: "error" })).toEqual(["refused-1"]);
    expect(await ids({ costStatus: "unpriced" })).toEqual(["unpriced-1"]);
  });

  it("come in pages that neither miss nor repeat, also when several start at one instant", async () => {
    const sameInstant = Array.from({ length: 7 }, (_, index) =>
      ledgerRow(callAt("2026-03-20T00:00:00.5Z"), { project: "paged", callId: `c${index}` }),
    );
    const old = ledgerRow(callAt("2025-01-01T00:00:00Z"), { project: "paged", callId: "old" });
    await ledger.calls.insert([...sameInstant, old], []);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { limit: "3", ...(cursor === null ? {} : { cursor }) };
      const page = await calls().ask("paged", query);
      seen.push(...page.data.map((call) => call.id));
      cursor = page.nextCursor;
      // A new call does not move the pages behind it.
      await ledger.calls.insert([ledgerRow(callAt("2026-03-31T00:00:00Z"), { project: "paged" })], []);
    } while (cursor !== null);
    expect(seen).toEqual(["c6", "c5", "c4", "c3", "c2", "c1", "c0", "old"]);
  });

  it("are shown in the contract's words, money as text, nanoseconds kept", async () => {
    const call = fullCall();
    await ledger.calls.insert([ledgerRow(call, { project: "full", callId: "full" })], []);
    const { data } = await calls().ask("full", {});
    expect(data).toHaveLength(1);
    const {
      startTimeUnixNano: _start,
      parentSpanId: _parent,
      dimensions: _dimensions,
      providerReportedCost: _cost,
      providerStated: _stated,
      ...shown
    } = call;
    expect(data[0]).toEqual({
      ...shown,
      id: "full",
      project: "full",
      otherSpanIds: [],
      startTime: "2026-03-02T10:15:30.123456789Z",
    });
    expect(JSON.parse(JSON.stringify(data[0]))).toEqual(data[0]);
  });

  it.each(["", "x", "e30", Buffer.from('["1e5","a"]').toString("base64url")])(
    "refuse the cursor %j",
    async (cursor) => {
      expect((await rejection(Promise.resolve().then(() => calls().ask("default", { cursor })))).code).toBe(
        "invalid_request",
      );
    },
  );

  it("are found by id and by the span id of any record of theirs, within the project", async () => {
    const one = new CallQuery(ledger.calls);
    for (const id of ["search-1", "feedfacefeedface", "abadcafeabadcafe"]) {
      expect((await one.run("default", id)).id).toBe("search-1");
    }
    expect((await rejection(one.run("default", "other-1"))).code).toBe("not_found");
    expect((await rejection(one.run("default", "agg"))).code).toBe("not_found");
  });
});

describe("unpriced", () => {
  it("groups what lacks a price by why", async () => {
    const { data } = await new UnpricedQuery(ledger.store).ask("default", {});
    expect(data.map((group) => [group.requestModel, group.status, group.reason, group.calls])).toEqual([
      ["gpt-5-mini", "partial", "rate_class_unknown:output_audio", 1],
      ["mystery", "unpriced", "model_unknown", 1],
    ]);
    expect(data[1]).toMatchObject({ inputTokens: null, firstSeen: "2026-03-29T13:00:00.000Z" });
  });
});

describe("budget spend", () => {
  it("is exact for a scope between two instants", async () => {
    const query = new BudgetSpendQuery(ledger.store);
    const range = { fromNano: at("2026-03-01T00:00:00Z"), toNano: at("2026-04-01T00:00:00Z") };
    const run = (scope: Record<string, unknown>) =>
      query.run("default", { ...range, filters: filtersOfScope(scope) });
    expect(await run({})).toEqual({
      usd: "1.35",
      tokens: 470n,
      calls: 6,
      billableCalls: 5,
      unpricedCalls: 1,
      partialCalls: 1,
      unknownUsageCalls: 1,
    });
    expect((await run({ feature: "search", team: null })).usd).toBe("0.3");
    expect((await run({ tags: { tier: "gold" } })).usd).toBe("0.1");
    expect((await run({ feature: ["nothing"] })).usd).toBe("0");
    expect(() => filtersOfScope({ colour: "red" })).toThrow(AppError);
  });
});

describe("dashboard SQL", () => {
  const run = (sql: string, project = "default") =>
    panelRunner(ledger.store).run(project, sql, { maxRows: 1000, maxSeconds: 5 });

  it("sees its project only", async () => {
    expect((await run("SELECT sum(cost) FROM calls")).rows).toEqual([["1.35"]]);
    expect((await run("SELECT sum(cost) FROM calls", "other")).rows).toEqual([["1000"]]);
    expect(
      (await run("WITH c AS (SELECT * FROM calls) SELECT count() FROM c WHERE project = 'other'")).rows,
    ).toEqual([["0"]]);
    expect((await run("SELECT sum(amount) FROM cost_lines", "full")).rows).toEqual([["25.000125125"]]);
    expect((await run("SELECT count(), max(retry_after_ms) FROM attempts", "full")).rows).toEqual([
      ["3", 2000],
    ]);
    expect((await run("SELECT kind, limit, remaining FROM rate_limits ORDER BY kind", "full")).rows).toEqual([
      ["output_tokens", null, null],
      ["requests", "5000", "4999"],
    ]);
  });

  it("reads only the days it needs", async () => {
    const plan = await ledger.store.query(
      "EXPLAIN indexes = 1 SELECT sum(cost) FROM calls WHERE project = 'default' AND start_time >= toDateTime64('2026-03-30 14:30:00', 9, 'UTC')",
    );
    const text = plan.rows.join("\n");
    expect(text).toMatch(/Partition\s+Keys:\s+toYYYYMMDD\(start_time\)/);
    expect(text).toMatch(/PrimaryKey\s+Keys:\s+project\s+toStartOfHour\(start_time\)/);
    const [kept, all] = /PrimaryKey[\s\S]*?Parts: (\d+)\/(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
    expect(kept).toBeLessThan(all ?? 0);
  });

  it("refuses more rows than a panel may have, and stops when the viewer leaves", async () => {
    const runner = panelRunner(ledger.store);
    const tooMany = runner.run("default", "SELECT number FROM numbers(1000000)", {
      maxRows: 10,
      maxSeconds: 5,
    });
    expect((await rejection(tooMany)).code).toBe("invalid_request");
    const gone = runner.run("default", "SELECT 1", {
      maxRows: 10,
      maxSeconds: 5,
      signal: AbortSignal.abort(),
    });
    expect((await rejection(gone)).code).toBe("timeout");
  });
});
