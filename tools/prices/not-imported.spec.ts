import { describe, expect, it } from "@jest/globals";
import type { Inputs } from "./gather.js";
import { UNEXPLAINED, leftOut, renderLeftOut } from "./not-imported.js";
import type { ProviderPlan } from "./provider-plan.js";
import { PROVIDERS } from "./providers.js";

const plan: ProviderPlan = {
  provider: "test",
  genai: { id: "test", keep: (id) => id !== "m-latest" },
  litellm: (key, entry) =>
    entry.litellm_provider === "test" && key !== "m@latest" ? { id: key, geo: null } : null,
  modelsDev: ["test"],
  langfuse: (name) => (name === "m" ? "m" : null),
  canonical: (id) => id,
  cacheWrite: "cache_write",
  ruleSet: { usage_semantics: "", model_source: "response", hosts: [] },
};

const inputs: Inputs = {
  genai: [
    {
      id: "test",
      models: [
        {
          id: "m",
          match: { equals: "m" },
          prices: { input_mtok: "1", input_text_messages_kcount: "4", moon_mtok: "2" },
        },
        { id: "m-latest", match: { equals: "m-latest" }, prices: { input_mtok: "1" } },
      ],
    },
    { id: "nobody", models: [{ id: "x", match: { equals: "x" }, prices: { input_mtok: "1" } }] },
  ],
  litellm: {
    m: {
      litellm_provider: "test",
      mode: "chat",
      input_cost_per_token: "1e-06",
      output_cost_per_token: "0.0",
      output_cost_per_image: "0.04",
      moon_cost: "1",
      max_tokens: "100",
    },
    "m@latest": { litellm_provider: "test", mode: "chat", input_cost_per_token: "1e-06" },
    x: { litellm_provider: "nobody", input_cost_per_token: "1e-06" },
  },
  langfuse: [
    {
      modelName: "m",
      pricingTiers: [{ isDefault: true, conditions: [], prices: { input: "1e-06", input_tokens: "1e-06" } }],
    },
  ],
  modelsDev: { providers: { test: { models: { m: { cost: { input: "1", moon: "2" } } } } } },
};

describe("prices that are left out", () => {
  const rows = leftOut([plan], inputs);

  it("are named with the reason; what is read and what is zero is not", () => {
    expect(rows.map(({ collection, id, field, why }) => [collection, id, field, why.split(":")[0]])).toEqual([
      [
        "litellm",
        "m",
        "output_cost_per_image",
        "the same output in another unit than the one it is billed in (tokens or images)",
      ],
      ["litellm", "m", "moon_cost", UNEXPLAINED],
      ["litellm", "m@latest", "input_cost_per_token", "moving alias without dates"],
      ["litellm", "x", "input_cost_per_token", "the provider is not in the book"],
      ["genai-prices", "m", "input_text_messages_kcount", "messages of a voice session"],
      ["genai-prices", "m", "moon_mtok", UNEXPLAINED],
      ["genai-prices", "m-latest", "input_mtok", "moving alias without dates"],
      ["genai-prices", "x", "input_mtok", "the provider is not in the book"],
      ["models.dev", "m", "moon", UNEXPLAINED],
      ["langfuse", "m", "input_tokens", "another spelling of a class that is taken over"],
    ]);
  });

  it("are listed by reason, most first", () => {
    const text = renderLeftOut("2026.01.01-1", rows);
    expect(text).toContain("10 prices above zero");
    expect(text.indexOf(`## ${UNEXPLAINED} (3)`)).toBeGreaterThan(0);
    expect(text).toContain("| litellm | test | 1 | m | moon_cost |");
  });

  it("name a plan for every provider once", () => {
    const names = PROVIDERS.map(({ provider }) => provider);
    expect(new Set(names).size).toBe(names.length);
  });
});
