import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatMoney, formatSteps, fromSteps, parseMoney, sumMoney } from "../domain/money.js";
import { estimatePrice, sellerOf } from "./estimate.js";
import { loadBundledBook } from "./load-book.js";
import { NO_OPERATOR_PRICING } from "./operator-pricing.js";

const context = { book: loadBundledBook(), operator: NO_OPERATOR_PRICING };
const atMs = Date.parse("2026-09-25T12:00:00Z");

describe("sellerOf", () => {
  it.each([
    ["gpt-4o", "openai"],
    ["claude-sonnet-4-6", "anthropic"],
    ["gemini-2.5-flash", "gcp.gemini"],
    ["azure/gpt-4o", "azure.ai.openai"],
    ["grok-4.5", "x_ai"],
  ])("%s is sold by %s", (model, provider) => {
    expect(sellerOf(context.book, model)?.provider).toBe(provider);
  });

  it("names nobody for a model that nobody lists", () => {
    expect(sellerOf(context.book, "gpt-4o-2031-01-01")).toBeNull();
  });
});

describe("estimatePrice", () => {
  it("explains its lines", () => {
    const { cost } = estimatePrice(
      { model: "claude-haiku-4-5", input: 1000, output: 200, batch: true, atMs },
      context,
    );
    expect(cost).toMatchObject({ status: "priced", total: "0.001" });
    expect(cost.lines.map(({ explanation }) => explanation)).toEqual([
      "1000 input x 1 / 1000000 x 0.5 (batch) = 0.0005",
      "200 output x 5 / 1000000 x 0.5 (batch) = 0.0005",
    ]);
  });

  it("prices cached audio apart from cached text, and not at all where its rate is unknown", () => {
    const usage = { inputUncached: 10, cacheRead: 100, cacheReadAudio: 1000 };
    const listed = estimatePrice({ model: "gemini-2.5-flash", usage, atMs }, context);
    expect(listed.cost.lines.map((line) => [line.class, line.unitPrice])).toEqual([
      ["input", "0.3"],
      ["cache_read", "0.03"],
      ["cache_read_audio", "0.1"],
    ]);
    const unlisted = estimatePrice({ model: "gpt-4o", usage, atMs }, context);
    expect(unlisted.cost).toMatchObject({ status: "partial", reason: "rate_class_unknown:cache_read_audio" });
  });

  it("does not halve cached tokens in a batch unless a tier that costs the same is listed", () => {
    const of = (model: string) =>
      estimatePrice({ model, input: 1, cached: 10, batch: true, atMs }, context).cost;
    expect(of("gpt-4.1")).toMatchObject({ status: "partial", reason: "rate_class_unknown:cache_read" });
    expect(of("gpt-5.4").lines[1]).toMatchObject({ class: "cache_read", unitPrice: "0.13" });
  });

  it("is the sum of its lines for any quantities, tier and model", () => {
    const models = [...(context.book.providers.get("openai")?.models ?? [])].map(({ model }) => model);
    const count = fc.nat({ max: 10_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.constantFrom("default", "flex", "priority"),
        fc.record({
          inputUncached: count,
          cacheRead: count,
          cacheWriteOther: count,
          output: count,
          outputReasoning: count,
        }),
        (model, serviceTier, usage) => {
          const { cost } = estimatePrice({ model, provider: "openai", serviceTier, usage, atMs }, context);
          if (cost.total === null) return;
          expect(cost.total).toBe(formatMoney(sumMoney(cost.lines.map(({ amount }) => parseMoney(amount)))));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("formatSteps", () => {
  it("writes what formatMoney writes of the same amount", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (steps) => {
        expect(formatSteps(steps)).toBe(formatMoney(fromSteps(steps)));
      }),
    );
  });
});
