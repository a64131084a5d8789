import { describe, expect, it } from "@jest/globals";
import { parseTime } from "./parse-time.js";

const NOW = Date.UTC(2026, 2, 31, 15, 30, 45);

describe("parseTime", () => {
  it.each([
    [1_700_000_000_000, 1_700_000_000_000],
    ["1700000000000", 1_700_000_000_000],
    ["2026-03-01T00:00:00Z", Date.UTC(2026, 2, 1)],
    ["2026-03-01T02:00:00.250+02:00", Date.UTC(2026, 2, 1, 0, 0, 0, 250)],
    ["now", NOW],
    ["now-7d", NOW - 7 * 86_400_000],
    ["now-90m", NOW - 90 * 60_000],
    ["now/d", Date.UTC(2026, 2, 31)],
    ["now-1d/d", Date.UTC(2026, 2, 30)],
    ["now/w", Date.UTC(2026, 2, 30)],
    ["now/M", Date.UTC(2026, 2, 1)],
    ["now-1M", Date.UTC(2026, 1, 28, 15, 30, 45)],
    ["now-1M/M", Date.UTC(2026, 1, 1)],
    ["now/y", Date.UTC(2026, 0, 1)],
  ])("reads %j as a start", (text, expected) => {
    expect(parseTime(text, NOW, "start")).toBe(expected);
  });

  it.each([
    ["now/d", Date.UTC(2026, 3, 1) - 1],
    ["now-1d/d", Date.UTC(2026, 2, 31) - 1],
    ["now-1M/M", Date.UTC(2026, 2, 1) - 1],
    ["now/w", Date.UTC(2026, 3, 6) - 1],
  ])("rounds %j up as an end", (text, expected) => {
    expect(parseTime(text, NOW, "end")).toBe(expected);
  });

  it.each([
    "",
    "yesterday",
    "now-",
    "now-7",
    "now-7x",
    "now 7d",
    "2026-03-01",
    "2026-03-01T00:00:00",
    "nowish",
  ])("does not read %j", (text) => {
    expect(parseTime(text, NOW, "start")).toBeNull();
  });
});
