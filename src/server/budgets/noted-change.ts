import type { BudgetUnit } from "../domain/budget.js";
import type { PricedCall } from "../domain/call.js";
import type { LedgerChange } from "../domain/ledger-listener.js";
import { type Money, parseMoney } from "../domain/money.js";
import { TOKEN_CLASSES } from "../domain/usage.js";
import type { ScopeTest } from "./budget-scope.js";

const ONE = parseMoney("1");

/** What a call adds at most, in each unit. */
const AMOUNTS: Readonly<Record<BudgetUnit, (call: PricedCall) => Money>> = {
  usd: ({ cost }) => (cost.total === null ? 0n : parseMoney(cost.total)),
  tokens: ({ usage }) => BigInt(Math.max(totalTokens(usage), classTokens(usage))) * ONE,
  calls: () => ONE,
};

/** A change of the ledger, read once for all budgets of its project. */
export class NotedChange {
  readonly project: string;
  /** When the call started, whole milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly #current: NotedCall;
  readonly #previous: NotedCall | null;

  constructor({ project, current, previous }: LedgerChange) {
    this.project = project;
    this.startMs = Number(current.startTimeUnixNano / 1_000_000n);
    this.#current = new NotedCall(current);
    this.#previous = previous === null ? null : new NotedCall(previous);
  }

  /** What the change adds at most to a scope; negative when it takes away, null when neither version is in it. */
  addedTo(isInScope: ScopeTest, unit: BudgetUnit): Money | null {
    const isIn = isInScope(this.#current.call);
    const wasIn = this.#previous !== null && isInScope(this.#previous.call);
    if (!isIn && !wasIn) return null;
    const before = wasIn ? (this.#previous?.amount(unit) ?? 0n) : 0n;
    return (isIn ? this.#current.amount(unit) : 0n) - before;
  }
  /** Whether a call of the scope has no full price now. */
  isUnpriced(isInScope: ScopeTest): boolean {
    const { call } = this.#current;
    const { status } = call.cost;
    return call.billable && (status === "unpriced" || status === "partial") && isInScope(call);
  }
}

class NotedCall {
  readonly #amounts: Partial<Record<BudgetUnit, Money>> = {};

  constructor(readonly call: PricedCall) {}

  amount(unit: BudgetUnit): Money {
    if (!this.call.billable) return 0n;
    return (this.#amounts[unit] ??= AMOUNTS[unit](this.call));
  }
}

function totalTokens({ inputTotal, outputTotal }: PricedCall["usage"]): number {
  return (inputTotal ?? 0) + (outputTotal ?? 0);
}

function classTokens(usage: PricedCall["usage"]): number {
  return TOKEN_CLASSES.reduce((sum, name) => sum + (usage[name] ?? 0), 0);
}
