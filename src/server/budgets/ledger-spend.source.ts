import { Inject, Injectable } from "@nestjs/common";
import type { BudgetScope } from "../domain/budget.js";
import { BudgetSpendQuery } from "../query/budget-spend.query.js";
import { filtersOfScope } from "../query/dimensions.js";
import type { BudgetSpendSource, SpendTotals } from "./budget-spend.js";

/** Asks the ledger itself. */
@Injectable()
export class LedgerSpendSource implements BudgetSpendSource {
  constructor(@Inject(BudgetSpendQuery) private readonly query: BudgetSpendQuery) {}

  async spend(project: string, scope: BudgetScope, fromIso: string, toIso: string): Promise<SpendTotals> {
    const spend = await this.query.run(project, {
      fromNano: nanos(fromIso),
      toNano: nanos(toIso),
      filters: filtersOfScope(scope),
    });
    return {
      cost: spend.usd,
      tokens: spend.tokens.toString(),
      calls: spend.billableCalls,
      unpricedCalls: spend.unpricedCalls + spend.partialCalls,
    };
  }
}

function nanos(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 1_000_000n;
}
