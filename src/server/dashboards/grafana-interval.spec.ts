import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { bucketMs, intervalText, intervalTextMs } from "./grafana-interval.js";

interface Golden {
  cases: [rangeMs: number, maxDataPoints: number, intervalMs: number][];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../test/golden/dashboards/grafana-intervals.json", import.meta.url), "utf8"),
) as Golden;

describe("bucketMs", () => {
  it("rounds as Grafana does on 600 recorded ranges", () => {
    expect(golden.cases).toHaveLength(600);
    const ours = golden.cases.map(([range, points]) => [range, points, bucketMs(range, points, 1)]);
    expect(ours).toEqual(golden.cases);
  });

  it("never goes below the least interval", () => {
    expect(bucketMs(60_000, 1_000, 60_000)).toBe(60_000);
    expect(bucketMs(30 * 86_400_000, 60, 60_000)).toBe(43_200_000);
  });

  it("takes the longest interval for what is beyond the table", () => {
    expect(bucketMs(1e15, 1, 1)).toBe(31_536_000_000);
  });
});

describe("interval texts", () => {
  it.each([
    ["1m", 60_000],
    [">30s", 30_000],
    ["2h", 7_200_000],
    ["200ms", 200],
    ["1w", 604_800_000],
  ])("reads %s", (text, ms) => {
    expect(intervalTextMs(text)).toBe(ms);
  });

  it.each(["", "5", "m", "1 hour", "-1m", "1M"])("does not read %j", (text) => {
    expect(intervalTextMs(text)).toBeNull();
  });

  it.each([
    [86_400_000, "1d"],
    [43_200_000, "12h"],
    [90_000, "90s"],
    [1_500, "1500ms"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(intervalText(ms)).toBe(text);
  });
});
