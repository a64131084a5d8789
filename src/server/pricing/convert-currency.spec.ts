import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatMoney, lineAmount, parseFactor, parseMoney } from "../domain/money.js";
import { convertible } from "./convert-currency.js";
import { linesOf } from "./cost-lines.js";
import { NO_OPERATOR_PRICING, operatorPricingSchema } from "./operator-pricing.js";
import type { OperatorPricing } from "./operator-pricing.js";
import { buildPriceBook } from "./price-book.js";
import { selectRates } from "./select-rate.js";
import { rateUsage } from "./usage-lines.js";
import { unknownUsage } from "../domain/usage.js";

const NONE = { winner: null, stacked: [] };
const START = Date.parse("2026-11-01T00:00:00Z");

function planAt(atMs: number) {
  const book = buildPriceBook("2026.11.25-1+test", [
    {
      provider: "zhipu_ai",
      sources: { own: { url: "https://example.com", seen_at: "2026-11-25" } },
      rule_set: { usage_semantics: "test", model_source: "response", hosts: [] },
      models: [
        {
          model: "glm",
          rates: [
            { class: "input", price: "2.5", currency: "CNY", source: "own" },
            { class: "output", price: "8", source: "own" },
          ],
        },
      ],
    },
  ]);
  const model = book.providers.get("zhipu_ai")?.models[0];
  if (model === undefined) throw new Error("no model");
  const conditions = { atMs, tier: "standard", geo: null, strictGeo: false, promptTokens: 0 } as const;
  return selectRates(model, { ...conditions, variant: {}, modifierKeys: [] });
}

function price(operator: OperatorPricing, atMs: number, input = 1000, project: string | null = null) {
  const plan = planAt(atMs);
  const usage = { ...unknownUsage(), inputUncached: input, output: 10 };
  const rated = convertible(rateUsage(usage, plan, false), operator, atMs, project);
  return { ...linesOf(rated, plan, NONE), unconverted: rated.unconverted };
}

const entries = (...currencies: object[]) => operatorPricingSchema.parse({ currencies });
const first = { currency: "CNY", usd: "0.1378", effectiveFrom: "2026-11-01T00:00:00Z" };

describe("convertible", () => {
  it("makes the worth of the currency one more factor of the line, and leaves USD alone", () => {
    expect(price(entries(first), START)).toMatchObject({
      lines: [
        {
          class: "input",
          unitPrice: "2.5",
          factors: [{ name: "fx:CNY", factor: "0.1378" }],
          amount: "0.0003445",
        },
        { class: "output", factors: [], amount: "0.00008" },
      ],
      total: "0.0004245",
      unconverted: false,
    });
  });

  it("takes out what no entry in force converts, but zero is zero", () => {
    for (const operator of [NO_OPERATOR_PRICING, entries(first), entries({ ...first, currency: "EUR" })]) {
      expect(price(operator, START - 1)).toMatchObject({ lines: [{ class: "output" }], unconverted: true });
    }
    expect(price(NO_OPERATOR_PRICING, START, 0).unconverted).toBe(false);
  });

  it("takes the entry that began last, start inclusive, in any order of entries", () => {
    const instant = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.uniqueArray(instant, { minLength: 1, maxLength: 6 }), instant, (days, at) => {
        const stated = days.map((day) => ({
          ...first,
          usd: `0.${String(day + 10)}`,
          effectiveFrom: new Date(START + day * 1000).toISOString(),
        }));
        const began = days.filter((day) => day <= at);
        const result = price(entries(...stated), START + at * 1000, 333);
        expect(result).toEqual(price(entries(...stated.toReversed()), START + at * 1000, 333));
        if (began.length === 0) return expect(result.unconverted).toBe(true);
        const factor = parseFactor(`0.${String(Math.max(...began) + 10)}`);
        const exact = lineAmount(333n, parseMoney("2.5"), 1_000_000n, [factor]);
        return expect(result.lines[0]?.amount).toBe(formatMoney(exact));
      }),
      { numRuns: 60 },
    );
  });

  it("takes a project's own entry before one for all, whenever that began", () => {
    const own = { ...first, usd: "0.2", project: "p1" };
    const operator = entries({ ...first, effectiveFrom: "2026-11-02T00:00:00Z" }, own);
    const at = Date.parse("2026-11-03T00:00:00Z");
    const factor = (project: string | null) =>
      price(operator, at, 1000, project).lines[0]?.factors[0]?.factor;
    expect([factor("p1"), factor("p2"), factor(null)]).toEqual(["0.2", "0.1378", "0.1378"]);
  });
});
