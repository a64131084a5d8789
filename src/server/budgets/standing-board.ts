import { Inject, Injectable, Logger } from "@nestjs/common";
import { CLOCK } from "../config/app-config.js";
import type { BudgetDefinition, BudgetWindow } from "../domain/budget.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { formatMoney, type Money } from "../domain/money.js";
import { type BudgetStanding, BudgetStandings, type RemovedBudget } from "../query/budget-standings.js";
import type { Forecast } from "./forecast.js";

/** Looks at budgets within this time are written down together. */
const FLUSH_MS = 1_000;

export interface Look {
  budget: BudgetDefinition;
  window: BudgetWindow;
  spent: Money;
  unpricedCalls: number;
  forecast: Forecast | null;
}

/**
 * Writes what the monitor saw of each budget where SQL clients can read it. Budgets do not depend on it: a failure is logged, and what
 * could not be written is tried again with the next look.
 */
@Injectable()
export class StandingBoard {
  readonly #logger = new Logger("Budgets");
  /** By budget id, until written. */
  readonly #standings = new Map<string, BudgetStanding>();
  readonly #removed = new Map<string, RemovedBudget>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(BudgetStandings) private readonly table: Pick<BudgetStandings, "save" | "shown">,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes a look at the running period of a budget. Never throws. */
  note({ budget, window, spent, unpricedCalls, forecast }: Look): void {
    this.#standings.set(budget.id, {
      project: budget.project,
      budgetId: budget.id,
      name: budget.name,
      unit: budget.unit,
      period: budget.period,
      timezone: budget.timezone,
      limit: budget.limit,
      periodStartMs: window.startMs,
      periodEndMs: window.endMs,
      spent: formatMoney(spent),
      unpricedCalls,
      forecast:
        forecast === null
          ? null
          : {
              expected: formatMoney(forecast.expected),
              low: formatMoney(forecast.low),
              high: formatMoney(forecast.high),
              breachMs: forecast.breachMs,
            },
      evaluatedAtMs: this.clock.nowMs(),
    });
    this.#arm();
  }

  /** Takes note that a budget is no more. Never throws. */
  remove(project: string, budgetId: string): void {
    this.#standings.delete(budgetId);
    this.#removed.set(budgetId, { project, budgetId, evaluatedAtMs: this.clock.nowMs() });
    this.#arm();
  }

  /** Removes what was deleted while nobody watched. Never throws. */
  async keepOnly(budgetIds: ReadonlySet<string>): Promise<void> {
    try {
      for (const { project, budgetId } of await this.table.shown())
        if (!budgetIds.has(budgetId)) this.remove(project, budgetId);
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Writes what was noted. Resolves when that is done, or has failed and waits for the next time; never throws. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #arm(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    const standings = [...this.#standings.values()];
    const removed = [...this.#removed.values()];
    if (standings.length + removed.length === 0) return;
    try {
      await this.table.save(standings, removed);
    } catch (error) {
      this.#warn(error);
      return;
    }
    for (const one of standings)
      if (this.#standings.get(one.budgetId) === one) this.#standings.delete(one.budgetId);
    for (const one of removed)
      if (this.#removed.get(one.budgetId) === one) this.#removed.delete(one.budgetId);
  }

  #warn(error: unknown): void {
    const reason = error instanceof AppError ? `${error.code}: ${error.message}` : "unknown reason";
    this.#logger.warn(`The view budget_status falls behind: ${reason}`);
  }
}
