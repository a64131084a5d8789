import { describe, expect, it } from "@jest/globals";
import type { PanelResult } from "../../../web/src/api/types.js";
import type { Panel } from "../../../dashboards/source/schema.js";
import { placePanels } from "../../../web/src/board/layout.js";
import { readFields, reduceValues, toNamedValues, toTimeFrame } from "../../../web/src/panels/frame.js";
import { rangeLabel, refreshMs, resolveTime } from "../../../web/src/time/relative.js";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

function result(columns: [string, string][], rows: unknown[][], hours = 4): PanelResult {
  return {
    refId: "A",
    format: 0,
    from: new Date(START).toISOString(),
    to: new Date(START + hours * HOUR - 1).toISOString(),
    intervalMs: HOUR,
    columns: columns.map(([name, type]) => ({ name, type })),
    rows,
    sql: "",
  };
}

describe("readFields", () => {
  it("reads values by their ClickHouse types", () => {
    const fields = readFields(
      result(
        [
          ["t", "DateTime('UTC')"],
          ["t9", "DateTime64(9, 'UTC')"],
          ["d", "Nullable(Decimal(38, 12))"],
          ["n", "UInt64"],
          ["s", "LowCardinality(Nullable(String))"],
        ],
        [["2026-01-01 00:00:00", "2026-01-01 00:00:00.500000000", "1.5", "18446744073709551615", null]],
      ),
    );
    expect(fields.map((field) => [field.kind, field.values[0]])).toEqual([
      ["time", START],
      ["time", START + 500],
      ["number", 1.5],
      ["number", 18_446_744_073_709_552_000],
      ["text", null],
    ]);
  });
});

describe("toTimeFrame", () => {
  const rows = [
    ["2026-01-01 00:00:00", "a", 1],
    ["2026-01-01 02:00:00", "a", 3],
    ["2026-01-01 02:00:00", "b", 5],
  ];
  const labelled = result(
    [
      ["time", "DateTime('UTC')"],
      ["series", "String"],
      ["Value", "Float64"],
    ],
    rows,
  );

  it("makes a series per label, named by it alone, with gaps as null", () => {
    expect(toTimeFrame(labelled, false)).toEqual({
      times: [START, START + 2 * HOUR],
      series: [
        { name: "a", values: [1, 3] },
        { name: "b", values: [null, 5] },
      ],
    });
  });

  it("has every bucket of the range when bars need one width", () => {
    const frame = toTimeFrame(labelled, true);
    expect(frame.times).toEqual([0, 1, 2, 3].map((hour) => START + hour * HOUR));
    expect(frame.series[0]?.values).toEqual([1, null, 3, null]);
  });

  it("makes a series per number column and leaves out those without a value", () => {
    const wide = result(
      [
        ["time", "DateTime('UTC')"],
        ["p50", "Float64"],
        ["p95", "Nullable(Float64)"],
      ],
      [["2026-01-01 00:00:00", 1, null]],
    );
    expect(toTimeFrame(wide, false).series.map((one) => one.name)).toEqual(["p50"]);
  });

  it("is empty without rows", () => {
    expect(toTimeFrame({ ...labelled, rows: [] }, true)).toEqual({ times: [], series: [] });
  });
});

describe("reductions", () => {
  it.each<[string, number | null]>([
    ["sum", 6],
    ["mean", 2],
    ["max", 3],
    ["min", 1],
    ["last", null],
    ["lastNotNull", 3],
  ])("%s", (calc, expected) => {
    expect(reduceValues([1, 2, 3, null], calc)).toBe(expected);
  });

  it("has nothing to say about nothing", () => {
    expect(reduceValues([null], "sum")).toBeNull();
  });

  it("names values by the first text column", () => {
    const named = result(
      [
        ["name", "String"],
        ["Value", "Nullable(Float64)"],
      ],
      [
        ["a", 2],
        ["b", null],
      ],
    );
    expect(toNamedValues(named)).toEqual([
      { name: "a", value: 2 },
      { name: "b", value: null },
    ]);
  });
});

describe("placePanels", () => {
  const panel = (id: number, type: Panel["type"], y: number, h: number): Panel => ({
    id,
    type,
    title: String(id),
    gridPos: { x: 0, y, w: 24, h },
  });
  const panels = [
    panel(1, "stat", 0, 3),
    panel(2, "row", 3, 1),
    panel(3, "table", 4, 8),
    panel(4, "row", 12, 1),
    panel(5, "table", 13, 5),
  ];

  it("leaves open rows where they are", () => {
    expect(placePanels(panels, new Set()).map(({ panel: { id }, y }) => [id, y])).toEqual([
      [1, 0],
      [2, 3],
      [3, 4],
      [4, 12],
      [5, 13],
    ]);
  });

  it("closes up what a collapsed row hides", () => {
    expect(placePanels(panels, new Set([2])).map(({ panel: { id }, y }) => [id, y])).toEqual([
      [1, 0],
      [2, 3],
      [4, 4],
      [5, 5],
    ]);
  });
});

describe("times", () => {
  const now = new Date(2026, 2, 31, 15, 30, 45).getTime();

  it.each<[string, "start" | "end", number]>([
    ["now", "start", now],
    ["now-1h", "start", now - HOUR],
    ["now/d", "start", new Date(2026, 2, 31).getTime()],
    ["now-1d/d", "end", new Date(2026, 2, 31).getTime() - 1],
    ["now/w", "start", new Date(2026, 2, 30).getTime()],
    ["now-1M/M", "start", new Date(2026, 1, 1).getTime()],
    ["now-1M/M", "end", new Date(2026, 2, 1).getTime() - 1],
    ["1700000000000", "start", 1_700_000_000_000],
  ])("%s as %s", (text, edge, expected) => {
    expect(resolveTime(text, now, edge)).toBe(expected);
  });

  it.each(["", "now-", "now-5", "now*2", "soon"])("%j is no time", (text) => {
    expect(resolveTime(text, now, "start")).toBeNull();
  });

  it("names ranges", () => {
    expect(rangeLabel("now-7d", "now", now)).toBe("Last 7 days");
    expect(rangeLabel("now-3h", "now", now)).toBe("Last 3 hours");
    expect(rangeLabel("now-1d/d", "now-1d/d", now)).toBe("Yesterday");
    expect(rangeLabel("x", "now", now)).toBe("x to now");
  });

  it.each<[string, number | null]>([
    ["30s", 30_000],
    ["1m", 60_000],
    ["1s", 5_000],
    ["off", null],
    ["", null],
  ])("refreshes every %j", (text, expected) => {
    expect(refreshMs(text)).toBe(expected);
  });
});
