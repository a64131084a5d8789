import { dateTime, rangeUtil } from "@grafana/data";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { bucketMs, intervalText, intervalTextMs } from "./grafana-interval.js";

/** Grafana's own width of a bucket: the oracle. */
function grafanaBucketMs(fromMs: number, rangeMs: number, points: number, least: string): number {
  const [from, to] = [dateTime(fromMs), dateTime(fromMs + rangeMs)];
  return rangeUtil.calculateInterval({ from, to, raw: { from, to } }, points, least).intervalMs;
}

describe("bucketMs", () => {
  it("rounds as Grafana does on 20,000 random ranges", () => {
    const range = fc.oneof(
      fc.integer({ min: 1, max: 3_600_000 }),
      fc.integer({ min: 1, max: 94_608_000_000 }),
    );
    const least = fc.constantFrom("1ms", "10s", "1m", "2h", "1d");
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        range,
        fc.integer({ min: 1, max: 5_000 }),
        least,
        (from, width, points, text) => {
          const leastMs = intervalTextMs(text) ?? Number.NaN;
          expect(bucketMs(width, points, leastMs)).toBe(grafanaBucketMs(from, width, points, text));
        },
      ),
      { numRuns: 20_000 },
    );
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
