import { describe, expect, it } from "@jest/globals";
import { backoffMs, MAX_ATTEMPTS } from "./backoff.js";

describe("backoffMs", () => {
  it("doubles from one second to fifteen minutes", () => {
    const pauses = Array.from({ length: MAX_ATTEMPTS }, (_, n) => backoffMs(n + 1, null, 0.5));
    expect(pauses.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(Math.max(...pauses)).toBe(900_000);
  });

  it("is spread by a quarter either way, within the cap", () => {
    expect([backoffMs(3, null, 0), backoffMs(3, null, 0.999_999)]).toEqual([3_000, 5_000]);
    expect(backoffMs(20, null, 0.999)).toBe(900_000);
  });

  it("waits as long as the receiver asks, within the cap", () => {
    expect(backoffMs(1, 30, 0.5)).toBe(30_000);
    expect(backoffMs(8, 1, 0.5)).toBe(128_000);
    expect(backoffMs(1, 86_400, 0.5)).toBe(900_000);
  });
});
