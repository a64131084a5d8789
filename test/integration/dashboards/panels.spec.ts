import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { BOARDS } from "../../../dashboards/source/index.js";
import type { Dashboard, Panel } from "../../../dashboards/source/schema.js";
import type { PanelResult } from "../../../src/server/dashboards/dashboards.service.js";
import { expandMacros } from "../../../src/server/dashboards/expand-macros.js";
import { readPanelRequest } from "../../../src/server/dashboards/panel-request.js";
import { panelRunner } from "../../support/panel-runner.js";
import { NOW_MS, openSeededLedger, type SeededLedger } from "./ledger.js";

type Variables = Record<string, string | string[]>;

/** Texts that would end a literal, a comment, a placeholder or a macro if anything took them for SQL. */
const HOSTILE = [
  "x' OR 1=1 --",
  "y'); DROP TABLE calls_raw; --",
  "o'brien's \\ test",
  "a\\",
  "\\'",
  "'",
  '"`',
  "/* ",
  "-- ",
  "%s %n %",
  "$1 $$ ${",
  "${__from} ${model:singlequote} [[model]]",
  "$__timeFilter(x) $__conditionalAll(a, $b)",
  "{from:Int64} {{ }} }{",
  "\n\r\t\n",
  "日本 😀\u0000\u202e",
  "'\\".repeat(500),
];

const CHOICES: Record<string, Variables> = {
  all: {},
  "one value": { model: "gpt-4.1" },
  "several values of several variables": {
    model: ["gpt-4.1", "gpt-4.1-mini"],
    feature: ["support-chat", "nightly-agent"],
    environment: ["production"],
  },
  "values without a name": { feature: "(none)", customer: "(none)" },
  "hostile values": Object.fromEntries(
    ["environment", "provider", "model", "feature", "user", "customer"].map((name) => [name, HOSTILE]),
  ),
};

const RANGES: Record<string, [from: string, to: string]> = {
  "one hour": ["now-1h", "now"],
  "a day": ["now-24h", "now"],
  "thirty days": ["now-30d", "now"],
  "before any call": ["now-20y", "now-19y"],
};

const queried = (board: Dashboard): Panel[] => board.panels.filter((panel) => panel.targets !== undefined);

let ledger: SeededLedger;

beforeAll(async () => {
  ledger = await openSeededLedger();
}, 120_000);

afterAll(() => ledger.close());

const signal = new AbortController().signal;

function ask(
  board: string,
  panel: number,
  from: string,
  to: string,
  variables: Variables = {},
  project = "default",
) {
  const request = readPanelRequest({ from, to, variables });
  return ledger.service.queryPanel(project, board, panel, request, new AbortController().signal);
}

/** The number of a stat: the last row's last column. */
async function statValue(
  board: string,
  panel: number,
  from = "now-30d",
  to = "now",
  variables: Variables = {},
) {
  const { rows } = await ask(board, panel, from, to, variables);
  return Number(rows.at(-1)?.at(-1));
}

const column = (result: PanelResult, name: string): unknown[] => {
  const index = result.columns.findIndex((one) => one.name === name);
  if (index === -1) throw new Error(`no column ${name} in ${JSON.stringify(result.columns)}`);
  return result.rows.map((row) => row[index]);
};

const sum = (values: unknown[]): number =>
  values.reduce((total: number, value) => total + Number(value ?? 0), 0);

function assertShape(panel: Panel, result: PanelResult): void {
  if (panel.targets?.[0]?.format !== 0) return;
  const [time] = result.columns;
  expect(time?.name).toBe("time");
  expect(time?.type).toMatch(/^DateTime/);
  const times = column(result, "time").map(String);
  expect(times.toSorted()).toEqual(times);
  const labels = result.columns.filter((one) => /String/.test(one.type));
  expect(labels.length).toBeLessThanOrEqual(1);
  if (labels.length === 1)
    expect(result.columns.map((one) => one.name)).toEqual(["time", labels[0]?.name, "Value"]);
  const range = Date.parse(result.to) - Date.parse(result.from);
  expect(new Set(times).size).toBeLessThanOrEqual(range / result.intervalMs + 2);
}

function assertFinite(result: PanelResult): void {
  for (const row of result.rows) {
    for (const value of row)
      expect([value, value === "nan" || value === "inf" || value === "-inf"]).toEqual([value, false]);
  }
}

describe("variable queries", () => {
  const queries = new Map(
    BOARDS.flatMap((board) =>
      board.templating.list.map(
        (variable) => [JSON.stringify(variable), [board.uid, variable.name] as const] as const,
      ),
    ),
  );

  it.each(Object.keys(CHOICES))("answer for %s in every range", async (choice) => {
    expect(queries.size).toBeGreaterThan(5);
    for (const [name, [from, to]] of Object.entries(RANGES)) {
      const request = readPanelRequest({ from, to, variables: CHOICES[choice] });
      for (const [uid, variable] of queries.values()) {
        const values = await ledger.service.queryVariable("default", uid, variable, request, signal);
        const texts = values.map(({ value }) => value);
        expect([variable, name, new Set(texts).size]).toEqual([variable, name, texts.length]);
        if (name === "before any call" && variable !== "zone")
          expect([variable, texts]).toEqual([variable, []]);
      }
    }
  });

  it("refuse what is longer than any value", () => {
    expect(() =>
      readPanelRequest({ from: "now-1h", to: "now", variables: { model: "x".repeat(1_001) } }),
    ).toThrow();
  });
});

describe.each(BOARDS.map((board) => [board.uid, board] as const))("%s", (uid, board) => {
  it.each(Object.keys(CHOICES))(
    "answers every panel for %s in every range",
    async (choice) => {
      for (const [name, [from, to]] of Object.entries(RANGES)) {
        const check = async (panel: Panel): Promise<void> => {
          const result = await ask(uid, panel.id, from, to, CHOICES[choice]).catch((cause: unknown) => {
            throw new Error(`panel ${panel.id} "${panel.title}", ${name}`, { cause });
          });
          assertShape(panel, result);
          assertFinite(result);
          if (name === "before any call" && panel.targets?.[0]?.format === 0) expect(result.rows).toEqual([]);
        };
        await Promise.all(queried(board).map(check));
      }
    },
    120_000,
  );

  it("has something to show for a month of everything", async () => {
    for (const panel of queried(board)) {
      const { rows } = await ask(uid, panel.id, "now-30d", "now");
      expect([panel.title, rows.length > 0]).toEqual([panel.title, true]);
      expect([panel.title, rows.some((row) => row.some((value) => value !== null))]).toEqual([
        panel.title,
        true,
      ]);
    }
  }, 60_000);

  it("declares only columns that its tables have", async () => {
    for (const panel of queried(board).filter((one) => one.type === "table")) {
      const { columns } = await ask(uid, panel.id, "now-24h", "now");
      const declared = panel.fieldConfig?.overrides.map((override) => override.matcher.options) ?? [];
      expect(columns.map((one) => one.name)).toEqual(expect.arrayContaining(declared));
    }
  }, 60_000);

  it("offers the values of every variable", async () => {
    for (const variable of board.templating.list) {
      const request = readPanelRequest({ from: "now-30d", to: "now" });
      const values = await ledger.service.queryVariable("default", uid, variable.name, request, signal);
      expect([variable.name, values.length > 0]).toEqual([variable.name, true]);
      expect(values.every((one) => one.value !== "" && one.text !== "")).toBe(true);
    }
  });

  it("shows no row of another project", async () => {
    for (const panel of queried(board)) {
      const mine = await ask(uid, panel.id, "now-30d", "now");
      expect(JSON.stringify(mine.rows)).not.toContain("neighbour");
    }
    const request = readPanelRequest({ from: "now-30d", to: "now" });
    const projects = await ledger.service.queryVariable("default", uid, "project", request, signal);
    expect(projects.map((one) => one.value)).toEqual(["default"]);
    const other = await ask("spanledger-overview", 3, "now-40d", "now", {}, "neighbour");
    expect(Number(other.rows.at(-1)?.at(-1))).toBe(500);
  }, 60_000);
});

describe("numbers that must agree", () => {
  it("spend: stat, stacks, shares, tables and the ledger itself", async () => {
    const total = await statValue("spanledger-overview", 1);
    const [exact] = await ledger.store.select<{ total: string }>(
      `SELECT toString(sum(cost)) AS total FROM calls WHERE project = 'default'
       AND start_time >= fromUnixTimestamp64Milli({from:Int64}) AND start_time <= fromUnixTimestamp64Milli({to:Int64})`,
      { params: { from: NOW_MS - 30 * 86_400_000, to: NOW_MS } },
    );
    expect(total).toBeGreaterThan(1);
    expect(total).toBeCloseTo(Number(exact?.total), 9);
    const [byModel, byFeature, byProvider, features, users, days, byCustomer] = await Promise.all([
      ask("spanledger-overview", 10, "now-30d", "now"),
      ask("spanledger-overview", 11, "now-30d", "now"),
      ask("spanledger-overview", 41, "now-30d", "now"),
      ask("spanledger-attribution", 30, "now-30d", "now"),
      ask("spanledger-attribution", 31, "now-30d", "now"),
      ask("spanledger-attribution", 32, "now-30d", "now"),
      ask("spanledger-attribution", 21, "now-30d", "now"),
    ]);
    for (const result of [byModel, byFeature, byProvider, byCustomer])
      expect(sum(column(result, "Value"))).toBeCloseTo(total, 8);
    for (const result of [features, users, days]) expect(sum(column(result, "Spend"))).toBeCloseTo(total, 8);
    expect(sum(column(features, "Share"))).toBeCloseTo(1, 9);
  });

  it.each([
    ["an hour", "now-1h", {}],
    ["a day", "now-24h", {}],
    ["a month of one model", "now-30d", { model: "gpt-4.1" }],
    ["a month of several features", "now-30d", { feature: ["support-chat", "o'brien's \\ test"] }],
  ] as const)(
    "spend of %s is the same by project, team, customer, environment, model and feature",
    async (_, from, chosen) => {
      const variables = structuredClone(chosen) as Variables;
      const total = await statValue("spanledger-overview", 1, from, "now", variables);
      expect(total).toBeGreaterThan(0);
      for (const [board, panel] of [
        ["spanledger-attribution", 10],
        ["spanledger-attribution", 11],
        ["spanledger-attribution", 12],
        ["spanledger-attribution", 3],
        ["spanledger-overview", 10],
        ["spanledger-overview", 11],
        ["spanledger-overview", 41],
      ] as const) {
        const result = await ask(board, panel, from, "now", variables);
        expect([board, panel, sum(column(result, "Value"))]).toEqual([
          board,
          panel,
          expect.closeTo(total, 8),
        ]);
      }
    },
  );

  it("narrowing by every value of a variable adds up to all", async () => {
    const all = await statValue("spanledger-overview", 1);
    const request = readPanelRequest({ from: "now-30d", to: "now" });
    for (const name of ["model", "feature", "user", "customer", "environment", "provider"]) {
      const values = await ledger.service.queryVariable(
        "default",
        "spanledger-overview",
        name,
        request,
        signal,
      );
      const parts = await Promise.all(
        values.map(({ value }) => statValue("spanledger-overview", 1, "now-30d", "now", { [name]: value })),
      );
      expect([name, sum(parts)]).toEqual([name, expect.closeTo(all, 8)]);
    }
  });

  it("calls: stat, outcomes and the seeded number", async () => {
    const calls = await statValue("spanledger-overview", 3, "now-40d", "now");
    expect(calls).toBe(3_000);
    const outcomes = await ask("spanledger-overview", 30, "now-40d", "now");
    const names = ["ok", "error", "cancelled", "abandoned"];
    expect(sum(names.map((name) => sum(column(outcomes, name))))).toBe(3_000);
  });

  it("the previous period is the range right before", async () => {
    const { rows } = await ask("spanledger-overview", 1, "now-10d", "now");
    const before = await statValue("spanledger-overview", 1, "now-20d", "now-10d");
    expect(rows.map((row) => row[0])).toEqual(["Previous period", "This period"]);
    expect(Number(rows[0]?.[1])).toBeCloseTo(before, 9);
  });

  it("tokens: classes add up to the totals", async () => {
    const classes = await ask("spanledger-overview", 20, "now-30d", "now");
    const [input, output] = await Promise.all([
      statValue("spanledger-tokens-cache", 1),
      statValue("spanledger-tokens-cache", 2),
    ]);
    const added = ["input, uncached", "cache read", "cache write", "output", "reasoning"].map((name) =>
      sum(column(classes, name)),
    );
    expect(sum(added)).toBe(input + output);
  });

  it("missing spend: every board counts the same calls", async () => {
    const counts = await Promise.all(
      (
        [
          ["spanledger-overview", 2],
          ["spanledger-budgets", 4],
          ["spanledger-calls", 10],
        ] as const
      ).map(([board, panel]) => statValue(board, panel)),
    );
    expect(new Set(counts).size).toBe(1);
    expect(counts[0]).toBeGreaterThan(0);
    const missing = await ask("spanledger-overview", 42, "now-30d", "now");
    expect(sum(column(missing, "Calls"))).toBe(counts[0]);
  });

  it("nothing is zero when nothing is known", async () => {
    const { rows } = await ask("spanledger-overview", 1, "now-30d", "now", { feature: "(none)" });
    expect(rows.at(-1)?.at(-1)).toBeNull();
    const slowest = await ask("spanledger-latency", 30, "now-30d", "now");
    const firstTokens = column(slowest, "First token p95");
    const features = column(slowest, "Feature");
    // The nightly agent never streams; support chats do.
    expect(firstTokens[features.indexOf("nightly-agent")]).toBeNull();
    expect(Number(firstTokens[features.indexOf("support-chat")])).toBeGreaterThan(60);
  });
});

describe("requests that cannot be answered", () => {
  it.each([
    ["spanledger-nothing", 1, "not_found"],
    ["spanledger-overview", 999, "not_found"],
    ["spanledger-budgets", 22, "not_found"],
  ])("%s panel %d: %s", async (board, panel, code) => {
    await expect(ask(board, panel, "now-1h", "now")).rejects.toMatchObject({ code });
  });

  it("stops when the viewer leaves", async () => {
    const controller = new AbortController();
    const request = readPanelRequest({ from: "now-30d", to: "now" });
    const answer = ledger.service.queryPanel(
      "default",
      "spanledger-overview",
      10,
      request,
      controller.signal,
    );
    controller.abort();
    await expect(answer).rejects.toBeInstanceOf(Error);
  });
});

describe("alert rules", () => {
  interface Rules {
    groups: {
      rules: { uid: string; data: { relativeTimeRange: { from: number }; model: { rawSql?: string } }[] }[];
    }[];
  }
  const file = new URL("../../../dashboards/provisioning/alerting/spanledger.yaml", import.meta.url);
  const rules = (parse(readFileSync(file, "utf8")) as Rules).groups.flatMap((group) => group.rules);

  it.each(rules.map((rule) => [rule.uid, rule] as const))("%s gives one number", async (_, rule) => {
    const [query] = rule.data;
    const sql = expandMacros(query?.model.rawSql ?? "", {
      fromMs: NOW_MS - (query?.relativeTimeRange.from ?? 0) * 1000,
      toMs: NOW_MS,
      intervalMs: 60_000,
      variables: new Map(),
    });
    const { columns, rows } = await panelRunner(ledger.store).run("default", sql, {
      maxRows: 10,
      maxSeconds: 10,
    });
    expect(columns.map((one) => one.name)).toEqual(["value"]);
    expect(rows).toHaveLength(1);
    expect(Number.isFinite(Number(rows[0]?.[0]))).toBe(true);
  });
});
