import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { chooseOverrides, overridesFor } from "./choose-override.js";
import { operatorPricingSchema } from "./operator-pricing.js";
import { buildPriceBook } from "./price-book.js";
import type { PriceFileRate } from "./price-book.schema.js";
import { selectRates } from "./select-rate.js";

// A Monday.
const START = Date.parse("2026-06-01T00:00:00Z");
const MINUTE = 60_000;
const RUNS = { numRuns: 60 };
const iso = (atMs: number): string => new Date(atMs).toISOString();

/** An edge itself, the millisecond before it and the one after: where a wrong comparison shows. */
const near = (edges: fc.Arbitrary<number>) =>
  fc.tuple(edges, fc.constantFrom(-1, 0, 1)).map(([edge, off]) => edge + off);
const edge = fc.integer({ min: 0, max: 20 }).map((day) => START + day * 24 * 60 * MINUTE);

function inputPrice(rates: readonly PriceFileRate[], atMs: number): string | null {
  const book = buildPriceBook("2026.06.01-1", [
    {
      provider: "openai",
      sources: { own: { url: "https://example.com", seen_at: "2026-06-01" } },
      rule_set: { usage_semantics: "test", model_source: "response", hosts: [] },
      models: [{ model: "m", rates: [...rates] }],
    },
  ]);
  const model = book.providers.get("openai")?.models[0];
  if (model === undefined) throw new Error("no model");
  const conditions = { tier: "standard", geo: null, strictGeo: false, promptTokens: 0 } as const;
  const plan = selectRates(model, { ...conditions, atMs, variant: {}, modifierKeys: [] });
  return plan.rates.get("input")?.price ?? null;
}

describe("the price at a boundary: start inclusive, end exclusive", () => {
  it("holds for rates that follow each other", () => {
    fc.assert(
      fc.property(fc.uniqueArray(edge, { minLength: 2, maxLength: 6 }), near(edge), (edges, atMs) => {
        const sorted = edges.toSorted((a, b) => a - b);
        const rates = sorted.slice(0, -1).map((from, index) => ({
          class: "input" as const,
          price: String(index + 1),
          effective_from: iso(from),
          effective_to: iso(sorted[index + 1] ?? from),
          source: "own",
        }));
        const begun = sorted.filter((from) => from <= atMs).length;
        const expected = begun === 0 || begun === sorted.length ? null : String(begun);
        expect(inputPrice(rates, atMs)).toBe(expected);
      }),
      RUNS,
    );
  });

  it("holds for daily windows and their weekdays", () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const clock = (of: number): string => iso(START + of * MINUTE).slice(11, 16);
    fc.assert(
      fc.property(
        fc.uniqueArray(minute, { minLength: 2, maxLength: 2 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        fc.constantFrom(-1, 0, 1),
        (minutes, weekdays, day, atEnd, off) => {
          const [from = 0, to = 0] = minutes.toSorted((a, b) => a - b);
          const atMs = START + (day * 1440 + (atEnd ? to : from)) * MINUTE + off;
          const inside = atEnd ? off < 0 : off >= 0;
          // A millisecond before midnight is the day before; nothing starts earlier than that.
          const isoDay = Math.floor((atMs - START) / (1440 * MINUTE)) + 1;
          const expected = inside && weekdays.includes(isoDay) ? "2" : "1";
          const window = { from: clock(from), to: clock(to), weekdays };
          const rates = [
            { class: "input" as const, price: "1", source: "own" },
            { class: "input" as const, price: "2", utc_windows: [window], source: "own" },
          ];
          expect(inputPrice(rates, atMs)).toBe(expected);
        },
      ),
      RUNS,
    );
  });

  it("holds for overrides, whatever order they were stated in", () => {
    const names = { canonical: "openai/m", plain: "openai/m", providers: ["openai"] };
    fc.assert(
      fc.property(fc.uniqueArray(edge, { minLength: 2, maxLength: 6 }), near(edge), (edges, atMs) => {
        const sorted = edges.toSorted((a, b) => a - b);
        const overrides = sorted.slice(0, -1).map((from, index) => ({
          id: `o${String(index)}`,
          match: "openai/m",
          kind: "zero",
          effectiveFrom: iso(from),
          effectiveTo: iso(sorted[index + 1] ?? from),
        }));
        const winner = (stated: object[]): string | null => {
          const operator = operatorPricingSchema.parse({ overrides: stated });
          return chooseOverrides(overridesFor(operator, names), atMs, null).winner?.id ?? null;
        };
        const begun = sorted.filter((from) => from <= atMs).length;
        const expected = begun === 0 || begun === sorted.length ? null : `o${String(begun - 1)}`;
        expect([winner(overrides), winner(overrides.toReversed())]).toEqual([expected, expected]);
      }),
      RUNS,
    );
  });
});
