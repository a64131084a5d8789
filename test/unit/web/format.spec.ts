import { describe, expect, it } from "@jest/globals";
import { toCsv } from "../../../web/src/board/csv.js";
import { fillLink, readState, writeState } from "../../../web/src/board/board-url.js";
import { shortModel, shortNames } from "../../../web/src/format/names.js";
import { exactUsd, formatTick, formatValue } from "../../../web/src/format/units.js";

describe("formatValue", () => {
  it.each<[number, string | undefined, number | undefined, string]>([
    [1234.5, "currencyUSD", 2, "$1,234.50"],
    [0, "currencyUSD", 2, "$0.00"],
    [0.004, "currencyUSD", 2, "$0.0040"],
    [0.000_001_2, "currencyUSD", 2, "$0.0000012"],
    [-3.2, "currencyUSD", 2, "-$3.20"],
    [2_500_000, "currencyUSD", 2, "$2.50M"],
    [0.123_456, "percentunit", 1, "12.3%"],
    [1, "percentunit", undefined, "100%"],
    [12.34, "percent", undefined, "12%"],
    [950, "ms", undefined, "950 ms"],
    [1_500, "ms", undefined, "1.50 s"],
    [65_000, "ms", undefined, "1.08 min"],
    [90, "s", undefined, "1.50 min"],
    [999, "short", undefined, "999"],
    [1_234, "short", undefined, "1.2K"],
    [12_345_678, "short", undefined, "12.3M"],
    [1_234_567, "locale", undefined, "1,234,567"],
    [0.123_45, "none", 3, "0.123"],
    [Number.NaN, "short", undefined, "–"],
    [5, undefined, undefined, "5"],
  ])("%d in %s with %s decimals is %s", (value, unit, decimals, expected) => {
    expect(formatValue(value, unit, decimals)).toBe(expected);
  });

  it("never shows money as zero that is not", () => {
    for (let power = 0; power > -11; power -= 1) {
      const text = formatValue(3 * 10 ** power, "currencyUSD", 2);
      expect([text, /[1-9]/.test(text)]).toEqual([text, true]);
    }
  });
});

describe("formatTick", () => {
  it.each<[number, string, number, string]>([
    [0, "currencyUSD", 0.2, "$0.0"],
    [0.05, "currencyUSD", 0.05, "$0.05"],
    [20_000, "currencyUSD", 5_000, "$20.0K"],
    [0.4, "percentunit", 0.2, "40%"],
    [2_000, "ms", 2_000, "2 s"],
    [0, "ms", 2_000, "0"],
    [5, "short", 5, "5"],
  ])("%d in %s by %d is %s", (value, unit, step, expected) => {
    expect(
      formatTick(value, unit, step)
        .replace(/(\.\d*?)0+ /, "$1 ")
        .replace(". ", " "),
    ).toBe(expected);
  });
});

describe("exactUsd", () => {
  it.each([
    ["1234567.1", "$1,234,567.10"],
    ["0", "$0.00"],
    ["0.000000000001", "$0.000000000001"],
    ["12.340000000000", "$12.34"],
    ["-0.5", "-$0.50"],
    ["99999999999999999999.123456789012", "$99,999,999,999,999,999,999.123456789012"],
  ])("%s is %s", (decimal, expected) => {
    expect(exactUsd(decimal)).toBe(expected);
  });
});

describe("shortNames", () => {
  it("drops the vendor of a model, and nothing else", () => {
    expect(["openai/gpt-5.4", "gpt-5.4", "web/search", "openai/", "(none)"].map(shortModel)).toEqual([
      "gpt-5.4",
      "gpt-5.4",
      "web/search",
      "openai/",
      "(none)",
    ]);
  });

  it("keeps vendors where names would look alike", () => {
    const short = shortNames(["deepseek/r1", "deepseek-ai/r1", "openai/gpt-5.4"]);
    expect(["deepseek/r1", "deepseek-ai/r1", "openai/gpt-5.4"].map(short)).toEqual([
      "deepseek/r1",
      "deepseek-ai/r1",
      "gpt-5.4",
    ]);
  });
});

describe("a board's URL", () => {
  const defaults = { from: "now-7d", to: "now", refresh: "1m" };

  it("comes back as it was written", () => {
    const state = {
      from: "1700000000000",
      to: "1700003600000",
      refresh: "off",
      variables: { model: ["a b", "c&d"], feature: ["(none)"] },
      viewPanel: 12,
      filters: [],
      isKiosk: false,
    };
    expect(readState(new URLSearchParams(writeState(state)), defaults)).toEqual(state);
  });

  it("has the board's defaults where it says nothing", () => {
    expect(readState(new URLSearchParams("viewPanel=panel-3&orgId=1"), defaults)).toEqual({
      ...defaults,
      variables: {},
      viewPanel: 3,
      filters: [],
      isKiosk: false,
    });
    expect(readState(new URLSearchParams("viewPanel=x"), defaults).viewPanel).toBeNull();
  });

  it("fills the placeholders of a link", () => {
    const state = {
      from: "now-1h",
      to: "now",
      refresh: "",
      variables: { model: ["a"] },
      viewPanel: null,
      filters: [],
      isKiosk: false,
    };
    const url = "/d/x?${__url_time_range}&${__all_variables}&var-feature=${__data.fields.Feature}";
    expect(fillLink(url, state, { Feature: "o'brien & co" })).toBe(
      "/d/x?from=now-1h&to=now&var-model=a&var-feature=o'brien%20%26%20co",
    );
    expect(fillLink("/d/x?${__url_time_range}&${__all_variables}", { ...state, variables: {} })).toBe(
      "/d/x?from=now-1h&to=now",
    );
  });
});

describe("toCsv", () => {
  it("keeps digits, quotes what needs it, and lets no cell be a formula", () => {
    const csv = toCsv({
      columns: [
        { name: "name", type: "String" },
        { name: "Value", type: "Decimal(38, 12)" },
      ],
      rows: [
        ["=HYPERLINK(1)", "0.000000000001"],
        ['a "quoted", text', -5],
        ["+1 more", null],
        ["-12", "-12.5"],
      ],
    });
    expect(csv).toBe(
      `name,Value\r\n'=HYPERLINK(1),0.000000000001\r\n"a ""quoted"", text",-5\r\n'+1 more,\r\n-12,-12.5\r\n`,
    );
  });
});
