import { describe, expect, it } from "@jest/globals";
import { formatCount, formatMoney, formatTable } from "./table.js";

describe("formatTable", () => {
  it("aligns columns, rules and footer without trailing spaces", () => {
    const text = formatTable(
      [{ title: "MODEL" }, { title: "CALLS", align: "right" }],
      [
        ["gpt-5.5", "1,204"],
        ["ü", "7"],
      ],
      ["Total", "1,211"],
    );
    expect(text).toBe(
      [
        "MODEL    CALLS",
        "-------  -----",
        "gpt-5.5  1,204",
        "ü            7",
        "-------  -----",
        "Total    1,211",
        "",
      ].join("\n"),
    );
  });
});

describe("formatMoney", () => {
  it.each([
    ["0", "$0.00"],
    ["12.345", "$12.34"],
    ["12.355", "$12.36"],
    ["12.3450000001", "$12.35"],
    ["1234567.891", "$1,234,567.89"],
    ["0.999", "$1.00"],
    ["0.0123", "$0.01"],
    ["0.00123456", "$0.00123"],
    ["0.0000005", "$0.000000500"],
    ["-3.456", "-$3.46"],
    ["9007199254740993.01", "$9,007,199,254,740,993.01"],
    ["abc", "abc"],
  ])("shows %s as %s", (value, text) => {
    expect(formatMoney(value)).toBe(text);
  });

  it("shows what is not known as a dash, never as zero", () => {
    expect(formatMoney(null)).toBe("-");
  });
});

it("separates thousands", () => {
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
});
