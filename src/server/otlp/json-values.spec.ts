import { describe, expect, it } from "@jest/globals";
import { jsonAttributes, jsonDouble, jsonInt32, jsonUint64, jsonValue } from "./json-values.js";
import { DEFAULT_LIMITS, DEFAULT_OPTIONS } from "./limits.js";

describe("jsonUint64", () => {
  it.each<[unknown, bigint]>([
    ["1795374058363934721", 1795374058363934721n],
    [1795374058, 1795374058n],
    ["18446744073709551615", 18446744073709551615n],
    ["18446744073709551616", 0n],
    [-1, 0n],
    [1.5, 0n],
    ["1e9", 0n],
    ["", 0n],
    [null, 0n],
    [undefined, 0n],
    [{}, 0n],
  ])("reads %p", (value, expected) => {
    expect(jsonUint64(value)).toBe(expected);
  });
});

describe("jsonInt32", () => {
  it.each<[unknown, number]>([
    [3, 3],
    ["2", 2],
    ["SPAN_KIND_CLIENT", 0],
    [2 ** 31, 0],
    [null, 0],
  ])("reads %p", (value, expected) => {
    expect(jsonInt32(value)).toBe(expected);
  });
});

describe("jsonDouble", () => {
  it.each<[unknown, number | null]>([
    [0.5, 0.5],
    ["0.5", 0.5],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["constructor", null],
    ["", null],
    [true, null],
  ])("reads %p", (value, expected) => {
    expect(jsonDouble(value)).toBe(expected);
  });
});

describe("jsonValue", () => {
  it.each<[string, unknown, unknown]>([
    ["an integer as text", { intValue: "1200" }, 1200],
    ["an integer as number", { intValue: 1200 }, 1200],
    ["an integer that is a fraction", { intValue: 1.5 }, 1.5],
    ["an integer beyond 64 bits", { intValue: "9223372036854775808" }, null],
    ["an integer that is none", { intValue: "many" }, null],
    ["a flag that is none", { boolValue: "yes" }, null],
    ["text that is none", { stringValue: 5 }, null],
    ["an empty list", { arrayValue: {} }, []],
    ["a list of nulls", { arrayValue: { values: [null, {}] } }, [null, null]],
    ["an empty map", { kvlistValue: {} }, {}],
    ["nothing", {}, null],
    ["null", null, null],
    ["a bare object", { a: { b: "c" } }, { a: { b: "c" } }],
    ["a bare list", ["a", 1], ["a", 1]],
  ])("reads %s", (_name, value, expected) => {
    expect(jsonValue(value, DEFAULT_OPTIONS, 0)).toEqual(expected);
  });

  it("keeps keys such as __proto__ as keys", () => {
    const values = [{ key: "__proto__", value: { stringValue: "x" } }];
    const map = jsonValue({ kvlistValue: { values } }, DEFAULT_OPTIONS, 0);
    expect(Object.entries(map ?? {})).toEqual([["__proto__", "x"]]);
  });

  it("cuts what is nested too deep", () => {
    let value: unknown = { stringValue: "core" };
    for (let level = 0; level < 5000; level += 1) value = { arrayValue: { values: [value] } };
    const cut = jsonValue(value, DEFAULT_OPTIONS, 0);
    expect(JSON.stringify(cut)).toBe(
      `${"[".repeat(DEFAULT_LIMITS.depth)}null${"]".repeat(DEFAULT_LIMITS.depth)}`,
    );
  });

  it("keeps values within their limits", () => {
    const limits = { ...DEFAULT_LIMITS, valueBytes: 4, elements: 2 };
    const options = { ...DEFAULT_OPTIONS, limits };
    expect([
      jsonValue({ stringValue: "abcde" }, options, 0),
      jsonValue({ arrayValue: { values: [{ intValue: 1 }, { intValue: 2 }, { intValue: 3 }] } }, options, 0),
    ]).toEqual([null, [1, 2]]);
  });
});

describe("jsonAttributes", () => {
  it("drops what is beyond the limit or not wanted, and lets the last of equal names win", () => {
    const options = {
      limits: { ...DEFAULT_LIMITS, attributes: 2 },
      keepAttribute: (key: string) => key !== "prompt",
    };
    const pair = (key: string, intValue: number) => ({ key, value: { intValue } });
    const pairs = [
      pair("prompt", 0),
      pair("a", 1),
      pair("b", 2),
      pair("c", 3),
      pair("a", 4),
      "nonsense",
      null,
    ];
    expect([...jsonAttributes(pairs, options)]).toEqual([
      ["a", 4],
      ["b", 2],
    ]);
  });

  it.each([undefined, null, "text", 5])("takes %p for none", (value) => {
    expect(jsonAttributes(value, DEFAULT_OPTIONS).size).toBe(0);
  });
});
