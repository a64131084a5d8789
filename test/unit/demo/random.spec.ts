import { describe, expect, it } from "@jest/globals";
import { SeededRandom } from "../../../src/demo/random.js";

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("SeededRandom", () => {
  it("repeats itself for a seed", () => {
    const [a, b] = [new SeededRandom(7), new SeededRandom(7)];
    expect(many(50, () => a.next())).toEqual(many(50, () => b.next()));
  });

  it("stays in its bounds", () => {
    const random = new SeededRandom(1);
    const values = many(5_000, () => random.between(3, 5));
    expect(new Set(values)).toEqual(new Set([3, 4, 5]));
    const tails = many(5_000, () => random.around(100, 2));
    expect(Math.min(...tails)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...tails)).toBeLessThanOrEqual(2_000);
  });

  it.each([0, 0.3, 4, 80])("counts events around a mean of %d", (expected) => {
    const random = new SeededRandom(3);
    const counts = many(4_000, () => random.count(expected));
    expect(Math.abs(mean(counts) - expected)).toBeLessThanOrEqual(expected * 0.06 + 0.02);
  });

  it("chooses by weight", () => {
    const random = new SeededRandom(5);
    const picks = many(4_000, () =>
      random.weighted([
        ["often", 3],
        ["rarely", 1],
      ] as const),
    );
    const share = picks.filter((pick) => pick === "often").length / picks.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(() => random.weighted([])).toThrow(RangeError);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
