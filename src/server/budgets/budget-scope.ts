import { BUDGET_DIMENSIONS, type BudgetDimension, type BudgetScope } from "../domain/budget.js";
import type { PricedCall } from "../domain/call.js";

export type ScopeTest = (call: PricedCall) => boolean;

/** What a call says in each dimension; `model` has up to three names. */
const VALUES: Readonly<Record<BudgetDimension, (call: PricedCall) => readonly (string | null)[]>> = {
  environment: ({ attribution }) => [attribution.environment],
  team: ({ attribution }) => [attribution.team],
  feature: ({ attribution }) => [attribution.feature],
  user: ({ attribution }) => [attribution.user],
  customer: ({ attribution }) => [attribution.customer],
  service: ({ attribution }) => [attribution.service],
  provider: ({ provider }) => [provider],
  model: ({ pricedModel, responseModel, requestModel }) => [pricedModel, responseModel, requestModel],
};

/**
 * A test of whether a call can count towards a scope: true for every call that the ledger's own query would count.
 * Made once per budget, asked once per call; it never throws.
 */
export function scopeTest(scope: BudgetScope): ScopeTest {
  const tests: ScopeTest[] = [];
  for (const dimension of BUDGET_DIMENSIONS) {
    const given = scope[dimension];
    if (given === undefined) continue;
    const wanted = new Set(given);
    const read = VALUES[dimension];
    // As in the ledger's queries, the empty text stands for "not given".
    tests.push((call) => read(call).some((value) => wanted.has(value ?? "")));
  }
  for (const [name, given] of Object.entries(scope.tags ?? {})) {
    const wanted = new Set(given);
    tests.push((call) => wanted.has(call.attribution.tags[name] ?? ""));
  }
  return (call) => tests.every((test) => test(call));
}
