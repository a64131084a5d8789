import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BUDGET_PERIODS } from "../domain/budget.js";
import { type PeriodRule, windowAt, windowBefore } from "./budget-window.js";
import { isTimeZone, offsetMs, parseDay } from "../domain/local-time.js";

const at = (text: string): number => Date.parse(text);
const rule = (
  period: PeriodRule["period"],
  timezone: string,
  customPeriod: PeriodRule["customPeriod"] = null,
) => ({
  period,
  timezone,
  customPeriod,
});
const shown = (spec: PeriodRule, instant: string): [string, string] => {
  const { startMs, endMs } = windowAt(spec, at(instant));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe("windowAt", () => {
  it.each([
    [
      "month in UTC",
      rule("month", "UTC"),
      "2026-11-25T08:00:00Z",
      "2026-11-01T00:00:00Z",
      "2026-12-01T00:00:00Z",
    ],
    [
      "month over a DST change",
      rule("month", "Europe/Berlin"),
      "2026-10-31T23:30:00Z",
      "2026-10-31T23:00:00Z",
      "2026-11-30T23:00:00Z",
    ],
    [
      "month that begins in summer time",
      rule("month", "Europe/Berlin"),
      "2026-10-15T00:00:00Z",
      "2026-09-30T22:00:00Z",
      "2026-10-31T23:00:00Z",
    ],
    [
      "December",
      rule("month", "America/New_York"),
      "2026-12-31T23:59:59Z",
      "2026-12-01T05:00:00Z",
      "2027-01-01T05:00:00Z",
    ],
    [
      "leap February",
      rule("month", "UTC"),
      "2028-02-29T12:00:00Z",
      "2028-02-01T00:00:00Z",
      "2028-03-01T00:00:00Z",
    ],
    [
      "quarter",
      rule("quarter", "Asia/Tokyo"),
      "2026-12-31T14:59:59Z",
      "2026-09-30T15:00:00Z",
      "2026-12-31T15:00:00Z",
    ],
    [
      "ISO week",
      rule("week", "Europe/Berlin"),
      "2026-11-29T22:59:59Z",
      "2026-11-22T23:00:00Z",
      "2026-11-29T23:00:00Z",
    ],
    [
      "day of 23 hours",
      rule("day", "Europe/Berlin"),
      "2026-03-29T10:00:00Z",
      "2026-03-28T23:00:00Z",
      "2026-03-29T22:00:00Z",
    ],
    [
      "day of 25 hours",
      rule("day", "Europe/Berlin"),
      "2026-10-25T10:00:00Z",
      "2026-10-24T22:00:00Z",
      "2026-10-25T23:00:00Z",
    ],
    [
      "day whose midnight is skipped",
      rule("day", "America/Santiago"),
      "2026-09-06T12:00:00Z",
      "2026-09-06T04:00:00Z",
      "2026-09-07T03:00:00Z",
    ],
    [
      "day before a skipped day",
      rule("day", "Pacific/Apia"),
      "2011-12-30T09:00:00Z",
      "2011-12-29T10:00:00Z",
      "2011-12-30T10:00:00Z",
    ],
    [
      "half-hour zone",
      rule("hour", "Asia/Kolkata"),
      "2026-11-25T08:10:00Z",
      "2026-11-25T07:30:00Z",
      "2026-11-25T08:30:00Z",
    ],
    [
      "hour repeated in autumn",
      rule("hour", "Europe/Berlin"),
      "2026-10-25T01:30:00Z",
      "2026-10-25T01:00:00Z",
      "2026-10-25T02:00:00Z",
    ],
    [
      "hour before a jump of 30 minutes",
      rule("hour", "Australia/Lord_Howe"),
      "2026-04-04T14:59:59Z",
      "2026-04-04T14:00:00Z",
      "2026-04-04T15:00:00Z",
    ],
    [
      "half hour after it",
      rule("hour", "Australia/Lord_Howe"),
      "2026-04-04T15:10:00Z",
      "2026-04-04T15:00:00Z",
      "2026-04-04T15:30:00Z",
    ],
    [
      "custom run of days",
      rule("custom", "UTC", { start: "2026-11-02", days: 14 }),
      "2026-11-16T00:00:00Z",
      "2026-11-16T00:00:00Z",
      "2026-11-30T00:00:00Z",
    ],
    [
      "custom run before its start",
      rule("custom", "UTC", { start: "2026-11-02", days: 14 }),
      "2026-11-01T23:59:59Z",
      "2026-10-19T00:00:00Z",
      "2026-11-02T00:00:00Z",
    ],
  ])("%s", (_, spec, instant, start, end) => {
    expect(shown(spec, instant)).toEqual([new Date(start).toISOString(), new Date(end).toISOString()]);
  });

  it("refuses unknown zones and custom periods without a definition", () => {
    expect(() => windowAt(rule("day", "Mars/Olympus"), 0)).toThrow(RangeError);
    expect(() => windowAt(rule("custom", "UTC"), 0)).toThrow(RangeError);
    expect(() => windowAt(rule("custom", "UTC", { start: "2026-02-30", days: 7 }), 0)).toThrow(RangeError);
    expect(isTimeZone("Mars/Olympus")).toBe(false);
    expect(isTimeZone("Europe/Berlin")).toBe(true);
    expect(parseDay("2026-02-29")).toBeNull();
  });

  const zones = fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Atlantic/Azores",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Antarctica/Troll",
  );
  const instants = fc.integer({ min: at("1995-01-01T00:00:00Z"), max: at("2035-01-01T00:00:00Z") });
  const rules = fc.record({
    period: fc.constantFrom(...BUDGET_PERIODS),
    timezone: zones,
    customPeriod: fc.record({
      start: fc.constantFrom("2020-01-01", "2026-03-29"),
      days: fc.integer({ min: 1, max: 60 }),
    }),
  });

  it("holds the instant, and every instant of a window finds the same window", () => {
    fc.assert(
      fc.property(
        rules,
        instants,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (spec, instant, share) => {
          const window = windowAt(spec, instant);
          expect(window.startMs).toBeLessThanOrEqual(instant);
          expect(window.endMs).toBeGreaterThan(instant);
          const length = window.endMs - window.startMs;
          const inside = window.startMs + Math.min(length - 1, Math.floor(length * share));
          expect(windowAt(spec, inside)).toEqual(window);
          expect(windowAt(spec, window.startMs)).toEqual(window);
          expect(windowAt(spec, window.endMs - 1)).toEqual(window);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("leaves no gap and no overlap to its neighbours", () => {
    fc.assert(
      fc.property(rules, instants, (spec, instant) => {
        const window = windowAt(spec, instant);
        expect(windowBefore(spec, window).endMs).toBe(window.startMs);
        expect(windowAt(spec, window.endMs).startMs).toBe(window.endMs);
      }),
      { numRuns: 400 },
    );
  });

  it("begins where the local clock says the period begins, unless that time is skipped", () => {
    fc.assert(
      fc.property(zones, instants, (timezone, instant) => {
        const { startMs } = windowAt(rule("month", timezone), instant);
        const local = new Date(startMs + offsetMs(timezone, startMs));
        const isSkipped = offsetMs(timezone, startMs - 1) !== offsetMs(timezone, startMs);
        expect([1, 0]).toEqual([local.getUTCDate(), isSkipped ? 0 : local.getTime() % 86_400_000]);
      }),
      { numRuns: 400 },
    );
  });
});
