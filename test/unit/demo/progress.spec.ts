import { expect, it } from "@jest/globals";
import { cents, count, progressLine } from "../../../src/demo/progress.js";

it("shows percent, calls, spend and the time left", () => {
  expect(progressLine({ made: 8_400, planned: 20_000, spent: "12.349", elapsedMs: 21_000 })).toBe(
    "[##########..............]  42 %  8,400 of 20,000 calls  $12.34 so far  29 s left",
  );
});

it("claims no time left at first, none at the end, and no spend that it does not know", () => {
  expect(progressLine({ made: 1, planned: 1_000, spent: null, elapsedMs: 500 })).toBe(
    "[........................]   0 %  1 of 1,000 calls",
  );
  expect(progressLine({ made: 10, planned: 10, spent: null, elapsedMs: 9_000 })).toBe(
    "[########################] 100 %  10 of 10 calls",
  );
});

it("formats counts and cents from text, without arithmetic", () => {
  expect([0, 999, 1_000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect(["0", "0.5", "1234.567", "9007199254740993.019"].map(cents)).toEqual([
    "0.00",
    "0.50",
    "1,234.56",
    "9,007,199,254,740,993.01",
  ]);
});
