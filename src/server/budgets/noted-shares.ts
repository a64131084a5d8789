import type { NotedChange } from "./noted-change.js";
import type { NotedShare, WatchedBudget } from "./watched-budget.js";

/** What changes that are about to be stored add to the budgets that watch them: sums, not the calls, of which thousands may wait. */
export class NotedShares {
  /** By project, the earliest start of a change in milliseconds since the Unix epoch. */
  readonly earliest = new Map<string, number>();
  /** The budgets that were watched at the time, each with its share: null when none, `unknown` when it could not be told. */
  readonly #shares = new Map<WatchedBudget, NotedShare | "unknown" | null>();

  constructor(private readonly nowMs: number) {}

  /** Adds a change to the shares of its project's budgets. Calls `onFault` where that fails; never throws. */
  add(change: NotedChange, budgets: readonly WatchedBudget[], onFault: (error: unknown) => void): void {
    const { project, startMs } = change;
    this.earliest.set(project, Math.min(startMs, this.earliest.get(project) ?? startMs));
    for (const budget of budgets) {
      const share = this.#shares.get(budget) ?? null;
      if (share === "unknown") continue;
      try {
        this.#shares.set(budget, budget.addTo(share, change, this.nowMs));
      } catch (error) {
        onFault(error);
        this.#shares.set(budget, "unknown");
      }
    }
  }

  /** Notes a budget's share; false when the changes do not concern it. */
  noteIn(budget: WatchedBudget, nowMs: number): boolean {
    const share = this.#shares.get(budget);
    if (share === null) return false;
    // Of a budget that was made or changed since, or whose share is not known, only the ledger can tell.
    if (share === undefined || share === "unknown") budget.distrust();
    else budget.noteShare(share, nowMs);
    return true;
  }
}
