import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { AppError } from "../../../src/server/domain/errors.js";
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import type { AnalyticsStore } from "../../../src/server/storage/analytics/analytics-store.js";
import { CALL_COLUMNS, LINK_COLUMNS } from "../../../src/server/storage/analytics/call.columns.js";
import { fromRow, type StoredRow } from "../../../src/server/storage/analytics/call.row.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { TraceRecords } from "../../../src/server/storage/analytics/trace-records.js";
import {
  anyLedgerRow,
  fullCall,
  ledgerRow,
  nextSpanId,
  pricedCall,
  START_NANO,
  usageOf,
} from "./builders.js";

const MINUTE_NANO = 60_000_000_000n;

/** One server, a retention that outlives the fixed dates of the tests. */
export const SINGLE = { cluster: null, retentionDays: 36_000 };

/** The code of the error that `work` fails with. */
export const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "no error";
};

/** What every store must do, embedded or served: the same tests for both. The store is open and migrated. */
export function storeContract(store: () => AnalyticsStore): void {
  const calls = (): CallsRepository => new CallsRepository(store());

  describe("bound parameters", () => {
    const hostile = [
      "",
      "'",
      "\\",
      "\\'",
      "a\nb",
      "a\tb\rc",
      "\0",
      "\b\f",
      "'; DROP TABLE calls_raw; --",
      "{x:String}",
      "🦊 模型",
      "\\N",
      "\\\\n",
    ];

    it.each(hostile)("passes %j through as text, alone, in a list and in a map", async (text) => {
      const [row] = await store().select(
        "SELECT {t:String} AS t, {l:Array(String)} AS l, {m:Map(String, String)} AS m, {n:Nullable(String)} AS n",
        {
          params: { t: text, l: [text, "x"], m: { [text]: text }, n: null },
        },
      );
      expect(row).toEqual({ t: text, l: [text, "x"], m: { [text]: text }, n: null });
    });

    it("keeps numbers exact: 64-bit integers and decimals are text", async () => {
      const [row] = await store().select(
        "SELECT {i:Int64} AS i, {u:UInt64} AS u, toDecimal128('1.10', 12) AS d, {b:Bool} AS b",
        {
          params: { i: -9_223_372_036_854_775_808n, u: 18_446_744_073_709_551_615n, b: true },
        },
      );
      expect(row).toEqual({ i: "-9223372036854775808", u: "18446744073709551615", d: "1.1", b: true });
    });
  });

  describe("limits and cancellation", () => {
    const slow = "SELECT sum(sleepEachRow(0.05)) FROM numbers(1000) SETTINGS max_block_size = 1";

    it("answers timeout when the engine takes too long", async () => {
      expect(await codeOf(store().query(slow, { maxSeconds: 1 }))).toBe("timeout");
    });

    it("answers invalid_request when there are more rows than asked for", async () => {
      expect(await codeOf(store().query("SELECT number FROM numbers(100000)", { maxRows: 10 }))).toBe(
        "invalid_request",
      );
    });

    it("stops the engine when the caller gives up, so that the session serves the next query", async () => {
      const controller = new AbortController();
      const running = Array.from({ length: 3 }, () => store().query(slow, { signal: controller.signal }));
      const outcomes = Promise.all(running.map(codeOf));
      setTimeout(() => controller.abort(), 200);
      expect(await outcomes).toEqual(["timeout", "timeout", "timeout"]);
      const startedMs = Date.now();
      await store().query("SELECT 1");
      expect(Date.now() - startedMs).toBeLessThan(5000);
    });

    it("refuses at once when the signal is aborted already", async () => {
      expect(await codeOf(store().query("SELECT 1", { signal: AbortSignal.abort() }))).toBe("timeout");
    });
  });

  describe("inserts", () => {
    it.each(["", '{"a":1}\n', '{"project":"p"}\n\nDROP TABLE calls_raw', "[1]", '{"a":1}\r'])(
      "refuses the row %j",
      async (row) => {
        expect(await codeOf(store().insertJsonRows("span_links", [row]))).toBe("internal");
        expect(
          await store().select("SELECT count() AS n FROM system.tables WHERE name = 'calls_raw'"),
        ).toEqual([{ n: "1" }]);
      },
    );

    it("refuses unknown columns instead of dropping them, and quotes no value in the error", async () => {
      const failed = store().insertJsonRows("span_links", ['{"project":"p","secret_text":"do not log me"}']);
      await expect(failed).rejects.toThrow(/INCORRECT_DATA/);
      await expect(failed).rejects.not.toThrow(/do not log me/);
    });

    it("refuses anything but a table name", async () => {
      expect(await codeOf(store().insertJsonRows("calls_raw; DROP TABLE x", ["{}"]))).toBe("internal");
    });
  });

  describe("ledger rows", () => {
    it("come back as they were, every field set", async () => {
      const row = ledgerRow(fullCall(), {
        callId: "full",
        version: 18_446_744_073_709_551_615n,
        role: "call",
        roleReason: "response_id",
        otherSpanIds: ["a".repeat(16), "b".repeat(16)],
        delivered: fullCall(),
      });
      await calls().insert([row], []);
      expect(await calls().findById("default", "full")).toEqual(row);
    });

    it("come back as they were, every field unknown", async () => {
      const call = pricedCall({
        requestModel: null,
        responseModel: null,
        pricedModel: null,
        matchRule: null,
        httpStatus: null,
        finishReasons: [],
        usage: usageOf({}),
        usageQuality: "unknown",
        usageSource: "none",
        billable: false,
        cost: {
          status: "unpriced",
          reason: "model_unknown",
          total: null,
          currency: "USD",
          lines: [],
          priceBook: null,
          source: "list",
          listTotal: null,
          providerReported: null,
        },
      });
      const row = ledgerRow(call, { callId: "empty" });
      await calls().insert([row], []);
      expect(await calls().findById("default", "empty")).toEqual(row);
    });

    it("come back as they were, whatever they hold, many in one block", async () => {
      const rows = fc.sample(anyLedgerRow, { numRuns: 300, seed: 20_261_125 });
      const scoped = rows.map((row) => ({ ...row, project: "sampled" }));
      await calls().insert(scoped, []);
      const stored = await store().select<StoredRow>(
        "SELECT * FROM calls_raw FINAL WHERE project = 'sampled'",
      );
      const bySpan = new Map(stored.map(fromRow).map((row) => [row.call.spanId, row]));
      expect(bySpan.size).toBe(rows.length);
      for (const row of scoped) expect(bySpan.get(row.call.spanId)).toEqual(row);
    });

    it("fill every column of the table, each in its type", async () => {
      const columnsOf = async (table: string) =>
        store().select<{ name: string; type: string }>(
          "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} AND default_kind = ''",
          { params: { table } },
        );
      const byName = (columns: readonly { name: string; type: string }[]) =>
        columns.map(({ name, type }) => `${name} ${type}`).sort();
      expect(byName(CALL_COLUMNS)).toEqual(byName(await columnsOf("calls_raw")));
      expect(byName(LINK_COLUMNS)).toEqual(byName(await columnsOf("span_links")));
    });

    it("replace an older version, and a resend changes nothing", async () => {
      const call = pricedCall();
      const first = ledgerRow(call, { callId: "versions" });
      const second = ledgerRow(
        { ...call, attribution: { ...call.attribution, team: "new" } },
        { callId: "versions", version: 2n },
      );
      await calls().insert([first], []);
      await calls().insert([second, first], []);
      await calls().insert([first], []);
      expect(await calls().listRecords("default", "versions")).toEqual([second]);
    });

    it("refuse a number the table would change, writing nothing", async () => {
      const good = ledgerRow(pricedCall(), { callId: "good-neighbour" });
      const bad = pricedCall();
      const tooFine = { ...bad.cost, total: "0.0000000000001" };
      expect(await codeOf(calls().insert([good, ledgerRow({ ...bad, cost: tooFine })], []))).toBe(
        "invalid_request",
      );
      expect(
        await codeOf(calls().insert([good, ledgerRow({ ...bad, usage: usageOf({ output: 1.5 }) })], [])),
      ).toBe("invalid_request");
      for (const startTimeUnixNano of [-1n, 4_291_747_200_000_000_000n, 1n << 70n]) {
        const misplaced = ledgerRow({ ...bad, startTimeUnixNano });
        expect(await codeOf(calls().insert([good, misplaced], []))).toBe("invalid_request");
      }
      expect(await calls().findById("default", "good-neighbour")).toBeNull();
    });

    it("survive lone surrogates in free text", async () => {
      const call = pricedCall({ attribution: { ...pricedCall().attribution, user: "broken \ud800 pair" } });
      await calls().insert([ledgerRow(call, { callId: "surrogate" })], []);
      expect((await calls().findById("default", "surrogate"))?.call.attribution.user).toMatch(
        /^broken .* pair$/,
      );
    });
  });

  describe("records of a trace", () => {
    const traceId = "c".repeat(32);
    const keys = (traceIds: string[]) => ({
      project: "default",
      traceIds,
      fromNano: START_NANO - MINUTE_NANO,
      toNano: START_NANO,
    });
    const link = {
      project: "default",
      traceId,
      spanId: nextSpanId(),
      parentSpanId: nextSpanId(),
      startTimeUnixNano: START_NANO,
    };
    const inTrace = ledgerRow(pricedCall({ traceId, parentSpanId: link.spanId }));
    let traces: TraceRecords;

    beforeAll(async () => {
      traces = new TraceRecords(store());
      const tooEarly = ledgerRow(pricedCall({ traceId, startTimeUnixNano: START_NANO - 3n * MINUTE_NANO }));
      const otherProject = ledgerRow(pricedCall({ traceId }), { project: "other" });
      const otherTrace = ledgerRow(pricedCall({ traceId: "d".repeat(32) }));
      await calls().insert([inTrace, tooEarly, otherProject, otherTrace], [link]);
    });

    it("are those of the project inside the window", async () => {
      const sizes = await traces.sizes(keys([traceId, "f".repeat(32)]));
      expect(sizes).toEqual([{ traceId, rows: 1, links: 1 }]);
      expect((await traces.recordsOf(keys([traceId]))).map((row) => row.callId)).toEqual([inTrace.callId]);
      expect(await traces.linksOf(keys([traceId]))).toEqual([link]);
    });

    it("are found by span and by parent", async () => {
      const found = await traces.spansOf(keys([traceId]), [inTrace.call.spanId, link.spanId]);
      expect([found.rows.map((row) => row.callId), found.links]).toEqual([[inTrace.callId], [link]]);
      expect(await traces.childrenOf(keys([traceId]), [link.spanId, link.parentSpanId], 10)).toHaveLength(2);
      expect(await traces.childrenOf(keys([traceId]), [link.spanId, link.parentSpanId], 1)).toHaveLength(1);
      expect(await traces.childrenOf(keys([traceId]), [inTrace.call.spanId], 10)).toEqual([]);
    });
  });

  describe("the response id", () => {
    it("has an index", async () => {
      const plan = await store().query(
        "EXPLAIN indexes = 1 SELECT * FROM calls_raw FINAL WHERE project = 'default' AND response_id IN ('a', 'b')",
      );
      expect(JSON.stringify(plan.rows)).toContain("ix_response");
    });
  });

  describe("the schema", () => {
    it("is applied once", async () => {
      const migrations = await loadMigrations();
      expect(await migrateAnalytics(store(), SINGLE, migrations)).toEqual([]);
    });

    it("refuses a changed migration and a newer database", async () => {
      const migrations = await loadMigrations();
      const changed = migrations.map((migration) => ({ ...migration, checksum: "0" }));
      expect(await codeOf(migrateAnalytics(store(), SINGLE, changed))).toBe("conflict");
      expect(await codeOf(migrateAnalytics(store(), SINGLE, migrations.slice(1)))).toBe("conflict");
    });

    it("follows a changed retention", async () => {
      const migrations = await loadMigrations();
      await migrateAnalytics(store(), { cluster: null, retentionDays: 36_500 }, migrations);
      const [row] = await store().select<{ ddl: string }>(
        "SELECT create_table_query AS ddl FROM system.tables WHERE database = currentDatabase() AND name = 'calls_raw'",
      );
      expect(row?.ddl).toContain("86400 * 36500");
      await store().command("OPTIMIZE TABLE calls_raw PARTITION 20260302 FINAL");
      expect(await calls().findById("default", "full")).not.toBeNull();
    });
  });

  describe("project scope", () => {
    it("hides other projects from any query", async () => {
      await calls().insert(
        [
          ledgerRow(pricedCall(), { project: "tenant'a\\" }),
          ledgerRow(pricedCall(), { project: "tenant-b" }),
        ],
        [],
      );
      const shapes = [
        "SELECT DISTINCT project FROM calls_raw",
        "SELECT DISTINCT project FROM calls",
        "SELECT DISTINCT project FROM (SELECT * FROM calls_raw FINAL)",
        "WITH x AS (SELECT * FROM calls) SELECT DISTINCT project FROM x",
        "SELECT DISTINCT b.project FROM numbers(1) a, calls b",
        "SELECT DISTINCT project FROM calls UNION DISTINCT SELECT project FROM calls_raw",
        "SELECT DISTINCT project FROM spanledger.calls_raw",
      ];
      for (const sql of shapes) {
        expect(await store().select(sql, { onlyProject: "tenant'a\\" })).toEqual([{ project: "tenant'a\\" }]);
      }
      const everyone = await store().select<{ n: string }>("SELECT uniqExact(project) AS n FROM calls_raw");
      expect(Number(everyone[0]?.n)).toBeGreaterThan(2);
    });
  });
}
