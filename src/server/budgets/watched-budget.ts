import {
  type BudgetDefinition,
  type BudgetThreshold,
  type BudgetUnit,
  type BudgetWindow,
  thresholdKey,
} from "../domain/budget.js";
import type { PricedCall } from "../domain/call.js";
import type { LedgerChange } from "../domain/ledger-listener.js";
import { type Money, parseMoney } from "../domain/money.js";
import { TOKEN_CLASSES } from "../domain/usage.js";
import { nextActualAmount } from "./budget-evaluator.js";
import { matchesScope } from "./budget-scope.js";
import { windowAt, windowBefore } from "./budget-window.js";

/** Calls that end a period are acknowledged shortly after it: so long it is still looked at. */
const GRACE_MS = 60 * 60_000;

interface WindowState {
  /** What the ledger said last; null before the first look. */
  spent: Money | null;
  /** At most this much was added since. */
  noted: Money;
  fired: Set<string>;
}

/**
 * A budget with what is known of its running period. It bounds from above what the ledger may hold by now, so that
 * changes which cannot matter cost no query; it is never the source of a figure.
 */
export class WatchedBudget {
  readonly #windows = new Map<number, WindowState>();
  #lookedAtMs = 0;
  #current: BudgetWindow | null = null;
  #before: BudgetWindow | null = null;

  constructor(
    readonly definition: BudgetDefinition,
    readonly updatedAtMs: number,
    /** See the entity's column of this name. */
    public rearmPending: boolean,
  ) {}

  /** The running window, and the one before it while late calls may still arrive. */
  windowsAt(nowMs: number): BudgetWindow[] {
    const { current, before } = this.#windowsAround(nowMs);
    const graceMs = Math.min(GRACE_MS, current.endMs - current.startMs);
    return nowMs - current.startMs < graceMs ? [current, before] : [current];
  }

  /** Takes a change into account; false when it does not concern this budget's open windows. Never throws. */
  note({ current, previous }: LedgerChange, nowMs: number): boolean {
    const call = [current, previous].find(
      (each) => each !== null && matchesScope(this.definition.scope, each),
    );
    if (call === undefined || call === null) return false;
    const startMs = Number(call.startTimeUnixNano / 1_000_000n);
    const window = this.windowsAt(nowMs).find((each) => each.startMs <= startMs && startMs < each.endMs);
    if (window === undefined) return false;
    const added = this.#amount(current) - (previous === null ? 0n : this.#amount(previous));
    if (added > 0n) this.#state(window).noted += added;
    return true;
  }

  /** Whether a threshold may have been reached by what was noted. */
  mayBeDue(): boolean {
    const limit = parseMoney(this.definition.limit);
    for (const { spent, noted, fired } of this.#windows.values()) {
      if (spent === null) return true;
      const isFired = (threshold: BudgetThreshold): boolean => fired.has(thresholdKey(threshold));
      const next = nextActualAmount(this.definition.thresholds, limit, isFired);
      if (next !== null && spent + noted >= next) return true;
    }
    return false;
  }

  /** Whether a forecast threshold may still fire: the forecast moves with every call, and with time. */
  awaitsForecast(nowMs: number): boolean {
    const { current } = this.#windowsAround(nowMs);
    return this.definition.thresholds.some(
      (threshold) => threshold.kind === "forecast" && !this.hasFired(current, threshold),
    );
  }

  /** When the ledger was last asked, milliseconds since the Unix epoch; 0 before the first time. */
  get lookedAtMs(): number {
    return this.#lookedAtMs;
  }

  /** What was noted before the ledger is asked: the answer includes it. */
  beginLook(window: BudgetWindow): Money {
    return this.#state(window).noted;
  }

  endLook(window: BudgetWindow, spent: Money, noted: Money, nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const state = this.#state(window);
    state.spent = spent;
    state.noted -= noted;
  }

  hasFired(window: BudgetWindow, threshold: BudgetThreshold): boolean {
    return this.#state(window).fired.has(thresholdKey(threshold));
  }

  setFired(window: BudgetWindow, thresholds: readonly BudgetThreshold[]): void {
    const { fired } = this.#state(window);
    for (const threshold of thresholds) fired.add(thresholdKey(threshold));
  }

  #windowsAround(nowMs: number): { current: BudgetWindow; before: BudgetWindow } {
    let current = this.#current;
    let before = this.#before;
    if (current === null || before === null || nowMs < current.startMs || nowMs >= current.endMs) {
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
      state = { spent: null, noted: 0n, fired: new Set() };
      this.#windows.set(window.startMs, state);
    }
    return state;
  }

  #amount(call: PricedCall): Money {
    return call.billable && matchesScope(this.definition.scope, call)
      ? AMOUNTS[this.definition.unit](call)
      : 0n;
  }
}

/** What a call adds at most, in each unit. */
const AMOUNTS: Readonly<Record<BudgetUnit, (call: PricedCall) => Money>> = {
  usd: ({ cost }) => (cost.total === null ? 0n : parseMoney(cost.total)),
  tokens: ({ usage }) => parseMoney(String(Math.max(totalTokens(usage), classTokens(usage)))),
  calls: () => parseMoney("1"),
};

function totalTokens({ inputTotal, outputTotal }: PricedCall["usage"]): number {
  return (inputTotal ?? 0) + (outputTotal ?? 0);
}

function classTokens(usage: PricedCall["usage"]): number {
  return TOKEN_CLASSES.reduce((sum, name) => sum + (usage[name] ?? 0), 0);
}
