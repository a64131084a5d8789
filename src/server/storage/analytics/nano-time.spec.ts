import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  nanoFromMs,
  nanoFromRfc3339,
  nanosAfter,
  rfc3339FromNano,
  shortRfc3339FromNano,
  splitInstant,
  sqlFromNano,
} from "./nano-time.js";

describe("instants in nanoseconds", () => {
  it.each([
    [0n, "1970-01-01 00:00:00.000000000", "1970-01-01T00:00:00.000Z"],
    [1n, "1970-01-01 00:00:00.000000001", "1970-01-01T00:00:00.000000001Z"],
    [-1n, "1969-12-31 23:59:59.999999999", "1969-12-31T23:59:59.999999999Z"],
    [1_772_446_530_123_456_000n, "2026-03-02 10:15:30.123456000", "2026-03-02T10:15:30.123456Z"],
    [1_772_446_530_120_000_000n, "2026-03-02 10:15:30.120000000", "2026-03-02T10:15:30.120Z"],
  ])("%s is %s and %s", (nano, sql, short) => {
    expect(sqlFromNano(nano)).toBe(sql);
    expect(shortRfc3339FromNano(nano)).toBe(short);
    expect(nanoFromRfc3339(short)).toBe(nano);
    expect(nanoFromRfc3339(rfc3339FromNano(nano))).toBe(nano);
  });

  it.each([
    ["2026-03-02T12:15:30+02:00", "2026-03-02T10:15:30.000Z"],
    ["2026-03-02t10:15:30.5z", "2026-03-02T10:15:30.500Z"],
    ["2026-03-02T10:15:30.1234567899Z", "2026-03-02T10:15:30.123456789Z"],
  ])("reads %s", (text, short) => {
    expect(shortRfc3339FromNano(nanoFromRfc3339(text) ?? 0n)).toBe(short);
  });

  it.each(["", "now", "2026-03-02", "2026-03-02T10:15:30", "2026-13-02T10:15:30Z", "1772446530"])(
    "refuses %j",
    (text) => {
      expect(nanoFromRfc3339(text)).toBeNull();
    },
  );

  it("takes whole milliseconds", () => {
    expect(nanoFromMs(1_772_446_530_123)).toBe(1_772_446_530_123_000_000n);
  });

  const near = fc.bigInt({ min: -8_000_000_000_000_000n, max: 8_000_000_000_000_000n });

  it("tells how long after another one an instant is", () => {
    const start = fc.bigInt({ min: 100_000_000_000_000_000n, max: 4_291_000_000_000_000_000n });
    const step = fc.constantFrom(1n, 1_000n, 1_000_000n);
    fc.assert(
      fc.property(start, near, step, (nano, after, unit) => {
        const other = ((nano + after) / unit) * unit;
        expect(nanosAfter(shortRfc3339FromNano(other), splitInstant(nano))).toBe(Number(other - nano));
      }),
    );
  });

  it("leaves instants that are written in another way, or are none, to the slower reader", () => {
    const start = splitInstant(1_772_446_530_123_456_789n);
    const texts = [
      "2026-03-02T10:15:30Z",
      "2026-03-02T10:15:30.1230+02:00",
      "2026-03-02t10:15:30.123Z",
      "2026-03-02T24:00:00.000Z",
      "2026-03-02T10:60:30.123Z",
      "2026-03-02T10:15:30.12xZ",
      "2026-03-02T10-15:30.123Z",
      "2026-13-02T10:15:30.123Z",
      "1969-12-31T10:15:30.123Z",
      "2300-03-02T10:15:30.123Z",
    ];
    for (const text of texts) expect([text, nanosAfter(text, start)]).toEqual([text, null]);
  });
});
