import { describe, expect, it } from "@jest/globals";
import type { Board } from "./board.js";
import { ALL } from "./expand-macros.js";
import { readPanelRequest, readRange, readVariables } from "./panel-request.js";

const board: Board = {
  uid: "test",
  title: "Test",
  description: "",
  panels: [],
  templating: {
    list: [
      { type: "query", name: "model", query: { rawSql: "SELECT 1" } },
      {
        type: "custom",
        name: "zone",
        current: { value: "UTC" },
        options: [{ value: "UTC" }, { value: "Asia/Tokyo" }],
      },
    ],
  },
};

const request = (body: object) => readPanelRequest({ from: "now-1h", to: "now", ...body });

describe("readPanelRequest", () => {
  it("fills in what is left out", () => {
    expect(request({})).toEqual({
      from: "now-1h",
      to: "now",
      maxDataPoints: 500,
      variables: {},
      adhocFilters: [],
    });
  });

  it.each([
    [{ maxDataPoints: 0 }],
    [{ maxDataPoints: 1_000_000 }],
    [{ variables: { model: 5 } }],
    [{ variables: { model: Array.from({ length: 501 }, () => "a") } }],
    [{ variables: { model: "a".repeat(1_001) } }],
    [{ from: null }],
  ])("refuses %j", (body) => {
    expect(() => request(body)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  it("takes both ends in a range of their own too", () => {
    expect(readPanelRequest({ range: { from: "now-1h", to: "now" }, maxDataPoints: 5 })).toEqual({
      from: "now-1h",
      to: "now",
      maxDataPoints: 5,
      variables: {},
      adhocFilters: [],
    });
    expect(() => readPanelRequest({ range: "now-1h" })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  it("refuses no body", () => {
    expect(() => readPanelRequest(undefined)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});

describe("readRange", () => {
  it("resolves both ends against one moment", () => {
    expect(readRange(request({}), 10_000_000)).toEqual({ fromMs: 6_400_000, toMs: 10_000_000 });
  });

  it.each([
    [{ from: "soon" }, "from: not a time"],
    [{ to: "later" }, "to: not a time"],
    [{ from: "now", to: "now-1h" }, "lies after"],
    [{ from: "now-30y" }, "20 years"],
  ])("refuses %j", (body, problem) => {
    expect(() => readRange(request(body), Date.UTC(2026, 0, 1))).toThrow(problem);
  });
});

describe("readVariables", () => {
  it("gives defaults to what is not chosen", () => {
    const variables = readVariables(board, request({}));
    expect(variables.get("model")).toBe(ALL);
    expect(variables.get("zone")).toEqual(["UTC"]);
  });

  it("takes one value or several, and Grafana's word for all", () => {
    expect(readVariables(board, request({ variables: { model: "a" } })).get("model")).toEqual(["a"]);
    expect(readVariables(board, request({ variables: { model: ["a", "b"] } })).get("model")).toEqual([
      "a",
      "b",
    ]);
    expect(readVariables(board, request({ variables: { model: ["$__all"] } })).get("model")).toBe(ALL);
  });

  it.each([
    [{ other: "a" }, "no such variable"],
    [{ zone: "Mars/Olympus" }, "offered choices"],
    [{ zone: ["UTC", "Asia/Tokyo"] }, "offered choices"],
  ])("refuses %j", (variables, problem) => {
    expect(() => readVariables(board, request({ variables }))).toThrow(problem);
  });
});
