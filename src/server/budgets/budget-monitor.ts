import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from "@nestjs/common";
import { APP_CONFIG, type AppConfig, CLOCK } from "../config/app-config.js";
import type { BudgetThreshold, BudgetWindow } from "../domain/budget.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import type { LedgerChange, LedgerListener } from "../domain/ledger-listener.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Budget } from "../storage/control/entities/budget.entity.js";
import { BudgetClaims } from "./budget-claims.service.js";
import { reachedThresholds } from "./budget-evaluator.js";
import { BudgetInsight } from "./budget-insight.js";
import { toDefinition } from "./budget-definition.js";
import { NotedChange } from "./noted-change.js";
import { NotedShares } from "./noted-shares.js";
import { StandingBoard } from "./standing-board.js";
import { WatchedBudget } from "./watched-budget.js";

/** Spend that may have reached a threshold is looked at after this pause, so that a burst costs one look. */
const SOON_MS = 200;
/** Spend that cannot have reached one, when other processes write to the same ledger too. */
const SHARED_LEDGER_MS = 3_000;
/** Forecasts move with every call: looked at this often while calls come in. */
const FORECAST_MS = 2_000;
const TICK_MS = 30_000;
/** Spend also changes without a call: re-pricing, retention. */
const LOOK_ANYWAY_MS = 10 * 60_000;
const RETRY_MS = 1_000;
const CONCURRENCY = 2;

/**
 * Watches every budget: told of each acknowledged change, it asks the ledger about those budgets that may have reached
 * a threshold, and about all of them now and then. It never decides from what it counted itself.
 */
@Injectable()
export class BudgetMonitor
  implements LedgerListener, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  readonly #logger = new Logger("Budgets");
  readonly #watched = new Map<string, WatchedBudget>();
  readonly #byProject = new Map<string, WatchedBudget[]>();
  /** Budget id to when it is to be looked at. */
  readonly #due = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #tick: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(BudgetInsight) private readonly insight: BudgetInsight,
    @Inject(BudgetClaims) private readonly claims: BudgetClaims,
    @Inject(StandingBoard) private readonly board: StandingBoard,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Loads the budgets and looks at all of them: spend may have been acknowledged just before the process ended. */
  async onApplicationBootstrap(): Promise<void> {
    await this.reload();
    await this.board.keepOnly(new Set(this.#watched.keys()));
    this.#tick = setInterval(() => void this.#onTick(), TICK_MS);
    this.#tick.unref();
  }

  /** Stops looking; a look in progress is waited for on shutdown. */
  onModuleDestroy(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#tick !== null) clearInterval(this.#tick);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#running;
    await this.board.flush();
  }

  /** Reads each change once and arranges at most one look per budget. */
  onAcknowledged(changes: readonly LedgerChange[]): void {
    this.foresee(changes)();
  }

  foresee(changes: readonly LedgerChange[]): () => void {
    const shares = new NotedShares(this.clock.nowMs());
    for (const change of changes) {
      const noted = new NotedChange(change);
      shares.add(noted, this.#byProject.get(noted.project) ?? [], (error) =>
        this.#warn("A change cannot be noted", error),
      );
    }
    return () => this.#note(shares);
  }

  /** After a definition changed. Never throws: when the store is away, the next tick sees the change. */
  async refresh(): Promise<void> {
    try {
      await this.reload();
    } catch (error) {
      this.#warn("The budgets cannot be read", error);
    }
  }

  /** Reads the budgets again and looks at the new and the changed ones. @throws AppError `unavailable` */
  async reload(): Promise<void> {
    const rows = await this.database.run((manager) => manager.getRepository(Budget).find());
    const seen = new Set<string>();
    this.#byProject.clear();
    for (const row of rows) {
      seen.add(row.id);
      const known = this.#watched.get(row.id);
      const isSame =
        known?.updatedAtMs === row.updatedAt.getTime() && known.rearmPending === row.rearmPending;
      const budget =
        known !== undefined && isSame
          ? known
          : new WatchedBudget(toDefinition(row), row.updatedAt.getTime(), row.rearmPending);
      this.#watched.set(row.id, budget);
      this.#byProject.set(row.projectId, [...(this.#byProject.get(row.projectId) ?? []), budget]);
      if (budget !== known) this.#schedule(budget, 0);
    }
    for (const id of this.#watched.keys()) if (!seen.has(id)) this.#forget(id);
  }

  /** Looks at everything that is waiting to be looked at, now. Resolves when done; failed ones wait for their next turn. */
  async settle(): Promise<void> {
    await this.#running;
    for (const id of this.#due.keys()) this.#due.set(id, 0);
    await this.#run();
  }

  async #onTick(): Promise<void> {
    await this.refresh();
    const isShared = this.config.clickhouseUrl !== undefined;
    const before = this.clock.nowMs() - LOOK_ANYWAY_MS;
    for (const budget of this.#watched.values()) {
      if (isShared || budget.lookedAtMs < before) this.#schedule(budget, SOON_MS);
    }
  }

  #note(shares: NotedShares): void {
    const nowMs = this.clock.nowMs();
    for (const [project, startMs] of shares.earliest) {
      this.insight.noteCall(project, startMs);
      for (const budget of this.#byProject.get(project) ?? [])
        if (shares.noteIn(budget, nowMs)) this.#schedule(budget, this.#urgency(budget, nowMs));
    }
  }

  #urgency(budget: WatchedBudget, nowMs: number): number {
    if (budget.mayBeDue()) return SOON_MS;
    return budget.awaitsForecast(nowMs) ? FORECAST_MS : this.#lazyMs();
  }

  /** The embedded ledger has one writer: what it noted is all there is, and the next tick is soon enough. */
  #lazyMs(): number {
    return this.config.clickhouseUrl === undefined ? TICK_MS : SHARED_LEDGER_MS;
  }

  #schedule(budget: WatchedBudget, inMs: number): void {
    const at = Date.now() + inMs;
    const { id } = budget.definition;
    const known = this.#due.get(id);
    if (known === undefined || known > at) this.#due.set(id, at);
    this.#arm();
  }

  #arm(): void {
    if (this.#stopped || this.#running !== null || this.#due.size === 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const next = Math.min(...this.#due.values());
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, next - Date.now()));
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    if (this.#stopped || this.#running !== null) return;
    this.#running = this.#lookAtDue();
    await this.#running;
    this.#running = null;
    this.#arm();
  }

  async #lookAtDue(): Promise<void> {
    const now = Date.now();
    const queue = [...this.#due].filter(([, at]) => at <= now).map(([id]) => id);
    for (const id of queue) this.#due.delete(id);
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined && !this.#stopped; id = queue.shift())
        await this.#lookAt(id);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  async #lookAt(id: string): Promise<void> {
    const budget = this.#watched.get(id);
    if (budget === undefined) return;
    try {
      for (const window of budget.windowsAt(this.clock.nowMs())) await this.#judge(budget, window);
    } catch (error) {
      this.#warn(`Budget ${id} cannot be evaluated`, error);
      this.#schedule(budget, RETRY_MS);
    }
  }

  async #judge(budget: WatchedBudget, window: BudgetWindow): Promise<void> {
    const { definition } = budget;
    const noted = budget.beginLook(window);
    const { spent, unpricedCalls } = await this.insight.spent(definition, window);
    const isRunning = window.endMs > this.clock.nowMs();
    const forecast =
      isRunning && budget.hasForecasts ? await this.insight.forecast(definition, window, spent) : null;
    const standing = { limit: budget.limit, spent, forecast: forecast?.expected ?? null };
    const isBreached = budget.countsUnpriced && unpricedCalls > 0;
    const reached = reachedThresholds(definition.thresholds, standing, isBreached);
    const isNews = (threshold: BudgetThreshold): boolean => !budget.hasFired(window, threshold);
    if (budget.rearmPending || reached.some(isNews)) {
      const finding = { budget: definition, window, spent, forecast: standing.forecast, unpricedCalls };
      const result = await this.claims.fire(finding, reached, budget.updatedAtMs);
      if (result.outcome === "changed") {
        await this.reload();
        return;
      }
      budget.rearmPending = false;
      budget.setFired(window, reached);
    }
    budget.endLook(window, spent, noted, this.clock.nowMs());
    const isStillThere = this.#watched.get(definition.id) === budget;
    if (isRunning && isStillThere)
      this.board.note({ budget: definition, window, spent, unpricedCalls, forecast });
  }

  #forget(id: string): void {
    const budget = this.#watched.get(id);
    if (budget !== undefined) this.board.remove(budget.definition.project, id);
    this.#watched.delete(id);
    this.#due.delete(id);
  }

  #warn(what: string, error: unknown): void {
    const reason = error instanceof AppError ? `${error.code}: ${error.message}` : errorName(error);
    this.#logger.warn(`${what}: ${reason}`);
  }
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "unknown reason";
}
