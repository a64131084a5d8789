import { BUDGET_DIMENSIONS, type BudgetDimension, type BudgetScope } from "../domain/budget.js";
import type { PricedCall } from "../domain/call.js";

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

/** Whether a call can count towards a scope. True for every call the ledger's own query would count. Never throws. */
export function matchesScope(scope: BudgetScope, call: PricedCall): boolean {
  for (const dimension of BUDGET_DIMENSIONS) {
    const wanted = scope[dimension];
    if (wanted === undefined) continue;
    // As in the ledger's queries, the empty text stands for "not given".
    if (!VALUES[dimension](call).some((value) => wanted.includes(value ?? ""))) return false;
  }
  return Object.entries(scope.tags ?? {}).every(([name, wanted]) =>
    wanted.includes(call.attribution.tags[name] ?? ""),
  );
}
