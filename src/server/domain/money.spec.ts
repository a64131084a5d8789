import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  canonicalDecimal,
  compareMoney,
  divideHalfEven,
  formatMoney,
  isAmount,
  lineAmount,
  parseFactor,
  parseMoney,
  sumMoney,
} from "./money.js";

const units = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });

describe("money", () => {
  it("reads back every amount it writes", () => {
    fc.assert(fc.property(units, (amount) => parseMoney(formatMoney(amount)) === amount));
  });

  it("writes plain canonical decimals only", () => {
    fc.assert(fc.property(units, (amount) => /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/.test(formatMoney(amount))));
  });

  it.each(["", ".", "1.", ".5", "1e3", "+1", " 1", "1,5", "NaN", "0x1", "1.0000000000000000001"])(
    "refuses %j",
    (text) => {
      expect(() => parseMoney(text)).toThrow("not a decimal amount");
      expect(isAmount(text)).toBe(false);
    },
  );

  it.each([
    ["1.00", "1"],
    ["007.500", "7.5"],
    ["-0", "0"],
    ["0.000000000000000001", "0.000000000000000001"],
  ])("canonical text of %s is %s", (text, canonical) => {
    expect(canonicalDecimal(text)).toBe(canonical);
  });

  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-2n, 3n, -1n],
  ])("divides %s by %s half-even to %s", (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });

  it("never rounds further than half a unit", () => {
    fc.assert(
      fc.property(units, fc.bigInt({ min: 1n, max: 10n ** 20n }), (numerator, denominator) => {
        const twiceError = (divideHalfEven(numerator, denominator) * denominator - numerator) * 2n;
        return twiceError <= denominator && -twiceError <= denominator;
      }),
    );
  });

  it("multiplies exactly and rounds each line once", () => {
    expect(formatMoney(lineAmount(904n, parseMoney("2.5"), 1_000_000n))).toBe("0.00226");
    expect(
      formatMoney(
        lineAmount(3n, parseMoney("0.0000035"), 1_000_000n, [parseFactor("0.5"), parseFactor("1.1")]),
      ),
    ).toBe("0.000000000006");
    // 0.5e-12 and 1.5e-12 lie on halves: the even neighbours are 0 and 2.
    expect(lineAmount(1n, parseMoney("0.0000000000005"), 1n)).toBe(0n);
    expect(formatMoney(lineAmount(3n, parseMoney("0.0000000000005"), 1n))).toBe("0.000000000002");
  });

  it("is independent of the order of factors", () => {
    const decimal = fc
      .tuple(fc.nat(999), fc.nat(999))
      .map(([whole, part]) => `${String(whole)}.${String(part).padStart(3, "0")}`);
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        decimal,
        fc.array(decimal, { maxLength: 4 }),
        (quantity, price, texts) => {
          const factors = texts.map(parseFactor);
          const forward = lineAmount(BigInt(quantity), parseMoney(price), 1_000_000n, factors);
          const backward = lineAmount(BigInt(quantity), parseMoney(price), 1_000_000n, factors.toReversed());
          return forward === backward;
        },
      ),
    );
  });

  it("sums and compares", () => {
    expect(formatMoney(sumMoney([parseMoney("0.1"), parseMoney("0.2")]))).toBe("0.3");
    expect(compareMoney(1n, 2n)).toBeLessThan(0);
    expect(compareMoney(2n, 2n)).toBe(0);
  });
});
