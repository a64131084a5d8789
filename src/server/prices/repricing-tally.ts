import type { Price } from "./reprice-row.js";
import { formatMoney, type Money, parseMoney } from "../domain/money.js";
import { priceOf, samePrice } from "./reprice-row.js";
import { type Adjustment, adjustmentSum } from "./adjustments.js";
import type { LedgerRow } from "../domain/ledger-row.js";

/** What re-pricing changes for the calls of one model. Money is decimal text in USD: sums of the known. */
export interface RepricingDelta {
  provider: string;
  model: string | null;
  calls: number;
  before: string;
  after: string;
  delta: string;
  unpricedBefore: number;
  unpricedAfter: number;
}

interface Sums {
  provider: string;
  model: string | null;
  calls: number;
  before: Money;
  after: Money;
  unpricedBefore: number;
  unpricedAfter: number;
}

const MAX_GROUPS = 10_000;
const TOP = 20;

/** Adds up what re-pricing makes of calls. */
export class RepricingTally {
  calls = 0;
  changed = 0;
  before: Money = 0n;
  after: Money = 0n;
  unpricedBefore = 0;
  unpricedAfter = 0;
  /** Calls of closed periods that an adjustment is booked for, and its sum. */
  adjusted = 0;
  adjustment: Money = 0n;
  readonly #groups = new Map<string, Sums>();

  /** @param model as asked for, for the list of changes */
  add(before: Price, after: Price, model: string | null): void {
    this.calls += 1;
    const values = {
      before: parseMoney(before.cost.total ?? "0"),
      after: parseMoney(after.cost.total ?? "0"),
      unpricedBefore: before.cost.total === null ? 1 : 0,
      unpricedAfter: after.cost.total === null ? 1 : 0,
    };
    addTo(this, values);
    if (samePrice(before, after)) return;
    this.changed += 1;
    const group = this.#group(after.provider, after.pricedModel ?? before.pricedModel ?? model);
    group.calls += 1;
    addTo(group, values);
  }

  /** Calls of closed periods keep what they have; what they should have is booked. */
  addClosed(closed: readonly { row: LedgerRow }[], adjustments: readonly Adjustment[]): void {
    for (const { row } of closed) {
      const price = priceOf(row.call);
      this.add(price, price, null);
    }
    this.adjusted += adjustments.length;
    this.adjustment += adjustmentSum(adjustments);
  }

  /** The changes that move most money, at most 20, largest first. */
  top(): RepricingDelta[] {
    const size = (group: Sums): Money =>
      group.after > group.before ? group.after - group.before : group.before - group.after;
    return [...this.#groups.values()]
      .toSorted((a, b) => (size(a) === size(b) ? b.calls - a.calls : size(a) < size(b) ? 1 : -1))
      .slice(0, TOP)
      .map((group) => ({
        ...group,
        before: formatMoney(group.before),
        after: formatMoney(group.after),
        delta: formatMoney(group.after - group.before),
      }));
  }

  #group(provider: string, model: string | null): Sums {
    const full = this.#groups.size >= MAX_GROUPS;
    const name = full ? { provider: "other", model: null } : { provider, model };
    const key = `${name.provider} ${name.model ?? ""}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { ...name, calls: 0, before: 0n, after: 0n, unpricedBefore: 0, unpricedAfter: 0 };
      this.#groups.set(key, group);
    }
    return group;
  }
}

type Values = Pick<Sums, "before" | "after" | "unpricedBefore" | "unpricedAfter">;

function addTo(sums: Values, values: Values): void {
  sums.before += values.before;
  sums.after += values.after;
  sums.unpricedBefore += values.unpricedBefore;
  sums.unpricedAfter += values.unpricedAfter;
}
