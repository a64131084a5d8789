import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import { ClickHouseStore } from "../../../src/server/storage/analytics/clickhouse.store.js";
import { READ_SETTINGS, WRITE_SETTINGS } from "../../../src/server/storage/analytics/engine-settings.js";
import { type StandIn, startClickHouse } from "./clickhouse-stand-in.js";
import { codeOf, SINGLE, storeContract } from "./store.contract.js";

/** A real server for this suite, e.g. http://default:@127.0.0.1:8123/spanledger_test; unset: the stand-in. */
const REAL_SERVER = process.env["SPANLEDGER_TEST_CLICKHOUSE_URL"];

let directory: string;
let server: StandIn | null = null;
let store: ClickHouseStore;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spanledger-server-"));
  if (REAL_SERVER === undefined) server = await startClickHouse(directory);
  store = await ClickHouseStore.open(REAL_SERVER ?? `${server?.url}/spanledger`);
  await migrateAnalytics(store, SINGLE, await loadMigrations());
});

afterAll(async () => {
  await store.close();
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

storeContract(() => store);

describe("the adapter of a ClickHouse server", () => {
  it("sends the limits and the project with each query", async () => {
    await store.query("SELECT 1", { maxSeconds: 7, maxRows: 5, onlyProject: "p" });
    expect(server?.lastSettings()).toMatchObject({
      max_execution_time: "7",
      max_result_rows: "5",
      result_overflow_mode: "throw",
      do_not_merge_across_partitions_select_final: "1",
      additional_table_filters: expect.stringContaining("'calls_raw':'project = "),
    });
  });

  it("sends what the embedded engine has in its profile, with reads, inserts and statements", async () => {
    const texts = (settings: Record<string, string | number>) =>
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
    await store.query("SELECT 1");
    expect(server?.lastSettings()).toMatchObject(texts(READ_SETTINGS));
    const all = { ...texts(READ_SETTINGS), ...texts(WRITE_SETTINGS), distributed_foreground_insert: "1" };
    await store.command("CREATE TABLE IF NOT EXISTS settings_probe (a UInt8) ENGINE = Memory");
    expect(server?.lastSettings()).toMatchObject(all);
    await store.insertJsonRows("settings_probe", ['{"a":1}']);
    expect(server?.lastSettings()).toMatchObject(all);
    await store.command("DROP TABLE settings_probe");
  });

  it("answers unavailable when nobody listens, or the connection breaks", async () => {
    const breaking = createServer((socket: Socket) => socket.destroy());
    await new Promise<void>((resolve) => breaking.listen(0, "127.0.0.1", resolve));
    const { port } = breaking.address() as AddressInfo;
    expect(await codeOf(ClickHouseStore.open(`http://127.0.0.1:${port}/x`))).toBe("unavailable");
    await new Promise((resolve) => breaking.close(resolve));
    expect(await codeOf(ClickHouseStore.open(`http://127.0.0.1:${port}/x`))).toBe("unavailable");
  });

  it("refuses a database name that is none", async () => {
    expect(await codeOf(ClickHouseStore.open("http://127.0.0.1:1/a;drop"))).toBe("internal");
  });

  it("refuses use after close", async () => {
    await store.close();
    await store.close();
    expect(await codeOf(store.query("SELECT 1"))).toBe("unavailable");
  });
});
