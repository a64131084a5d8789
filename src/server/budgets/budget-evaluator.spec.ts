import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { BudgetThreshold } from "../domain/budget.js";
import { parseMoney } from "../domain/money.js";
import { nextActualAmount, percentOf, reachedThresholds } from "./budget-evaluator.js";

const actual = (percent: number): BudgetThreshold => ({ kind: "actual", percent });
const forecast = (percent: number): BudgetThreshold => ({ kind: "forecast", percent });
const usd = parseMoney;

describe("reachedThresholds", () => {
  const thresholds = [actual(50), actual(99.99), actual(100), forecast(100), forecast(120)];
  const keys = (limit: string, spent: string, expected: string | null): string[] =>
    reachedThresholds(thresholds, {
      limit: usd(limit),
      spent: usd(spent),
      forecast: expected === null ? null : usd(expected),
    }).map(({ kind, percent }) => `${kind} ${percent}`);

  it.each([
    ["nothing", "100", "0", null, []],
    ["exactly at a threshold", "100", "50", null, ["actual 50"]],
    ["one part in 1e12 below", "100", "49.999999999999", null, []],
    ["fractions of a percent", "100", "99.99", null, ["actual 50", "actual 99.99"]],
    ["over the limit", "0.000001", "0.000001", null, ["actual 50", "actual 99.99", "actual 100"]],
    ["a forecast alone", "100", "1", "119.99", ["forecast 100"]],
    ["no forecast is no breach", "100", "10", null, []],
    ["limits beyond doubles", "1000000000000", "499999999999.999999999999", null, []],
  ])("%s", (_, limit, spent, expected, reached) => {
    expect(keys(limit, spent, expected)).toEqual(reached);
  });
});

describe("nextActualAmount", () => {
  it("is the least spend that reaches a threshold which has not fired, exact to the last unit", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 30n }),
        fc.integer({ min: 100, max: 100_000 }),
        (limit, hundredths) => {
          const threshold = actual(hundredths / 100);
          const next = nextActualAmount([threshold], limit, () => false);
          const isReached = (spent: bigint): boolean =>
            reachedThresholds([threshold], { limit, spent, forecast: null }).length === 1;
          expect(next).not.toBeNull();
          if (next === null) return;
          expect([isReached(next), isReached(next - 1n)]).toEqual([true, false]);
        },
      ),
    );
  });

  it("is null when everything fired, and ignores forecasts", () => {
    expect(
      nextActualAmount([actual(80), forecast(10)], usd("100"), ({ percent }) => percent === 80),
    ).toBeNull();
    expect(nextActualAmount([actual(100), actual(80)], usd("100"), () => false)).toBe(usd("80"));
  });
});

describe("percentOf", () => {
  it("never rounds up", () => {
    expect(percentOf(usd("99.99999"), usd("100"))).toBe(99.99);
    expect(percentOf(usd("250"), usd("100"))).toBe(250);
    expect(percentOf(0n, usd("100"))).toBe(0);
  });
});

describe("a budget in which unpriced calls count as a breach", () => {
  it("reaches every actual threshold, and forecasts only by their amount", () => {
    const thresholds = [
      { kind: "actual", percent: 80 },
      { kind: "actual", percent: 1000 },
      { kind: "forecast", percent: 100 },
    ] as const;
    const standing = { limit: 100n, spent: 1n, forecast: 2n };
    expect(reachedThresholds(thresholds, standing)).toEqual([]);
    expect(reachedThresholds(thresholds, standing, true)).toEqual(thresholds.slice(0, 2));
  });
});
