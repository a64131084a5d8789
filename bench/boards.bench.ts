import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DashboardsService } from "../src/server/dashboards/dashboards.service.js";
import { readPanelRequest } from "../src/server/dashboards/panel-request.js";
import { PanelSqlRunner } from "../src/server/query/panel-sql.js";
import { RollupPlanner } from "../src/server/query/rollups/rollup-planner.js";
import { openAnalytics } from "../src/server/storage/analytics/analytics.module.js";
import type { AnalyticsStore } from "../src/server/storage/analytics/analytics-store.js";
import { RollupFreshness } from "../src/server/storage/analytics/rollups/rollup-freshness.js";
import { RollupKeeper } from "../src/server/storage/analytics/rollups/rollup-keeper.js";
import { seedCalls } from "./boards/seed-calls.js";
import { printTable, quantile, short } from "./measure.js";

const CALLS = Number(process.env["SPANLEDGER_BENCH_CALLS"] ?? 200_000);
const ROUNDS = Number(process.env["SPANLEDGER_BENCH_ROUNDS"] ?? 3);
/** A directory that is kept: filled when it holds no calls. Unset: a new one, removed afterwards. */
const KEPT = process.env["SPANLEDGER_BENCH_DIRECTORY"];
const BOARDS = process.env["SPANLEDGER_BENCH_BOARDS"]?.split(",");
const DAYS = 30;
const END_MS = Date.UTC(2026, 10, 25);
const PROJECT = "default";
/** Each viewer has a signal of its own, so that one of all would be listened to by too many. */
const viewer = (): AbortSignal => new AbortController().signal;

/** Panels of all boards over the whole month, from rollups and from the rows; bytes of a call; how long rollups take to catch up. */
export async function benchBoards(): Promise<void> {
  const directory = KEPT ?? (await mkdtemp(join(tmpdir(), "spanledger-bench-boards-")));
  const store = await openAnalytics({
    clickhouseUrl: undefined,
    clickhouseCluster: undefined,
    dataDir: directory,
    retentionDays: 36_500,
  });
  try {
    if (Number((await store.query("SELECT count() FROM calls_raw")).rows[0]?.[0]) === 0) {
      const plan = { project: PROJECT, calls: CALLS, days: DAYS, endMs: END_MS };
      await seedCalls(store, plan, () => undefined);
    }
    await benchStorage(store);
    const freshness = new RollupFreshness(store);
    const keeper = new RollupKeeper(store, freshness);
    const all = await timed(() => keeper.catchUp(0));
    console.log(`  rollups of all calls that had none: ${short(all.ms)} ms, ${short(all.cpuMs)} ms of CPU`);
    await store.command(
      `INSERT INTO calls_raw SELECT * REPLACE (version + 1 AS version) FROM calls_raw WHERE start_time >= toDateTime(${END_MS / 1000 - 3_600}) LIMIT 500`,
    );
    const few = await timed(() => keeper.catchUp());
    console.log(`  rollups of one hour with new calls: ${short(few.ms)} ms, ${short(few.cpuMs)} ms of CPU`);
    await benchPanels(store, freshness);
  } finally {
    await store.close();
    if (KEPT === undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function benchStorage(store: AnalyticsStore): Promise<void> {
  const [total] = (
    await store.query(
      "SELECT sum(rows), sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE active AND table = 'calls_raw'",
    )
  ).rows;
  console.log(
    `\nboards: ${Number(total?.[0]).toLocaleString("en")} calls, ${short(Number(total?.[1]))} bytes of disk a call`,
  );
  const { rows } = await store.query(`SELECT column, sum(column_bytes_on_disk) / sum(rows) AS bytes
FROM system.parts_columns WHERE active AND table = 'calls_raw' GROUP BY column ORDER BY bytes DESC LIMIT 12`);
  printTable(
    "largest columns, bytes a call",
    rows.map(([column, bytes]) => [String(column), short(Number(bytes))]),
  );
}

interface Time {
  ms: number;
  cpuMs: number;
}

async function timed(work: () => Promise<unknown>): Promise<Time> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  return { ms: performance.now() - begun, cpuMs: (used.user + used.system) / 1000 };
}

const median = (times: readonly Time[]): Time => ({
  ms: quantile(
    times.map(({ ms }) => ms),
    0.5,
  ),
  cpuMs: quantile(
    times.map(({ cpuMs }) => cpuMs),
    0.5,
  ),
});

async function benchPanels(store: AnalyticsStore, freshness: RollupFreshness): Promise<void> {
  const open = async (runner: Pick<PanelSqlRunner, "run">): Promise<DashboardsService> => {
    const service = new DashboardsService(runner, { nowMs: () => END_MS - 1_234_567 });
    await service.onModuleInit();
    return service;
  };
  const rolled = () => open(new PanelSqlRunner(store, freshness, new RollupPlanner(store)));
  const rows = await open({
    run: (project, sql, { maxRows, maxSeconds }) =>
      store.query(sql, { maxRows, maxSeconds, onlyProject: project }),
  });
  const request = readPanelRequest({ from: "now-30d", to: "now" });
  const measured: { name: string; rolled: Time; rows: Time }[] = [];
  for (const { uid } of rows.list().filter((board) => BOARDS?.includes(board.uid) ?? true)) {
    for (const panel of rows.get(uid).panels.filter((one) => one.targets !== undefined)) {
      const times: Time[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // A new service remembers no answer.
        const service = await rolled();
        times.push(await timed(() => service.queryPanel(PROJECT, uid, panel.id, request, viewer())));
      }
      const once = await timed(() => rows.queryPanel(PROJECT, uid, panel.id, request, viewer()));
      measured.push({ name: `${uid} ${panel.id} ${panel.title}`, rolled: median(times), rows: once });
    }
  }
  printTable(
    "panels over 30 days: median ms, ms of CPU, CPU from the rows as a multiple",
    measured
      .toSorted((a, b) => b.rolled.cpuMs - a.rolled.cpuMs)
      .map((one) => [
        one.name,
        short(one.rolled.ms),
        short(one.rolled.cpuMs),
        short(one.rows.cpuMs / one.rolled.cpuMs),
      ]),
  );
  const within = (of: (time: Time) => number): number =>
    measured.filter((one) => of(one.rolled) <= 150).length;
  console.log(
    `  within 150 ms: ${within((t) => t.ms)} of ${measured.length} panels by the clock, ${within((t) => t.cpuMs)} by CPU`,
  );
  const service = await rolled();
  const overview = service.get("spanledger-overview").panels.filter((one) => one.targets !== undefined);
  const whole = await timed(() =>
    Promise.all(
      overview.map((one) => service.queryPanel(PROJECT, "spanledger-overview", one.id, request, viewer())),
    ),
  );
  console.log(`  all panels of Overview at once: ${short(whole.ms)} ms, ${short(whole.cpuMs)} ms of CPU`);
}
