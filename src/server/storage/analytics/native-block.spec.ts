import { describe, expect, it } from "@jest/globals";
import { AppError } from "../../domain/errors.js";
import { column, nativeBlock } from "./native-block.js";
import * as types from "./native-encoders.js";

/** One column `c` with these values, as hex; the expected bytes come from the engine's own `FORMAT Native`. */
const hex = <Value>(encoder: types.Encoder<Value>, values: readonly Value[]): string =>
  Buffer.from(nativeBlock([column("c", encoder, (value: Value) => value)], values).bytes).toString("hex");

const header = (rows: number, type: string): string =>
  Buffer.from(
    `\x01${String.fromCharCode(rows)}\x01c${String.fromCharCode(type.length)}${type}`,
    "latin1",
  ).toString("hex");

const i64 = (value: bigint): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString("hex");
};

describe("columns in the Native format", () => {
  it.each([
    [0, 0n],
    [1, 1n],
    [-1, -1n],
    [4_294_967_295, 4_294_967_295n],
    [4_294_967_296, 4_294_967_296n],
    [-4_294_967_297, -4_294_967_297n],
    [Number.MAX_SAFE_INTEGER, BigInt(Number.MAX_SAFE_INTEGER)],
    [Number.MIN_SAFE_INTEGER, BigInt(Number.MIN_SAFE_INTEGER)],
  ])("writes the whole number %s in 64 bits", (value, same) => {
    expect(hex(types.int64, [value])).toBe(header(1, "Int64") + i64(same));
  });

  it.each([
    ["0", 0n],
    ["1.5", 1_500_000_000_000n],
    ["-0.000000000001", -1n],
    ["123.000000000001", 123_000_000_000_001n],
    ["1000.1", 1_000_100_000_000_000n],
    ["-1000.1", -1_000_100_000_000_000n],
    ["99999999999999999999999999.999999999999", 99999999999999999999999999999999999999n],
    ["-99999999999999999999999999.999999999999", -99999999999999999999999999999999999999n],
  ])("writes the amount %s exactly in 128 bits", (text, scaled) => {
    const low = BigInt.asIntN(64, scaled);
    expect(hex(types.decimal12, [text])).toBe(header(1, "Decimal(38, 12)") + i64(low) + i64(scaled >> 64n));
  });

  it.each(["0.0000000000001", "1.1234567890123", "123456.0000000000001", "-0.0000000000001"])(
    "refuses the amount %s, which it could only write at another scale",
    (text) => {
      expect(() => hex(types.decimal12, [text])).toThrow(AppError);
    },
  );

  it("writes text with its length in bytes, lone surrogates replaced", () => {
    const long = "x".repeat(300);
    expect(hex(types.text, ["", "a", "é", "\ud800", long])).toBe(
      header(5, "String") + "00" + "0161" + "02c3a9" + "03efbfbd" + "ac02" + "78".repeat(300),
    );
  });

  it("writes nulls as a map before the values", () => {
    expect(hex(types.nullable(types.uint16), [7, null, 8])).toBe(
      header(3, "Nullable(UInt16)") + "000100" + "070000000800",
    );
  });

  it("writes dictionaries with their own keys, the first for NULL when it may be", () => {
    const flags = "0006000000000000";
    expect(hex(types.lowCardinality, ["a", "b", "a"])).toBe(
      header(3, "LowCardinality(String)") + i64(1n) + flags + i64(2n) + "01610162" + i64(3n) + "000100",
    );
    expect(hex(types.lowCardinalityOrNull, [null, "b", ""])).toBe(
      header(3, "LowCardinality(Nullable(String))") +
        i64(1n) +
        flags +
        i64(3n) +
        "00016200" +
        i64(3n) +
        "000102",
    );
  });

  it("widens a dictionary's positions with its size", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);
    expect(hex(types.lowCardinality, many(255))).toContain(i64(1n) + "0006000000000000" + i64(255n));
    expect(hex(types.lowCardinality, many(256))).toContain(i64(1n) + "0106000000000000" + i64(256n));
    expect(hex(types.lowCardinality, many(70_000))).toContain(i64(1n) + "0206000000000000" + i64(70_000n));
  });

  it("writes lists as ends and flat values, the inner prefix first, and nothing for empty dictionaries", () => {
    const type = "Array(LowCardinality(String))";
    expect(hex(types.array(types.lowCardinality), [["a", "b"], [], ["a"]])).toBe(
      header(3, type) +
        i64(1n) +
        i64(2n) +
        i64(2n) +
        i64(3n) +
        "0006000000000000" +
        i64(2n) +
        "01610162" +
        i64(3n) +
        "000100",
    );
    expect(hex(types.array(types.lowCardinality), [[]])).toBe(header(1, type) + i64(1n) + i64(0n));
    expect(hex(types.tagMap, [{ k: "v" }])).toBe(
      header(1, "Map(LowCardinality(String), String)") +
        i64(1n) +
        i64(1n) +
        "0006000000000000" +
        i64(1n) +
        "016b" +
        i64(1n) +
        "00" +
        "0176",
    );
  });
});
