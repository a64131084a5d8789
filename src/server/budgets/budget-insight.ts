import { Inject, Injectable } from "@nestjs/common";
import { CLOCK } from "../config/app-config.js";
import type { BudgetDefinition, BudgetWindow } from "../domain/budget.js";
import type { Clock } from "../domain/clock.js";
import { type Money, parseMoney } from "../domain/money.js";
import { isoTime } from "./budget-alert.js";
import { BudgetClaims } from "./budget-claims.service.js";
import { amountOf, BUDGET_SPEND_SOURCE, type BudgetSpendSource } from "./budget-spend.js";
import { type BudgetStatus, budgetStatus, roundEstimate } from "./budget-status.js";
import { windowAt } from "./budget-window.js";
import { type Forecast, forecastSpend, paceRule } from "./forecast.js";

/** Past buckets still change by re-pricing and other processes' late spans: asked for again after this long. */
const BUCKET_FRESH_MS = 10 * 60_000;
/** The shortest bucket: an older call lies in one that may have been asked for already. */
const LATE_MS = 5 * 60_000;
const MAX_CACHED_BUCKETS = 20_000;

export interface WindowSpend {
  spent: Money;
  unpricedCalls: number;
}

interface CachedBucket {
  amount: Money;
  loadedAtMs: number;
}

/** What the ledger says about a budget, and what that means for the rest of its period. */
@Injectable()
export class BudgetInsight {
  readonly #buckets = new Map<string, CachedBucket>();
  /** Project to when its past last changed. */
  readonly #lateAtMs = new Map<string, number>();

  constructor(
    @Inject(BUDGET_SPEND_SOURCE) private readonly source: BudgetSpendSource,
    @Inject(BudgetClaims) private readonly claims: BudgetClaims,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Notes that a call of this start time was stored just now: if it is late, what is remembered of the past is old. */
  noteCall(project: string, startMs: number): void {
    const nowMs = this.clock.nowMs();
    if (startMs < nowMs - LATE_MS) this.#lateAtMs.set(project, nowMs);
  }

  /** @throws AppError `unavailable`, `timeout`. */
  async spent(budget: BudgetDefinition, window: BudgetWindow): Promise<WindowSpend> {
    const totals = await this.source.spend(
      budget.project,
      budget.scope,
      isoTime(window.startMs),
      isoTime(window.endMs),
    );
    return { spent: amountOf(budget.unit, totals), unpricedCalls: totals.unpricedCalls };
  }

  /** Forecast for a running window, or null while there is no pace to go by. @throws AppError `unavailable`, `timeout`. */
  async forecast(budget: BudgetDefinition, window: BudgetWindow, spent: Money): Promise<Forecast | null> {
    const nowMs = this.clock.nowMs();
    const { bucketMs, buckets } = paceRule(budget.period);
    const end = Math.floor(nowMs / bucketMs) * bucketMs;
    const recent: Money[] = [];
    for (let back = buckets; back > 0; back -= 1) {
      recent.push(await this.#bucket(budget, end - back * bucketMs, bucketMs, nowMs));
    }
    const limit = parseMoney(budget.limit);
    const forecast = forecastSpend({ window, nowMs, limit, spent, recent, bucketMs });
    if (forecast === null) return null;
    const { expected, low, high, breachMs } = forecast;
    return {
      expected: roundEstimate(expected),
      low: roundEstimate(low),
      high: roundEstimate(high),
      breachMs,
    };
  }

  /** Status of the period that is running now. @throws AppError `unavailable`, `timeout`. */
  async status(budget: BudgetDefinition): Promise<BudgetStatus> {
    const window = windowAt(budget, this.clock.nowMs());
    const [{ spent, unpricedCalls }, claims] = await Promise.all([
      this.spent(budget, window),
      this.claims.ofPeriod(budget.id, window.startMs),
    ]);
    const forecast = await this.forecast(budget, window, spent);
    const firedAtMs = new Map([...claims].map(([key, claim]) => [key, claim.firedAt.getTime()]));
    return budgetStatus({ budget, window, spent, unpricedCalls, forecast, firedAtMs });
  }

  async #bucket(budget: BudgetDefinition, startMs: number, bucketMs: number, nowMs: number): Promise<Money> {
    const key = JSON.stringify([budget.project, budget.scope, budget.unit, startMs, bucketMs]);
    const cached = this.#buckets.get(key);
    const oldestMs = Math.max(nowMs - BUCKET_FRESH_MS, this.#lateAtMs.get(budget.project) ?? 0);
    if (cached !== undefined && cached.loadedAtMs > oldestMs) return cached.amount;
    const { spent: amount } = await this.spent(budget, { startMs, endMs: startMs + bucketMs });
    this.#buckets.delete(key);
    this.#buckets.set(key, { amount, loadedAtMs: nowMs });
    const oldest = this.#buckets.keys().next();
    if (this.#buckets.size > MAX_CACHED_BUCKETS && oldest.done === false) this.#buckets.delete(oldest.value);
    return amount;
  }
}
