import { describe, expect, it } from "@jest/globals";
import { pricedCall } from "../../../test/support/ledger-of-calls.js";
import type { BudgetScope } from "../domain/budget.js";
import { scopeTest } from "./budget-scope.js";

const call = pricedCall({
  id: "1",
  atMs: 0,
  cost: "1",
  feature: "chat",
  model: "gpt-4o-mini",
  tags: { region: "eu", tier: "gold" },
});

describe("scopeTest", () => {
  const cases: [string, BudgetScope, boolean][] = [
    ["everything", {}, true],
    ["one value", { feature: ["chat"] }, true],
    ["one of several", { feature: ["search", "chat"] }, true],
    ["another value", { feature: ["search"] }, false],
    ["all dimensions must hold", { feature: ["chat"], provider: ["anthropic"] }, false],
    ["the model by its name", { model: ["gpt-4o-mini"] }, true],
    ["a model is no prefix", { model: ["gpt-4o"] }, false],
    ["tags", { tags: { region: ["eu", "us"], tier: ["gold"] } }, true],
    ["a tag of another value", { tags: { region: ["us"] } }, false],
    ["a missing tag", { tags: { unit: ["a"] } }, false],
    ["not given, for a dimension", { team: [""] }, true],
    ["not given, where it is", { feature: [""] }, false],
    ["not given, for a tag", { tags: { unit: [""] } }, true],
  ];
  it.each(cases)("%s", (_, scope, expected) => {
    expect(scopeTest(scope)(call)).toBe(expected);
  });
});
