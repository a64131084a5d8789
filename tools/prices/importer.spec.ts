import { describe, expect, it } from "@jest/globals";
import { compareRatio, parseWithTextNumbers, shifted, times, wholeUnit } from "./decimal-text.js";
import { groupIds } from "./group.js";
import { observation } from "./observation.js";
import type { Observation } from "./observation.js";
import type { ProviderPlan } from "./provider-plan.js";
import { resolveModel } from "./resolve.js";
import type { Disagreement } from "./sanity.js";
import { genaiObservations, matches } from "./sources/genai.js";
import { litellmTokens } from "./sources/litellm.js";

const plan: ProviderPlan = {
  provider: "test",
  canonical: (id) => id.replace(/-\d{4}-\d{2}-\d{2}$/, ""),
  cacheWrite: "cache_write",
  ruleSet: { usage_semantics: "", model_source: "response", hosts: [] },
};

const price = (source: Observation["source"], text: string, more: Partial<Observation> = {}): Observation =>
  observation({ id: "m", class: "input", price: text, source, ...more });

describe("decimal text", () => {
  it.each([
    ["2.5e-06", 6, "2.5"],
    ["3e-7", 6, "0.3"],
    ["0.00000125", 6, "1.25"],
    ["15", 0, "15"],
    ["7.000000000000001e-08", 6, "0.07"],
    ["1.9999999999999999e-06", 6, "2"],
  ])("%s shifted by %d is %s", (text, shift, expected) => {
    expect(shifted(text, shift)).toBe(expected);
  });

  it.each([undefined, "", "-1", "x", "1.2.3"])("%s is no price", (text) => {
    expect(shifted(text, 6)).toBeNull();
  });

  it("multiplies and compares exactly", () => {
    expect(times("0.1", "0.2")).toBe("0.02");
    expect(times("3", "2")).toBe("6");
    expect(compareRatio("0.13", "0.25", "0.5")).toBeGreaterThan(0);
    expect(compareRatio("0.125", "0.25", "0.5")).toBe(0);
  });

  it.each([
    ["0.00007167", "0.0043", 60],
    ["0.00020833", "0.0125", 60],
    ["0.000283333333333", "0.017", 60],
    ["0.0000611", "0.22", 3600],
    ["0.0002777778", "1", 3600],
    ["0.0001", "0.0001", 1],
    ["0.1", "0.1", 1],
    ["0.000123456789", "0.000123456789", 1],
  ])("takes %s a second back to %s for %d seconds", (perSecond, amount, per) => {
    expect(wholeUnit(perSecond)).toEqual({ price: amount, per });
  });

  it("keeps numbers as they are written", () => {
    expect(parseWithTextNumbers('{"a":1.10,"b":["x1.5",2e-6],"c":-3}')).toEqual({
      a: "1.10",
      b: ["x1.5", "2e-6"],
      c: "-3",
    });
  });
});

describe("models from ids", () => {
  it("joins a dated id to its model, and keeps it apart where it has its own price", () => {
    const rows = [
      price("litellm", "2", { id: "m" }),
      price("litellm", "2", { id: "m-2026-01-01" }),
      price("litellm", "5", { id: "m-2025-01-01" }),
    ];
    const groups = groupIds(plan, rows).map(({ model, ids }) => [model, ids]);
    expect(groups).toEqual([
      ["m", ["m", "m-2026-01-01"]],
      ["m-2025-01-01", ["m-2025-01-01"]],
    ]);
  });
});

describe("prices that hold", () => {
  const resolve = (rows: Observation[]) => {
    const disagreements: Disagreement[] = [];
    return { rows: resolveModel(plan, "m", rows, disagreements), disagreements };
  };

  it("keeps dated prices, and places undated tiers in the interval of their base price", () => {
    const change = "2026-08-21T00:00:00Z";
    const { rows } = resolve([
      price("genai-prices", "5", { to: change }),
      price("genai-prices", "4", { from: change }),
      price("litellm", "5"),
      price("litellm", "10", { tier: "priority" }),
    ]);
    expect(rows.filter(({ tier }) => tier === "priority")).toEqual([
      expect.objectContaining({ price: "10", from: null, to: change }),
    ]);
  });

  it("leaves out a collection whose base price fits none", () => {
    const { rows, disagreements } = resolve([
      price("genai-prices", "4"),
      price("litellm", "9"),
      price("litellm", "18", { tier: "priority" }),
    ]);
    expect(rows).toEqual([expect.objectContaining({ price: "4" })]);
    expect(disagreements).toHaveLength(1);
  });

  it("lets two that agree outvote an undated price", () => {
    const { rows } = resolve([price("genai-prices", "4"), price("litellm", "9"), price("models.dev", "9")]);
    expect(rows).toEqual([expect.objectContaining({ price: "9", source: "litellm" })]);
  });

  it.each([
    ["priority", { tier: "priority" as const }, "50"],
    ["batch", { tier: "batch" as const }, "0.6"],
    ["1h write", { class: "cache_write_1h" as const }, "6"],
    ["cached", { class: "cache_read" as const }, "1"],
    ["write", { class: "cache_write" as const }, "0.5"],
  ])("holds back an absurd %s price", (_name, more, text) => {
    const { rows } = resolve([price("litellm", "1"), price("litellm", text, more)]);
    expect(rows.filter(({ quarantined }) => quarantined === true)).toHaveLength(1);
  });
});

describe("collections", () => {
  it("reads tiers, bands and drops zeros of LiteLLM", () => {
    const rows = litellmTokens(
      {
        input_cost_per_token: "2.5e-06",
        input_cost_per_token_above_272k_tokens: "5e-06",
        output_cost_per_token_priority: "3e-05",
        cache_read_input_token_cost: "0.0",
        input_cost_per_token_above_272k_tokens_flex: "2.5e-06",
      },
      "m",
      { cacheWrite: "cache_write", geo: null, inclusive: false },
    );
    expect(rows.map((row) => [row.class, row.tier, row.above, row.price])).toEqual([
      ["input", "standard", 0, "2.5"],
      ["input", "standard", 272_000, "5"],
      ["output", "priority", 0, "30"],
      ["input", "flex", 272_000, "2.5"],
    ]);
  });

  it("dates the daily windows of genai-prices by its last price", () => {
    const rows = genaiObservations(
      {
        id: "m",
        match: { equals: "m" },
        prices: [
          { prices: { input_mtok: "1" } },
          { constraint: { type: "start_date", start_date: "2026-08-17" }, prices: { input_mtok: "2" } },
          {
            constraint: { type: "time_of_date", start_time: "01:00:00Z", end_time: "04:00:00Z" },
            prices: { input_mtok: "4" },
          },
        ],
      },
      "m",
      { cacheWrite: "cache_write", searchClass: "web_search" },
    );
    expect(
      rows.map(({ price: text, from, to, windows }) => [text, from, to, windows?.[0]?.weekdays ?? null]),
    ).toEqual([
      ["1", null, "2026-08-17T00:00:00Z", null],
      ["2", "2026-08-17T00:00:00Z", null, null],
      ["4", "2026-08-17T00:00:00Z", "2026-08-23T00:00:00Z", null],
      ["4", "2026-08-23T00:00:00Z", null, [1, 2, 3, 4, 5]],
    ]);
  });

  it("evaluates match rules as the collection does", () => {
    expect(matches({ and: [{ starts_with: "a" }, { regex: "^(?!.*-tts$)" }] }, "a-b")).toBe(true);
    expect(matches({ or: [{ equals: "x" }, { contains: "-tts" }] }, "a-tts")).toBe(true);
    expect(matches({ ends_with: "c" }, "a-b")).toBe(false);
  });
});
