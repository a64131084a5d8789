import { describe, expect, it } from "@jest/globals";
import type { AttributeValue } from "../domain/span.js";
import { asCount, asDocument, asMoney, asText, asTextList, at } from "./attributes.js";

describe("numbers", () => {
  it.each<[AttributeValue | undefined, number | null]>([
    [12, 12],
    [12n, 12],
    [12.0, 12],
    ["12", 12],
    [" 12 ", 12],
    ["1.2e1", 12],
    [0, 0],
    [1_000_000_000, 1_000_000_000],
    [1_000_000_001, null],
    [9_007_199_254_740_993n, null],
    [-1, null],
    ["-1", null],
    [12.5, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ["NaN", null],
    ["Infinity", null],
    ["", null],
    ["0x10", null],
    ["twelve", null],
    [true, null],
    [null, null],
    [undefined, null],
    [[12], null],
    [new Uint8Array([12]), null],
  ])("%p counts %p", (value, expected) => {
    expect(asCount(value)).toBe(expected);
  });

  it.each<[AttributeValue, string | null]>([
    [0.006198, "0.006198"],
    ["0.0123456789012345678901", "0.0123456789012345678901"],
    [1e-7, "0.0000001"],
    [0, null],
    ["0", null],
    [-1, null],
    ["free", null],
  ])("%p is money %p", (value, expected) => {
    expect(asMoney(value)).toBe(expected);
  });
});

describe("texts", () => {
  it("takes short texts only, so that content cannot slip into a field", () => {
    expect(asText(" gpt-5 ")).toBe("gpt-5");
    expect(asText("x".repeat(512))).toHaveLength(512);
    expect(asText("x".repeat(513))).toBeNull();
    expect(asText("   ")).toBeNull();
    expect(asText(5)).toBeNull();
  });

  it.each<[AttributeValue | undefined, string[]]>([
    [
      ["stop", "length"],
      ["stop", "length"],
    ],
    ['["stop"]', ["stop"]],
    ["stop", ["stop"]],
    [[], []],
    ["[broken", ["[broken"]],
    [undefined, []],
  ])("%p is the list %p", (value, expected) => {
    expect(asTextList(value)).toEqual(expected);
  });
});

describe("documents", () => {
  it("reads objects and their JSON text, and nothing else", () => {
    expect(at(asDocument('{"a":{"b":1}}') ?? undefined, "a", "b")).toBe(1);
    expect(at(asDocument({ a: { b: 1 } }) ?? undefined, "a", "b")).toBe(1);
    expect(asDocument('{"a":')).toBeNull();
    expect(asDocument("text")).toBeNull();
    expect(asDocument(new Uint8Array([123]))).toBeNull();
    expect(asDocument(`{"a":"${"x".repeat(300_000)}"}`)).toBeNull();
  });

  it("does not follow inherited keys", () => {
    expect(at({}, "constructor")).toBeUndefined();
    expect(at([1], "length")).toBeUndefined();
  });
});
