import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { ChdbStore } from "../../../src/server/storage/analytics/chdb.store.js";
import { ledgerRow, pricedCall } from "./builders.js";
import { codeOf, SINGLE, storeContract } from "./store.contract.js";

let directory: string;
let store: ChdbStore;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spanledger-store-"));
  store = await ChdbStore.open({ directory });
  await migrateAnalytics(store, SINGLE, await loadMigrations());
});

afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

storeContract(() => store);

describe("the embedded engine", () => {
  it("gives no result a trace of a query that failed before it on the same session", async () => {
    const failing = "SELECT number AS secret, throwIf(number = 150000) FROM numbers(200000)";
    for (let round = 0; round < 6; round += 1) {
      expect(await codeOf(store.query(failing, { maxRows: 1_000_000 }))).toBe("internal");
      expect(await store.select("SELECT 1 AS one")).toEqual([{ one: 1 }]);
      expect(await codeOf(store.query(failing, { lane: "ingest" }))).toBe("internal");
      expect(await store.select("SELECT 1 AS one", { lane: "ingest" })).toEqual([{ one: 1 }]);
    }
  });

  it("lets readers change nothing", async () => {
    expect(await codeOf(store.query("DROP TABLE calls_raw"))).toBe("internal");
    expect(await codeOf(store.query("INSERT INTO span_links (project) VALUES ('x')"))).toBe("internal");
    expect(await codeOf(store.query("SET readonly = 0; SELECT 1"))).toBe("internal");
  });

  it("refuses a second directory in one process", async () => {
    expect(await codeOf(ChdbStore.open({ directory: `${directory}-other` }))).toBe("conflict");
  });

  it("keeps rows across close and open, and refuses use after close", async () => {
    const row = ledgerRow(pricedCall(), { callId: "reopened" });
    await new CallsRepository(store).insert([row], []);
    const old = store;
    await old.close();
    await old.close();
    expect(await codeOf(old.query("SELECT 1"))).toBe("unavailable");
    store = await ChdbStore.open({ directory });
    expect(await new CallsRepository(store).findById("default", "reopened")).toEqual(row);
  });

  it("closes in time while a slow query runs", async () => {
    const slow = codeOf(
      store.query("SELECT sum(sleepEachRow(0.05)) FROM numbers(1000) SETTINGS max_block_size = 1"),
    );
    await store.query("SELECT 1");
    const startedMs = Date.now();
    await store.close();
    expect(Date.now() - startedMs).toBeLessThan(5000);
    expect(await slow).toBe("timeout");
    store = await ChdbStore.open({ directory });
  });
});
