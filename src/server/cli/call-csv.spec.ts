import { describe, expect, it } from "@jest/globals";
import { CALL_COLUMNS, csvLine } from "./call-csv.js";

const value = (name: string, call: Record<string, unknown>): string | undefined =>
  CALL_COLUMNS.find((column) => column.name === name)?.value(call);

describe("csvLine", () => {
  it("quotes separators, quotes and line breaks", () => {
    expect(csvLine(["a", "b,c", 'd"e', "f\ng"])).toBe('a,"b,c","d""e","f\ng"\r\n');
  });

  it("disarms what a spreadsheet would run, and leaves negative numbers alone", () => {
    expect(csvLine(["=1+1", "@x", "+cmd", "-2.5", "-x"])).toBe("'=1+1,'@x,'+cmd,-2.5,'-x\r\n");
  });
});

describe("CALL_COLUMNS", () => {
  it("names token classes in snake case and reads nested fields", () => {
    const call = {
      usage: { cacheWrite5m: 200, inputUncached: null },
      cost: { total: "0.0021" },
      attribution: { tags: {} },
    };
    expect(value("cache_write_5m", call)).toBe("200");
    expect(value("input_uncached", call)).toBe("");
    expect(value("cost_usd", call)).toBe("0.0021");
    expect(value("tags", call)).toBe("");
    expect(value("team", call)).toBe("");
  });

  it("has no name twice", () => {
    const names = CALL_COLUMNS.map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
