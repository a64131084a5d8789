import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { AppError } from "../domain/errors.js";
import { shortRfc3339FromNano } from "../storage/analytics/nano-time.js";
import { parseQuery, parseRange, timeZoneSchema } from "./query-string.js";
import { instantFromText, knownTimeZone } from "./query-time.js";
import { parseSpendQuery } from "./spend.query.js";

const NOW_MS = Date.parse("2026-04-01T00:00:00Z");
const read = (text: string, zone: string): string | null => {
  const nano = instantFromText(text, zone);
  return nano === null ? null : shortRfc3339FromNano(nano);
};

describe("instants in a query", () => {
  it.each([
    ["2026-03-02T10:00:00.5Z", "UTC", "2026-03-02T10:00:00.500Z"],
    ["2026-03-02T10:00:00+02:00", "UTC", "2026-03-02T08:00:00.000Z"],
    ["2026-03-02T10:00:00 02:00", "UTC", "2026-03-02T08:00:00.000Z"],
    ["2026-03-02", "UTC", "2026-03-02T00:00:00.000Z"],
    ["2026-03-02", "Europe/Berlin", "2026-03-01T23:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"],
    ["2026-11-01", "America/New_York", "2026-11-01T04:00:00.000Z"],
    ["2026-03-02", "Asia/Kolkata", "2026-03-01T18:30:00.000Z"],
    ["2026-03-02", "Pacific/Auckland", "2026-03-01T11:00:00.000Z"],
  ])("%s in %s is %s", (text, zone, expected) => {
    expect(read(text, zone)).toBe(expected);
  });

  it.each(["", "now", "2026-13-40", "2026-03-02T10:00:00", "1772446530000"])("refuses %j", (text) => {
    expect(read(text, "UTC")).toBeNull();
  });

  it("knows IANA names only", () => {
    expect(knownTimeZone("Europe/Berlin")).toBe("Europe/Berlin");
    for (const name of ["", "+02:00", "Mars/Olympus", "'; DROP"]) expect(knownTimeZone(name)).toBeNull();
  });
});

const problemsOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_request") return error.details["problems"];
    throw error;
  }
  return null;
};

describe("a query string", () => {
  it("has its own parameters and dimension filters, single or repeated", () => {
    const parsed = parseQuery(
      { n: z.coerce.number() },
      { n: "3", project: "p1", feature: "a", "tag:x y": ["b", "c"], user: "" },
    );
    expect(parsed).toEqual({
      params: { n: 3 },
      filters: [
        { dimension: "feature", values: ["a"] },
        { dimension: "tag:x y", values: ["b", "c"] },
        { dimension: "user", values: [""] },
      ],
    });
  });

  it("lists every problem at once, unknown names included", () => {
    const query = { n: "x", featrue: "a", feature: { nested: "a" }, "tag:": "v", __proto__x: "1" };
    expect(problemsOf(() => parseQuery({ n: z.coerce.number() }, query))).toHaveLength(5);
  });

  it("has a range with defaults that is not empty", () => {
    const fallback = { fromNano: 1n, toNano: 2n };
    expect(parseRange({}, "UTC", fallback)).toEqual(fallback);
    expect(problemsOf(() => parseRange({ from: "x", to: "y" }, "UTC", fallback))).toHaveLength(2);
    expect(
      problemsOf(() => parseRange({ from: "2026-01-02", to: "2026-01-02" }, "UTC", fallback)),
    ).toHaveLength(1);
  });

  it("may not ask spend for more buckets than an answer holds", () => {
    const query = { from: "2000-01-01", to: "2026-01-01", interval: "hour" };
    expect(problemsOf(() => parseSpendQuery(query, NOW_MS))).toHaveLength(1);
    expect(parseSpendQuery({ ...query, interval: "day" }, NOW_MS).interval).toBe("day");
  });

  it("asks for the last 30 days by default", () => {
    const { fromNano, toNano } = parseSpendQuery({}, NOW_MS);
    expect([fromNano, toNano].map(shortRfc3339FromNano)).toEqual([
      "2026-03-02T00:00:00.000Z",
      "2026-04-01T00:00:00.000Z",
    ]);
  });

  it("refuses a zone that is none", () => {
    expect(problemsOf(() => parseQuery({ tz: timeZoneSchema }, { tz: "Nowhere" }))).toHaveLength(1);
  });
});
