import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { BOARDS } from "../../../dashboards/source/index.js";
import { DashboardsService } from "../../../src/server/dashboards/dashboards.service.js";
import { readPanelRequest } from "../../../src/server/dashboards/panel-request.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import type { PanelSqlRunner } from "../../../src/server/query/panel-sql.js";
import { RollupPlanner } from "../../../src/server/query/rollups/rollup-planner.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { columnsOf, STATS_VIEWS } from "../../../src/server/storage/analytics/rollups/grains.js";
import { RollupFreshness } from "../../../src/server/storage/analytics/rollups/rollup-freshness.js";
import { RollupKeeper } from "../../../src/server/storage/analytics/rollups/rollup-keeper.js";
import { NOW_MS, openSeededLedger, type SeededLedger } from "./ledger.js";
import { seedRows } from "./seed.js";

type Variables = Record<string, string | string[]>;

let ledger: SeededLedger;
let keeper: RollupKeeper;
let freshness: RollupFreshness;
let planner: RollupPlanner;
let repository: CallsRepository;
/** The same boards, every panel answered from the rows. */
let rowsOnly: DashboardsService;

beforeAll(async () => {
  ledger = await openSeededLedger();
  freshness = new RollupFreshness(ledger.store);
  keeper = new RollupKeeper(ledger.store, freshness);
  planner = new RollupPlanner(ledger.store);
  repository = new CallsRepository(ledger.store);
  const run: PanelSqlRunner["run"] = (project, sql, { maxRows, maxSeconds }) =>
    ledger.store.query(sql, { maxRows, maxSeconds, onlyProject: project });
  rowsOnly = new DashboardsService({ run }, { nowMs: () => NOW_MS });
  await rowsOnly.onModuleInit();
}, 120_000);

afterAll(() => ledger.close());

const PANELS = BOARDS.flatMap((board) =>
  board.panels.filter((panel) => panel.targets !== undefined).map((panel) => [board.uid, panel.id] as const),
);

const CASES: readonly (readonly [from: string, to: string, Variables])[] = [
  ["now-30d", "now", {}],
  ["now-37d", "now-90m", { model: ["gpt-4.1"], environment: "production" }],
  ["now-30d", "now", { user: ["x' OR 1=1 --", "(none)"], customer: "acme" }],
  ["now-30d", "now", { zone: "Asia/Kolkata" }],
  ["now-26h", "now", { feature: ["(none)", "support-chat"] }],
];

/** Shares of the panels that are asked in turn; with 1 all of them every time. */
const SHARES = Number(process.env["SPANLEDGER_TEST_PANEL_SHARES"] ?? 8);
let turn = 0;

const viewer = (): AbortSignal => new AbortController().signal;

function someOfThem(): typeof PANELS {
  turn += 1;
  return PANELS.filter((_, index) => (index + turn) % SHARES === 0);
}

/** Each panel's answer; binary numbers to 12 digits, because their sums depend on the order. */
async function answers(
  service: DashboardsService,
  [from, to, variables]: (typeof CASES)[number],
  panels: typeof PANELS,
) {
  const asked = panels.map(async ([uid, panel]) => {
    const known = service.get(uid).templating.list.map(({ name }) => name);
    const chosen = Object.fromEntries(Object.entries(variables).filter(([name]) => known.includes(name)));
    const request = readPanelRequest({ from, to, variables: chosen });
    const { columns, rows } = await service.queryPanel("default", uid, panel, request, viewer());
    return [`${uid} ${panel}`, columns.map(({ name }) => name), rows.map((row) => row.map(rounded))];
  });
  return Promise.all(asked);
}

const rounded = (value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value;

async function expectSameAnswers(cases = CASES, choose = someOfThem): Promise<void> {
  for (const one of cases) {
    const panels = choose();
    const fromRows = await answers(rowsOnly, one, panels);
    const given = await answers(ledger.service, one, panels);
    for (const [index, answer] of given.entries()) expect(answer).toEqual(fromRows[index]);
  }
}

async function current() {
  const state = await freshness.current();
  if (state === null) throw new Error("no rollups here");
  return state;
}

const dirtyHours = async (): Promise<number[]> =>
  (await current()).days.flatMap((day) => [...day.dirtyHours]);

/** The rollup that a panel reads, without asking it. */
async function grainOf(uid: string, panel: number, from: string): Promise<string | null> {
  let grain: string | null = null;
  const run: PanelSqlRunner["run"] = async (_, sql) => {
    ({ grain } = await planner.plan(sql, await current()));
    return { columns: [], rows: [] };
  };
  const service = new DashboardsService({ run }, { nowMs: () => NOW_MS });
  await service.onModuleInit();
  await service.queryPanel("default", uid, panel, readPanelRequest({ from, to: "now" }), viewer());
  return grain;
}

const columnsIn = (view: string) =>
  ledger.store.select<{ name: string }>(
    "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {view:String}",
    { params: { view } },
  );

const seeded = (): LedgerRow[] => seedRows({ project: "default", count: 3_000, days: 40, endMs: NOW_MS });

describe("rollups", () => {
  it.each(STATS_VIEWS)("know every column of %s", async (view) => {
    const names = (await columnsIn(view)).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !columnsOf(view).has(name))).toEqual([]);
  });

  it("leave every hour to the rows before they are computed", async () => {
    expect(await grainOf("spanledger-overview", 1, "now-30d")).toBeNull();
  });

  it("answer every panel as the rows themselves do", async () => {
    await keeper.catchUp(0);
    expect(await dirtyHours()).toEqual([]);
    await expectSameAnswers(CASES.slice(0, 1), () => PANELS);
    await expectSameAnswers(CASES.slice(1));
  }, 240_000);

  it("are read by every panel", async () => {
    const without: string[] = [];
    for (const [uid, panel] of PANELS)
      if ((await grainOf(uid, panel, "now-30d")) === null) without.push(`${uid} ${panel}`);
    expect(without).toEqual([]);
  }, 60_000);

  it("give way at once to rows that are delivered again, moved, absorbed, priced anew or late", async () => {
    const again = seeded().filter((_, index) => index % 300 === 299);
    await repository.insert(again, []);
    await expectSameAnswers(CASES.slice(0, 1));
    const changed = again.map((row, index): LedgerRow => ({
      ...row,
      version: 2n,
      role: index % 2 === 0 ? "merged" : row.role,
      call: {
        ...row.call,
        attribution: { ...row.call.attribution, feature: "moved" },
        cost: row.call.cost.total === null ? row.call.cost : { ...row.call.cost, total: "1000" },
      },
    }));
    const late = seedRows({ project: "default", count: 20, days: 35, endMs: NOW_MS, firstId: 7_000_000 });
    await repository.insert([...changed, ...late], []);
    const dirty = (await dirtyHours()).length;
    expect(dirty).toBeGreaterThan(10);
    expect(dirty).toBeLessThanOrEqual(10 + 20);
    await expectSameAnswers(CASES.slice(0, 2));
    await keeper.catchUp(0);
    expect(await dirtyHours()).toEqual([]);
    await expectSameAnswers(CASES.slice(0, 2));
    const byFeature = await ledger.service.queryPanel(
      "default",
      "spanledger-overview",
      11,
      readPanelRequest({ from: "now-37d", to: "now" }),
      viewer(),
    );
    expect(JSON.stringify(byFeature.rows)).toContain("moved");
  }, 240_000);

  it("lack only the hours of new rows, after the engine merged them with old ones too", async () => {
    const [late] = seedRows({ project: "default", count: 1, days: 2, endMs: NOW_MS, firstId: 5_000_000 });
    if (late === undefined) throw new Error("no row");
    await repository.insert([late], []);
    const before = await dirtyHours();
    expect(before).toHaveLength(1);
    await ledger.store.command("OPTIMIZE TABLE calls_raw FINAL");
    expect(await dirtyHours()).toEqual(before);
    await expectSameAnswers(CASES.slice(0, 1));
  }, 120_000);

  it("stay dirty when the process dies between computing and writing down", async () => {
    const dying = new RollupKeeper(
      new Proxy(ledger.store, {
        get: (store, name) => {
          if (name === "insertJsonRows") return () => Promise.reject(new Error("killed"));
          const value: unknown = Reflect.get(store, name, store);
          return typeof value === "function" ? (value.bind(store) as unknown) : value;
        },
      }),
      freshness,
    );
    await expect(dying.catchUp(0)).rejects.toThrow("killed");
    expect(await dirtyHours()).toHaveLength(1);
    await keeper.catchUp(0);
    expect(await dirtyHours()).toEqual([]);
    await expectSameAnswers(CASES.slice(0, 1));
  }, 120_000);

  it.each(["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])(
    "have the days and months of %s",
    async (zone) => {
      const days = `SELECT toDate(start_time, '${zone}') AS day, sum(calls), sum(cost) FROM call_stats
WHERE start_time >= toDateTime(${NOW_MS / 1000 - 30 * 86_400}) AND start_time <= toDateTime(${NOW_MS / 1000})
GROUP BY day ORDER BY day`;
      const planned = await planner.plan(days, await current());
      expect(planned.grain).not.toBeNull();
      const rows = async (sql: string) => (await ledger.store.query(sql, { onlyProject: "default" })).rows;
      expect(await rows(planned.sql)).toEqual(await rows(days));
    },
    60_000,
  );
});
