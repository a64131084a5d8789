import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { BudgetMonitor } from "../../../src/server/budgets/budget-monitor.js";
import type { BudgetStatus } from "../../../src/server/budgets/budget-status.js";
import { StandingBoard } from "../../../src/server/budgets/standing-board.js";
import { BudgetStandings } from "../../../src/server/query/budget-standings.js";
import { READABLE_VIEWS } from "../../../src/server/storage/analytics/project-tables.js";
import { type BudgetApp, startBudgetApp } from "../../support/budget-app.js";
import { openControlStore } from "../../support/control-store.js";
import { LedgerOfCalls } from "../../support/ledger-of-calls.js";
import { NOW_MS, openSeededLedger, type SeededLedger } from "../dashboards/ledger.js";

let seeded: SeededLedger;

beforeAll(async () => {
  seeded = await openSeededLedger();
}, 120_000);

afterAll(() => seeded.close());

const rowsOf = async (sql: string, project = "default"): Promise<unknown[][]> =>
  (await seeded.store.query(sql, { onlyProject: project })).rows;

/** Columns that a section of the documentation names in its table, in alphabetical order. */
function documented(text: string, section: string): string[] {
  const start = text.indexOf(`## ${section}\n`);
  if (start < 0) throw new Error(`no section ${section}`);
  const end = text.indexOf("\n## ", start);
  const rows = text
    .slice(start, end < 0 ? undefined : end)
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );
}

describe("docs/sql-views.md", () => {
  const DIMENSIONS = "Dimensions of a call";

  it.each([
    ["calls", []],
    ["attempts", [DIMENSIONS]],
    ["rate_limits", [DIMENSIONS]],
    ["cost_lines", [DIMENSIONS]],
    ["spend_hourly", []],
    ["budget_status", []],
    ["call_stats", []],
    ["limit_stats", []],
    ["line_stats", []],
  ])("names every column of %s", async (view, more) => {
    const text = await readFile("docs/sql-views.md", "utf8");
    const named = [`\`${view}\``, ...more].flatMap((section) => documented(text, section));
    const rows = await seeded.store.select<{ name: string }>(
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {view:String}",
      { params: { view } },
    );
    expect(named.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  });
});

it("says of every view that may be read what it holds", async () => {
  const text = await readFile("docs/sql-views.md", "utf8");
  const sections = [...text.matchAll(/^## `(\w+)`$/gm)].map(([, name = ""]) => name);
  expect(sections.toSorted()).toEqual([...READABLE_VIEWS].toSorted());
});

describe("the view spend_hourly", () => {
  const range = `toDateTime(${NOW_MS / 1000 - 30 * 86_400}) AND toDateTime(${NOW_MS / 1000 - 1})`;

  it("adds up to the calls, hour by hour and to the last decimal", async () => {
    const hourly =
      await rowsOf(`SELECT hour, feature, sum(calls), sum(errors), sum(billable_calls), sum(missing_calls), sum(retries),
  sum(cost), sum(list_cost), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens)
FROM spend_hourly WHERE hour BETWEEN ${range} GROUP BY hour, feature ORDER BY hour, feature`);
    const calls =
      await rowsOf(`SELECT toStartOfHour(start_time) AS hour, feature, count(), countIf(outcome = 'error'), countIf(billable),
  countIf(billable AND cost_status IN ('unpriced', 'partial')), sum(retry_count), sum(cost), sumIf(list_total, billable),
  sumIf(input_total, billable), sumIf(output_total, billable), sumIf(cache_read, billable)
FROM calls WHERE start_time BETWEEN ${range} GROUP BY hour, feature ORDER BY hour, feature`);
    expect(hourly).toEqual(calls);
    expect(hourly.length).toBeGreaterThan(500);
  });

  it("shows one project", async () => {
    expect(await rowsOf("SELECT DISTINCT project FROM spend_hourly")).toEqual([["default"]]);
    expect(await rowsOf("SELECT DISTINCT project FROM spend_hourly", "neighbour")).toEqual([["neighbour"]]);
    expect(await rowsOf("SELECT count() FROM spend_hourly", "nobody")).toEqual([["0"]]);
  });
});

describe("the view budget_status", () => {
  let directory: string;
  let database: Awaited<ReturnType<typeof openControlStore>>;
  let ledger: LedgerOfCalls;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "spanledger-budget-view-"));
    database = await openControlStore(join(directory, "postgres"));
    ledger = new LedgerOfCalls();
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  const start = (): Promise<BudgetApp> =>
    startBudgetApp(database, ledger, {}, new BudgetStandings(seeded.store));

  const create = async (app: BudgetApp, name: string, limit: string): Promise<string> => {
    const body = {
      name,
      limit,
      unit: "usd",
      period: "month",
      timezone: "Europe/Berlin",
      scope: { feature: name },
    };
    const thresholds = [
      { kind: "actual", percent: 80 },
      { kind: "forecast", percent: 100 },
    ];
    const answer = await app.call("POST", "/api/v1/budgets", {}, { ...body, thresholds, channels: [] });
    expect([answer.statusCode, answer.body]).toEqual([201, expect.any(String)]);
    return answer.json<{ id: string }>().id;
  };

  const look = async (app: BudgetApp): Promise<void> => {
    await app.app.get(BudgetMonitor).settle();
    await app.app.get(StandingBoard).flush();
  };

  const shown = (project = "default"): Promise<unknown[][]> =>
    rowsOf(
      "SELECT name, toString(spent), toString(`limit`), percent FROM budget_status ORDER BY name",
      project,
    );

  it("says what the API says, of one's own project, and forgets budgets that are deleted", async () => {
    const app = await start();
    const chat = await create(app, "chat", "100.00");
    const search = await create(app, "search", "0.5");
    await look(app);
    expect(await shown()).toEqual([
      ["chat", "0", "100", 0],
      ["search", "0", "0.5", 0],
    ]);
    const facts = { atMs: Date.now(), inputTokens: 1, outputTokens: 1 };
    const changes = ledger.acknowledge("default", {
      ...facts,
      id: "1",
      cost: "12.000000000001",
      feature: "chat",
    });
    app.monitor.onAcknowledged(changes);
    await look(app);
    const [row] = (await seeded.store.select("SELECT * FROM budget_status WHERE name = 'chat'", {
      onlyProject: "default",
    })) as Record<string, unknown>[];
    const answer = await app.call("GET", `/api/v1/budgets/${chat}/status`, {});
    const status = answer.json<BudgetStatus>();
    expect(status.spent).toBe("12.000000000001");
    expect(row).toMatchObject({
      budget_id: chat,
      project: "default",
      unit: status.unit,
      timezone: "Europe/Berlin",
      spent: status.spent,
      unpriced_calls: String(status.unpricedCalls),
    });
    expect(Date.parse(`${String(row?.["period_start"]).replace(" ", "T")}Z`)).toBe(
      Date.parse(status.period.start),
    );
    expect(Date.parse(`${String(row?.["period_end"]).replace(" ", "T")}Z`)).toBe(
      Date.parse(status.period.end),
    );
    expect(await shown("neighbour")).toEqual([]);

    expect((await app.call("DELETE", `/api/v1/budgets/${search}`, {})).statusCode).toBeLessThan(300);
    await look(app);
    expect((await shown()).map(([name]) => name)).toEqual(["chat"]);
    await app.close();
  }, 60_000);

  it("forgets at the next start what was deleted while nobody watched", async () => {
    await database.dataSource.query("DELETE FROM budget");
    const app = await start();
    await look(app);
    expect(await shown()).toEqual([]);
    await app.close();
  }, 60_000);
});
