import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { BOARDS } from "../../dashboards/source/index.js";
import type { Dashboard, Panel } from "../../dashboards/source/schema.js";
import { allPanels, lintBoards, lintSql } from "./lint.js";
import { ALERT_FILE, alertText, boardFile, boardText } from "./render.js";

const directory = fileURLToPath(new URL("../../dashboards/", import.meta.url));

describe("the committed boards", () => {
  it("are what their sources say (npm run dashboards)", () => {
    const committed = readdirSync(directory).filter((name) => name.endsWith(".json"));
    expect(committed.toSorted()).toEqual(BOARDS.map(boardFile).toSorted());
    for (const board of BOARDS)
      expect(readFileSync(directory + boardFile(board), "utf8")).toBe(boardText(board));
    expect(readFileSync(directory + ALERT_FILE, "utf8")).toBe(alertText());
  });

  it("break no rule", () => {
    expect(lintBoards(BOARDS)).toEqual([]);
  });

  it("show what is missing from money wherever they sum it", () => {
    const withMoney = BOARDS.filter((board) =>
      allPanels(board).some(
        (panel) => panel.type === "stat" && panel.fieldConfig?.defaults.unit === "currencyUSD",
      ),
    );
    expect(withMoney.length).toBeGreaterThan(2);
    const silent = withMoney.filter((board) => !JSON.stringify(board.panels).includes("missing_calls"));
    // Caching and reliability show savings and waste, not a bill.
    expect(silent.map((board) => board.uid)).toEqual(["spanledger-tokens-cache", "spanledger-reliability"]);
  });

  it("fill every line of the grid", () => {
    for (const board of BOARDS) {
      const widths = new Map<number, number>();
      for (const { gridPos } of board.panels) widths.set(gridPos.y, (widths.get(gridPos.y) ?? 0) + gridPos.w);
      for (const [y, width] of widths) expect([board.uid, y, width]).toEqual([board.uid, y, 24]);
    }
  });
});

describe("lintBoards", () => {
  const first = BOARDS[0];
  if (first === undefined) throw new Error("no boards");

  function changed(change: (board: Dashboard, panel: Panel) => void): string[] {
    const board = structuredClone(first as Dashboard);
    const panel = board.panels.find((one) => one.type === "timeseries");
    if (panel === undefined) throw new Error("no time series");
    change(board, panel);
    return lintBoards([board, ...BOARDS.slice(1)]);
  }

  function setSql(panel: Panel, rewrite: (sql: string) => string): void {
    const target = panel.targets?.[0];
    if (target === undefined) throw new Error("no target");
    target.rawSql = rewrite(target.rawSql);
  }

  it.each<[string, (board: Dashboard, panel: Panel) => void, string]>([
    ["a repeated panel id", (board, panel) => void (panel.id = board.panels[0]?.id ?? 0), "is used twice"],
    ["a missing description", (_, panel) => void delete panel.description, "has no description"],
    [
      "an unknown unit",
      (_, panel) => Object.assign(panel.fieldConfig?.defaults ?? {}, { unit: "furlongs" }),
      "furlongs",
    ],
    ["an overlap", (_, panel) => void (panel.gridPos.y -= 1), "overlap"],
    ["a panel too wide", (_, panel) => void (panel.gridPos.w = 30), "24 columns"],
    ["a transformation", (_, panel) => Object.assign(panel, { transformations: [] }), "transformations"],
    ["a wrong format", (_, panel) => Object.assign(panel.targets?.[0] ?? {}, { format: 1 }), "format"],
    [
      "another datasource",
      (_, panel) => Object.assign(panel.targets?.[0]?.datasource ?? {}, { uid: "x" }),
      "datasource",
    ],
    [
      "no time order",
      (_, panel) => setSql(panel, (sql) => sql.replace("ORDER BY time", "ORDER BY series")),
      "ordered by time",
    ],
    ["a repeated uid", (board) => void (board.uid = BOARDS[1]?.uid ?? ""), "is used twice"],
    [
      "a dead link",
      (board) =>
        Object.assign(board, {
          panels: JSON.parse(JSON.stringify(board.panels).replaceAll("/d/spanledger-calls", "/d/gone")),
        }),
      "unknown board gone",
    ],
    [
      "no text for no data",
      (_, panel) => void delete panel.fieldConfig?.defaults.noValue,
      "no text for no data",
    ],
  ])("finds %s", (_, change, problem) => {
    expect(changed(change).join("\n")).toContain(problem);
  });

  it.each([
    ["SELECT $__lttb(5)", "not allowed"],
    ["WHERE $__timeFilter($__fromTime)", "nests macros"],
    ["WHERE m IN (${m})", "not escaped"],
    ["WHERE m = '${m:singlequote}'", "inside quotes"],
    ["WHERE m IN (${other:singlequote})", "not defined"],
    ["WHERE m = $m", "without :singlequote"],
    ["SELECT 1; DROP TABLE calls", "more than one statement"],
  ])("finds fault with %s", (sql, problem) => {
    expect(lintSql(sql, new Set(["m"])).join("\n")).toContain(problem);
  });

  it("accepts a condition on a variable", () => {
    expect(lintSql("$__conditionalAll(m IN (${m:singlequote}), $m)", new Set(["m"]))).toEqual([]);
  });
});
