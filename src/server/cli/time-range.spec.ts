import { describe, expect, it } from "@jest/globals";
import { UsageError } from "./command.js";
import { timeRange } from "./time-range.js";

const now = Date.parse("2026-11-25T12:00:00Z");

describe("timeRange", () => {
  it("reads ages, dates and times", () => {
    expect(timeRange({ from: "7d", to: "2026-11-25" }, now)).toEqual({
      from: "2026-11-18T12:00:00.000Z",
      to: "2026-11-25T00:00:00.000Z",
    });
    expect(timeRange({ from: "2026-11-01T10:00:00+01:00" }, now)).toEqual({
      from: "2026-11-01T09:00:00.000Z",
      to: undefined,
    });
  });

  it("leaves open what was not given", () => {
    expect(timeRange({}, now)).toEqual({ from: undefined, to: undefined });
    expect(timeRange({}, now, "1h").from).toBe("2026-11-25T11:00:00.000Z");
  });

  it.each([[{ from: "yesterday" }], [{ from: "7y" }], [{ from: "1d", to: "2d" }]])("refuses %j", (values) => {
    expect(() => timeRange(values, now)).toThrow(UsageError);
  });
});
