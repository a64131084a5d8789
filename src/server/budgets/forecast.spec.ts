import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatMoney, type Money, parseMoney } from "../domain/money.js";
import { forecastSpend } from "./forecast.js";

const DAY_MS = 86_400_000;
const start = Date.parse("2026-11-01T00:00:00Z");
const window = { startMs: start, endMs: start + 30 * DAY_MS };
const usd = (texts: string[]): Money[] => texts.map(parseMoney);

const at = (day: number, spent: string, recent: string[], limit = "100") =>
  forecastSpend({
    window,
    nowMs: start + day * DAY_MS,
    limit: parseMoney(limit),
    spent: parseMoney(spent),
    recent: usd(recent),
    bucketMs: DAY_MS,
  });

describe("forecastSpend", () => {
  it("adds the recent pace for the rest of the period, exactly when the pace is even", () => {
    const forecast = at(10, "20", Array<string>(14).fill("2"));
    expect(forecast).not.toBeNull();
    if (forecast === null) return;
    expect([forecast.expected, forecast.low, forecast.high].map(formatMoney)).toEqual(["60", "60", "60"]);
    expect(forecast.breachMs).toBeNull();
  });

  it("tells when the limit is reached", () => {
    expect(at(10, "20", Array<string>(14).fill("2"), "50")?.breachMs).toBe(start + 25 * DAY_MS);
    expect(at(10, "50", ["2"], "50")?.breachMs).toBe(start + 10 * DAY_MS);
    expect(at(10, "20", ["2"], "60")?.breachMs).toBeNull();
  });

  it("has a band that widens with uneven spend and never falls below what is spent", () => {
    const uneven = at(10, "20", ["0.1", "12", "0.1", "0.2", "9"]);
    expect(uneven).not.toBeNull();
    if (uneven === null) return;
    expect(uneven.low).toBeGreaterThanOrEqual(parseMoney("20"));
    expect(uneven.low).toBeLessThan(uneven.expected);
    expect(uneven.high).toBeGreaterThan(uneven.expected);
  });

  it("ignores the days before the first spend, and keeps quiet days after it", () => {
    const fresh = at(10, "6", ["0", "0", "0", "3", "3"]);
    const paused = at(10, "6", ["3", "3", "0", "0", "0", "0"]);
    expect(formatMoney(fresh?.expected ?? 0n)).toBe("66");
    expect(formatMoney(paused?.expected ?? 0n)).toBe("26");
  });

  it("falls back to the period's own average, and says nothing in its first bucket", () => {
    const average = at(2, "10", []);
    expect(formatMoney(average?.expected ?? 0n)).toBe("150");
    expect(average?.high).toBeGreaterThan(average?.expected ?? 0n);
    expect(at(0.5, "10", ["0", "0"])).toBeNull();
  });

  it("keeps low <= expected <= high, at least what is spent, and breaches inside the period only", () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 * DAY_MS - 1 }),
        amount,
        fc.bigInt({ min: 1n, max: 10n ** 24n }),
        fc.array(amount, { maxLength: 14 }),
        (elapsed, spent, limit, recent) => {
          const nowMs = start + elapsed;
          const forecast = forecastSpend({ window, nowMs, limit, spent, recent, bucketMs: DAY_MS });
          if (forecast === null) return;
          const { low, expected, high, breachMs } = forecast;
          expect(low >= spent && low <= expected && expected <= high).toBe(true);
          if (breachMs !== null) expect(breachMs >= nowMs && breachMs < window.endMs).toBe(true);
          if (spent >= limit) expect(breachMs).toBe(nowMs);
        },
      ),
    );
  });
});
