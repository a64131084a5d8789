import { describe, expect, it } from "@jest/globals";
import { AppError } from "../domain/errors.js";
import { parseJson } from "./json-text.js";

describe("parseJson", () => {
  it.each<[string, string, unknown]>([
    ["long integers become text", '{"a":1795374058363934721}', { a: "1795374058363934721" }],
    ["negative ones too", "[ -9223372036854775808]", ["-9223372036854775808"]],
    ["after spaces and line breaks", '{"a":\n  9007199254740993\n}', { a: "9007199254740993" }],
    [
      "15 digits stay numbers",
      '{"a":123456789012345,"b":1234567890123456}',
      { a: 123456789012345, b: "1234567890123456" },
    ],
    [
      "fractions and exponents stay numbers",
      "[1234567890123456.5,1234567890123456e2]",
      [1234567890123456.5, 123456789012345600],
    ],
    [
      "what stands in a text stays as it is",
      '["x: 1795374058363934721, y",1795374058363934721]',
      ["x: 1795374058363934721, y", "1795374058363934721"],
    ],
    [
      "escaped quotes do not end a text",
      String.raw`["a\\\": 1795374058363934721",1795374058363934721]`,
      [String.raw`a\": 1795374058363934721`, "1795374058363934721"],
    ],
    ["a byte order mark is ignored", "\uFEFF{}", {}],
  ])("%s", (_name, text, expected) => {
    expect(parseJson(Buffer.from(text))).toEqual(expected);
  });

  it.each(["", "{", '{"a":', "nonsense", '"open', "[1795374058363934721", "-"])(
    "refuses %j without quoting it",
    (text) => {
      const attempt = (): unknown => parseJson(Buffer.from(text));
      expect(attempt).toThrow(new AppError("invalid_request", "The body is not valid JSON."));
    },
  );

  it("is linear in the length of hostile texts", () => {
    const hostile = [
      `${"[".repeat(500_000)}`,
      `"${"\\".repeat(500_000)}`,
      `[${" ".repeat(500_000)}1234567890123456`,
    ];
    const started = performance.now();
    for (const text of hostile) expect(() => parseJson(Buffer.from(text))).toThrow();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
