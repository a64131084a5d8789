import { describe, expect, it } from "@jest/globals";
import { DAY, HOUR, QUARTER } from "../../storage/analytics/rollups/grains.js";
import type { LedgerDay } from "../../storage/analytics/rollups/rollup-freshness.js";
import { coveredSpans, type Instant } from "./covered-spans.js";

const START = Date.UTC(2026, 9, 5) / 1000;

const day = (index: number, more: Partial<LedgerDay> = {}): LedgerDay => ({
  start: START + index * DAY,
  version: 1,
  rows: 1,
  dirtyHours: new Set(),
  isDirtyDay: false,
  ...more,
});

const from = (seconds: number): Instant => ({ seconds, isAfter: false });
const upTo = (seconds: number): Instant => ({ seconds, isAfter: true });

/** Spans in hours since the first day's start: slot, from, to. */
function spans(
  days: LedgerDay[],
  slots: (typeof HOUR | typeof QUARTER | typeof DAY)[],
  instants: Instant[],
  zones: string[] = [],
) {
  const found = coveredSpans({ days, nextGeneration: 2 }, slots, { instants, zones });
  return found.map((span) =>
    [span.slot, span.from - START, span.to - START].map((seconds) => seconds / HOUR),
  );
}

const ALL = [HOUR, DAY, QUARTER] as (typeof HOUR | typeof QUARTER | typeof DAY)[];

describe("coveredSpans", () => {
  it("takes the longest slots that fit, and hours up to them", () => {
    const range = [from(START + 2 * HOUR + 1), upTo(START + 55 * HOUR + 1)];
    expect(spans([day(0), day(1), day(2)], ALL, range)).toEqual([
      [1, 3, 6],
      [6, 6, 24],
      [24, 24, 48],
      [6, 48, 54],
      [1, 54, 55],
    ]);
  });

  it("takes a slot that begins with the first row of the range, and none with a last row at its first instant", () => {
    expect(spans([day(0)], [HOUR], [from(START + HOUR), upTo(START + 3 * HOUR)])).toEqual([[1, 1, 3]]);
    expect(spans([day(0)], [HOUR], [upTo(START + HOUR), from(START + 3 * HOUR)])).toEqual([[1, 2, 3]]);
  });

  it("cuts at an instant within the range", () => {
    const instants = [from(START), from(START + 12 * HOUR + 7), from(START + DAY)];
    expect(spans([day(0)], [HOUR, QUARTER], instants)).toEqual([
      [6, 0, 12],
      [1, 13, 18],
      [6, 18, 24],
    ]);
  });

  it("leaves dirty hours to the rows, and longer slots of their day", () => {
    const dirty = day(0, { isDirtyDay: true, dirtyHours: new Set([START + 5 * HOUR]) });
    expect(spans([dirty, day(1)], ALL, [from(START), from(START + 2 * DAY)])).toEqual([
      [1, 0, 5],
      [1, 6, 24],
      [24, 24, 48],
    ]);
  });

  it("takes only hours for days of a zone, but those in which a day of it begins", () => {
    const range = [from(START), from(START + DAY)];
    expect(spans([day(0)], ALL, range, ["Europe/Berlin"])).toEqual([[1, 0, 24]]);
    expect(spans([day(0)], ALL, range, ["Asia/Kolkata"])).toEqual([
      [1, 0, 18],
      [1, 19, 24],
    ]);
    expect(spans([day(0)], ALL, range, ["UTC"])).toEqual([[24, 0, 24]]);
  });
});
