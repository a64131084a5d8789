import { describe, expect, it } from "@jest/globals";
import { columnWidths } from "../../../web/src/panels/column-widths.js";
import { bucketTicks, timeTicks } from "../../../web/src/panels/time-ticks.js";

const HOUR = 3_600_000;

describe("columnWidths", () => {
  const name = { natural: 200, least: 100, appetite: 2 };
  const number = { natural: 60, least: 60, appetite: 1 };

  it("gives room to spare by appetite", () => {
    expect(columnWidths([name, number], 350)).toEqual([260, 90]);
  });

  it("squeezes names, never numbers", () => {
    expect(columnWidths([name, number], 210)).toEqual([150, 60]);
    expect(columnWidths([name, name, number], 360)).toEqual([150, 150, 60]);
  });

  it("overflows with the least widths", () => {
    expect(columnWidths([name, number], 120)).toEqual([100, 60]);
  });

  it("leaves room over when nothing wants it, and has no columns for none", () => {
    expect(columnWidths([{ ...number, appetite: 0 }], 100)).toEqual([60]);
    expect(columnWidths([], 100)).toEqual([]);
  });
});

describe("time ticks", () => {
  // The tests' zone: whatever the machine has; the expectations are built from the same local clock.
  const midnight = new Date(2026, 10, 18).getTime();
  const times = (count: number, everyMs: number): number[] =>
    Array.from({ length: count }, (_, index) => midnight - 2 * HOUR + index * everyMs);

  it("mark days by their date once hours would be too close", () => {
    const marks = bucketTicks(times(7 * 24, HOUR), 3, 70);
    expect([...marks.values()]).toEqual([
      "Nov 18",
      "Nov 19",
      "Nov 20",
      "Nov 21",
      "Nov 22",
      "Nov 23",
      "Nov 24",
    ]);
    expect(marks.get(midnight)).toBe("Nov 18");
  });

  it("mark round hours, and the date where a day begins", () => {
    const marks = bucketTicks(times(12, HOUR), 40, 70);
    expect([...marks.values()]).toEqual(["Nov 18", "02:00", "04:00", "06:00", "08:00"]);
  });

  it("mark nothing without buckets", () => {
    expect(bucketTicks([], 10, 70).size).toBe(0);
  });

  it("say seconds below a minute", () => {
    expect(timeTicks([midnight / 1000 + 90], 30)).toEqual(["00:01:30"]);
  });
});
