import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import { ledgerId } from "../../../src/server/ledger/identity.js";
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import { fromRow, type StoredRow } from "../../../src/server/storage/analytics/call.row.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { ChdbStore } from "../../../src/server/storage/analytics/chdb.store.js";
import { derivedId, isDerivedId } from "../../../src/server/storage/analytics/packed/derived-id.js";
import { nativeBlock } from "../../../src/server/storage/analytics/native-block.js";
import { anyLedgerRow, fullCall, ledgerRow } from "./builders.js";
import { FORMER_COLUMNS, SELECTABLE } from "./former-rows.js";
import { SINGLE } from "./store.contract.js";
import { usualRow } from "./usual-rows.js";

const SAMPLES = Number(process.env["SPANLEDGER_TEST_ROWS"] ?? 300);
/** Statements of the migration that it is killed at, each time from where the one before left it; more of these chains by hand. */
const FATAL = (process.env["SPANLEDGER_TEST_FATAL"] ?? "2 4 12 13").split(",");
/** The last migration before rows were packed. */
const FORMER = 7;
const SEED = 20_261_125;
const VIEWS = ["calls", "attempts", "rate_limits", "cost_lines", "spend_hourly"];
/** Of usual rows only: sums of any number there is overflow. */
const STATS = ["call_stats", "limit_stats", "line_stats"];

let directory: string;
let store: ChdbStore;
let rows: LedgerRow[];
const snapshots = new Map<string, Map<string, Reading>>();

/** An answer of the engine: names and types of its columns, and its rows in a fixed order. */
interface Reading {
  meta: readonly { name: string; type: string }[];
  texts: readonly string[];
}

const inProject = (project: string, some: readonly LedgerRow[]): LedgerRow[] =>
  some.map((row) => ({ ...row, project }));

/** Everything that SQL reads of a project, by what it is read from: names, types and values, but for the project's name. */
async function readAll(project: string): Promise<Map<string, Reading>> {
  const found = new Map<string, Reading>();
  const read = async (what: string, from: string, columns: string): Promise<void> => {
    const sql = `SELECT ${columns} FROM ${from} WHERE project = {project:String}`;
    const { columns: meta, rows: values } = await store.query(sql, { params: { project } });
    const project_ = meta.findIndex(({ name }) => name === "project");
    for (const row of values) row[project_] = null;
    const texts = values.map((row) => JSON.stringify(row)).sort();
    found.set(what, { meta, texts });
  };
  await read("columns", "calls_raw FINAL", SELECTABLE.join(", "));
  for (const view of project === "usual" || project === "usual again" ? [...VIEWS, ...STATS] : VIEWS)
    await read(view, view, "*");
  return found;
}

/** What differs between the readings of two projects: kilobytes of one row rather than megabytes of all. */
function differences(project: string, found: ReadonlyMap<string, Reading>): unknown[] {
  const expected = snapshots.get(project) ?? new Map<string, Reading>();
  return [...expected].flatMap(([what, { meta, texts }]) => {
    const other = found.get(what);
    const known = new Set(texts);
    const odd = other?.texts.find((text) => !known.has(text));
    const isSame = odd === undefined && other?.texts.length === texts.length;
    if (isSame && JSON.stringify(meta) === JSON.stringify(other.meta)) return [];
    return [{ what, rows: [texts.length, other?.texts.length], odd, meta, other: other?.meta }];
  });
}

async function storedRows(project: string): Promise<LedgerRow[]> {
  const sql = "SELECT * FROM calls_raw FINAL WHERE project = {project:String}";
  const found = await store.select<StoredRow>(sql, { params: { project } });
  return found.map(fromRow);
}

const bySpan = (some: readonly LedgerRow[]): Map<string, LedgerRow> =>
  new Map(some.map((row) => [row.call.spanId, row]));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spanledger-packed-"));
  store = await ChdbStore.open({ directory: join(directory, "a"), readers: 1 });
  await migrateAnalytics(store, SINGLE, (await loadMigrations()).slice(0, FORMER));
  rows = [
    ...inProject("any", fc.sample(anyLedgerRow, { numRuns: SAMPLES, seed: SEED })),
    ...inProject("any", [ledgerRow(fullCall(), { delivered: fullCall(), otherSpanIds: ["a", "b"] })]),
    ...inProject("usual", fc.sample(usualRow, { numRuns: SAMPLES, seed: SEED })),
  ];
  await store.insertBlock("calls_raw", nativeBlock(FORMER_COLUMNS, rows));
  await store.insertJsonRows("rollup_state", [
    JSON.stringify({ definition: "d", slot_seconds: 3600, day: "20260302", covered: 1, generation: 7 }),
  ]);
  for (const project of ["any", "usual"]) snapshots.set(project, await readAll(project));
  await store.close();
  await cp(join(directory, "a"), join(directory, "former"), { recursive: true });
  store = await ChdbStore.open({ directory: join(directory, "a"), readers: 1 });
  expect(await migrateAnalytics(store, SINGLE, await loadMigrations())).toEqual([FORMER + 1]);
}, 120_000);

afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

describe("rows of the former shape", () => {
  it.each(["any", "usual"])("read the same by SQL when they have been packed: %s", async (project) => {
    expect(differences(project, await readAll(project))).toEqual([]);
  });

  it("are the same records", async () => {
    const stored = bySpan([...(await storedRows("any")), ...(await storedRows("usual"))]);
    expect(stored.size).toBe(rows.length);
    for (const row of rows) expect(stored.get(row.call.spanId)).toEqual(row);
  });

  it("leave nothing behind, and rollups know that they hold none of them", async () => {
    expect(await store.select("SELECT name FROM system.tables WHERE name = 'calls_packed'")).toEqual([]);
    expect(await store.select("SELECT covered, generation FROM rollup_state FINAL")).toEqual([
      { covered: "0", generation: "8" },
    ]);
  });
});

describe("rows that are packed as they are written", () => {
  it.each(["any", "usual"])("read the same by SQL as before they were packed: %s", async (project) => {
    const again = `${project} again`;
    await new CallsRepository(store).insert(
      inProject(
        again,
        rows.filter((row) => row.project === project),
      ),
      [],
    );
    expect(differences(project, await readAll(again))).toEqual([]);
  });

  it("are packed for the most part, in every group", async () => {
    const [share] = await store.select<Record<string, number>>(
      `SELECT countIf(notEmpty(rates)) / countIf(notEmpty(cost_lines.class)) AS lines,
         countIf(notEmpty(tries.begun)) / countIf(notEmpty(attempts.index)) AS attempts,
         countIf(notEmpty(windows)) / countIf(notEmpty(rate_limits.kind)) AS limits,
         countIf(NOT JSONHas(rest, 'call_id')) / count() AS ids
       FROM calls_raw WHERE project = 'usual again'`,
    );
    for (const [group, value] of Object.entries(share ?? {})) {
      expect([group, value, value > 0.15, value < 1]).toEqual([group, value, true, group !== "limits"]);
    }
  });

  it("need not store the id that the ledger gives a call first seen", () => {
    const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "00f067aa0ba902b7" };
    expect(derivedId(ids.traceId, ids.spanId)).toBe(ledgerId(ids));
    expect(isDerivedId(ledgerId(ids), ids.traceId, ids.spanId)).toBe(true);
  });

  it("are found by their ledger id by an index, whether it is stored or made", async () => {
    for (const row of [rows.at(-1), rows.find(({ callId }) => callId === "another-record")]) {
      const sql = "SELECT count() AS n FROM calls WHERE project = 'usual' AND id = {id:String}";
      const params = { id: row?.callId ?? "" };
      expect(Number((await store.select<{ n: string }>(sql, { params }))[0]?.n)).toBeGreaterThan(0);
      const plan = await store.query(`EXPLAIN indexes = 1 ${sql}`, { params });
      expect(JSON.stringify(plan.rows)).toContain("ix_call");
    }
  });
});

describe("the migration under SIGKILL", () => {
  const script = fileURLToPath(new URL("./migrate-until-killed.ts", import.meta.url));

  it.each(FATAL)(
    "loses nothing and counts nothing twice when killed at statement %s",
    async (chain) => {
      await store.close();
      const place = join(directory, `killed-${chain}`);
      await cp(join(directory, "former"), place, { recursive: true });
      for (const [round, statement] of chain.split(" ").entries()) {
        // Before the engine has begun with the statement, or in the midst of it.
        const delayMs = String(round * 3);
        const child = spawn(process.execPath, ["--import", "tsx", script, place, statement, delayMs], {
          env: { PATH: process.env["PATH"] },
          stdio: ["ignore", "ignore", "inherit"],
        });
        await once(child, "exit");
      }
      store = await ChdbStore.open({ directory: place, readers: 1 });
      await migrateAnalytics(store, SINGLE, await loadMigrations());
      for (const project of ["any", "usual"])
        expect(differences(project, await readAll(project))).toEqual([]);
    },
    120_000,
  );
});
