import { Inject, Injectable } from "@nestjs/common";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";

/** What a budget had used of a period at a moment. Amounts are decimal text in the budget's unit; times milliseconds since the epoch. */
export interface BudgetStanding {
  project: string;
  budgetId: string;
  name: string;
  unit: string;
  period: string;
  timezone: string;
  limit: string;
  periodStartMs: number;
  periodEndMs: number;
  spent: string;
  unpricedCalls: number;
  forecast: { expected: string; low: string; high: string; breachMs: number | null } | null;
  evaluatedAtMs: number;
}

/** A budget that is no more. */
export interface RemovedBudget {
  project: string;
  budgetId: string;
  evaluatedAtMs: number;
}

const EMPTY = { limit_amount: "0", spent: "0", unpriced_calls: 0, period_start: 0, period_end: 0 };

/** The rows behind the view `budget_status`; the newest one of a budget counts. */
@Injectable()
export class BudgetStandings {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** @throws AppError as the store does. */
  async save(standings: readonly BudgetStanding[], removed: readonly RemovedBudget[]): Promise<void> {
    const rows = [...standings.map(rowOf), ...removed.map(removedRow)];
    await this.store.insertJsonRows(
      "budget_standings",
      rows.map((row) => JSON.stringify(row)),
    );
  }

  /** Budgets that the view shows. @throws AppError as the store does. */
  async shown(): Promise<Pick<BudgetStanding, "project" | "budgetId">[]> {
    const rows = await this.store.select<{ project: string; budget_id: string }>(
      "SELECT project, budget_id FROM budget_status",
    );
    return rows.map((row) => ({ project: row.project, budgetId: row.budget_id }));
  }
}

function rowOf(standing: BudgetStanding): Record<string, unknown> {
  const { forecast } = standing;
  return {
    project: standing.project,
    budget_id: standing.budgetId,
    version: standing.evaluatedAtMs,
    removed: false,
    name: standing.name,
    unit: standing.unit,
    period: standing.period,
    timezone: standing.timezone,
    period_start: secondsOf(standing.periodStartMs),
    period_end: secondsOf(standing.periodEndMs),
    limit_amount: standing.limit,
    spent: standing.spent,
    unpriced_calls: standing.unpricedCalls,
    forecast: forecast?.expected ?? null,
    forecast_low: forecast?.low ?? null,
    forecast_high: forecast?.high ?? null,
    breach_date: forecast === null || forecast.breachMs === null ? null : secondsOf(forecast.breachMs),
  };
}

function removedRow({ project, budgetId, evaluatedAtMs }: RemovedBudget): Record<string, unknown> {
  return { ...EMPTY, project, budget_id: budgetId, version: evaluatedAtMs, removed: true };
}

/** As the engine reads a DateTime64(3) from JSON: seconds with three decimals. */
function secondsOf(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}`;
}
