import {
  type BudgetDefinition,
  type BudgetThreshold,
  type BudgetWindow,
  thresholdKey,
} from "../domain/budget.js";
import { type Money, parseMoney } from "../domain/money.js";
import { nextActualAmount } from "./budget-evaluator.js";
import { type ScopeTest, scopeTest } from "./budget-scope.js";
import { windowAt, windowBefore } from "./budget-window.js";
import type { NotedChange } from "./noted-change.js";

/** Calls that end a period are acknowledged shortly after it: so long it is still looked at. */
const GRACE_MS = 60 * 60_000;

interface WindowState {
  /** What the ledger said last; null before the first look. */
  spent: Money | null;
  /** At most this much was added since. */
  noted: Money;
  /** A call without a full price was noted since, in a budget that counts them. */
  unpricedNoted: boolean;
  /** The least spend at which a warning is due; null when none is left. */
  nextDue: Money | null;
  fired: Set<string>;
}

/** What changes add, at most, to one window. */
interface WindowShare {
  added: Money;
  /** A call without a full price is among them, and the budget counts those. */
  isUnpriced: boolean;
}

/** What changes add to a budget's windows, by start of the window. */
export type NotedShare = Map<number, WindowShare>;

/**
 * A budget with what is known of its running period. It bounds from above what the ledger may hold by now, so that
 * changes which cannot matter cost no query; it is never the source of a figure.
 */
export class WatchedBudget {
  readonly limit: Money;
  readonly #isInScope: ScopeTest;
  readonly #forecasts: readonly BudgetThreshold[];
  readonly #windows = new Map<number, WindowState>();
  #lookedAtMs = 0;
  #current: BudgetWindow | null = null;
  #before: BudgetWindow | null = null;

  constructor(
    readonly definition: BudgetDefinition,
    readonly updatedAtMs: number,
    /** See the entity's column of this name. */
    public rearmPending: boolean,
  ) {
    this.limit = parseMoney(definition.limit);
    this.#isInScope = scopeTest(definition.scope);
    this.#forecasts = definition.thresholds.filter(({ kind }) => kind === "forecast");
  }

  /** Whether a call without a full price counts as a breach; only money can be unknown. */
  get countsUnpriced(): boolean {
    return this.definition.unpriced === "breach" && this.definition.unit === "usd";
  }

  get hasForecasts(): boolean {
    return this.#forecasts.length > 0;
  }

  /** When the ledger was last asked, milliseconds since the Unix epoch; 0 before the first time. */
  get lookedAtMs(): number {
    return this.#lookedAtMs;
  }

  /** The running window, and the one before it while late calls may still arrive. */
  windowsAt(nowMs: number): BudgetWindow[] {
    const { current, before } = this.#windowsAround(nowMs);
    return isInGrace(current, nowMs) ? [current, before] : [current];
  }

  /** The share with what a change adds to it; as it was when the change does not concern this budget's open windows. */
  addTo(share: NotedShare | null, change: NotedChange, nowMs: number): NotedShare | null {
    const added = change.addedTo(this.#isInScope, this.definition.unit);
    if (added === null) return share;
    const window = this.#openWindow(change.startMs, nowMs);
    if (window === null) return share;
    const sums = share ?? new Map<number, WindowShare>();
    const sum = sums.get(window.startMs) ?? { added: 0n, isUnpriced: false };
    if (added > 0n) sum.added += added;
    sum.isUnpriced ||= this.countsUnpriced && change.isUnpriced(this.#isInScope);
    sums.set(window.startMs, sum);
    return sums;
  }

  /** Takes a share into account, as far as its windows are still open. */
  noteShare(share: NotedShare, nowMs: number): void {
    const { current, before } = this.#windowsAround(nowMs);
    for (const window of [current, before]) {
      const sum = share.get(window.startMs);
      if (sum === undefined) continue;
      const state = this.#state(window);
      state.noted += sum.added;
      state.unpricedNoted ||= sum.isUnpriced;
    }
  }

  /** Forgets what the ledger said: it must be asked again. */
  distrust(): void {
    for (const state of this.#windows.values()) state.spent = null;
  }

  /** Whether a threshold may have been reached by what was noted. */
  mayBeDue(): boolean {
    for (const { spent, noted, nextDue, unpricedNoted } of this.#windows.values()) {
      if (unpricedNoted && nextDue !== null) return true;
      if (spent === null || (nextDue !== null && spent + noted >= nextDue)) return true;
    }
    return false;
  }

  /** Whether a forecast threshold may still fire: the forecast moves with every call, and with time. */
  awaitsForecast(nowMs: number): boolean {
    if (this.#forecasts.length === 0) return false;
    const { current } = this.#windowsAround(nowMs);
    return this.#forecasts.some((threshold) => !this.hasFired(current, threshold));
  }

  /** What was noted before the ledger is asked: the answer includes it. */
  beginLook(window: BudgetWindow): Money {
    const state = this.#state(window);
    state.unpricedNoted = false;
    return state.noted;
  }

  endLook(window: BudgetWindow, spent: Money, noted: Money, nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const state = this.#state(window);
    state.spent = spent;
    state.noted -= noted;
    const isFired = (threshold: BudgetThreshold): boolean => state.fired.has(thresholdKey(threshold));
    state.nextDue = nextActualAmount(this.definition.thresholds, this.limit, isFired);
  }

  hasFired(window: BudgetWindow, threshold: BudgetThreshold): boolean {
    return this.#state(window).fired.has(thresholdKey(threshold));
  }

  setFired(window: BudgetWindow, thresholds: readonly BudgetThreshold[]): void {
    const { fired } = this.#state(window);
    for (const threshold of thresholds) fired.add(thresholdKey(threshold));
  }

  #openWindow(startMs: number, nowMs: number): BudgetWindow | null {
    const { current, before } = this.#windowsAround(nowMs);
    if (holds(current, startMs)) return current;
    return isInGrace(current, nowMs) && holds(before, startMs) ? before : null;
  }

  #windowsAround(nowMs: number): { current: BudgetWindow; before: BudgetWindow } {
    let current = this.#current;
    let before = this.#before;
    if (current === null || before === null || !holds(current, nowMs)) {
      current = windowAt(this.definition, nowMs);
      before = windowBefore(this.definition, current);
      this.#current = current;
      this.#before = before;
      const open = new Set([current.startMs, before.startMs]);
      for (const startMs of this.#windows.keys()) if (!open.has(startMs)) this.#windows.delete(startMs);
    }
    return { current, before };
  }

  #state(window: BudgetWindow): WindowState {
    let state = this.#windows.get(window.startMs);
    if (state === undefined) {
      state = { spent: null, noted: 0n, unpricedNoted: false, nextDue: null, fired: new Set() };
      this.#windows.set(window.startMs, state);
    }
    return state;
  }
}

function holds({ startMs, endMs }: BudgetWindow, atMs: number): boolean {
  return startMs <= atMs && atMs < endMs;
}

function isInGrace({ startMs, endMs }: BudgetWindow, nowMs: number): boolean {
  return nowMs - startMs < Math.min(GRACE_MS, endMs - startMs);
}
