import { Inject, Injectable } from "@nestjs/common";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { readText } from "../storage/analytics/row-values.js";
import { type DimensionFilter, filterConditions } from "./dimensions.js";
import type { TimeRange } from "./query-string.js";
import { scopeConditions, type Statement, whereAll } from "./statement.js";

export interface BudgetSpendParams extends TimeRange {
  filters: readonly DimensionFilter[];
}

/** What a scope used between two instants; exact. */
export interface BudgetSpend {
  /** Decimal USD of everything priced; "0" when nothing is. */
  usd: string;
  /** Input and output tokens known of billable calls. */
  tokens: bigint;
  /** Calls, failed ones included. */
  calls: number;
  billableCalls: number;
  /** Billable calls that are in `usd` not at all, or in part. */
  unpricedCalls: number;
  partialCalls: number;
  /** Billable calls that are not in `tokens`. */
  unknownUsageCalls: number;
}

/** The question as SQL: one row. */
export function budgetSpendSql(project: string, params: BudgetSpendParams): Statement {
  const scope = whereAll(
    scopeConditions(project, params.fromNano, params.toNano),
    filterConditions(params.filters),
  );
  const sql = `SELECT
  sum(cost) AS usd,
  sumIf(ifNull(input_total, 0) + ifNull(output_total, 0), billable) AS tokens,
  count() AS calls,
  countIf(billable) AS billable_calls,
  countIf(cost_status = 'unpriced') AS unpriced_calls,
  countIf(cost_status = 'partial') AS partial_calls,
  countIf(billable AND input_total IS NULL AND output_total IS NULL) AS unknown_usage_calls
FROM calls
WHERE ${scope.where}`;
  return { sql, params: scope.params };
}

/** What a budget's scope has used so far; `filtersOfScope` turns its scope into filters. */
@Injectable()
export class BudgetSpendQuery {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** @throws AppError as the store does. */
  async run(project: string, params: BudgetSpendParams, signal?: AbortSignal): Promise<BudgetSpend> {
    const statement = budgetSpendSql(project, params);
    const [row = {}] = await this.store.select<Record<string, unknown>>(statement.sql, {
      params: statement.params,
      onlyProject: project,
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      usd: readText(row["usd"]) ?? "0",
      tokens: BigInt(readText(row["tokens"]) ?? "0"),
      calls: Number(row["calls"]),
      billableCalls: Number(row["billable_calls"]),
      unpricedCalls: Number(row["unpriced_calls"]),
      partialCalls: Number(row["partial_calls"]),
      unknownUsageCalls: Number(row["unknown_usage_calls"]),
    };
  }
}
