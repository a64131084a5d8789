import type { Clock } from "../domain/clock.js";

/** Reasons gather this long, in milliseconds, so that a broken sender cannot fill the log. */
const INTERVAL_MS = 10_000;

/** Reports refused items by reason, at most one line in ten seconds; never what was in them. */
export class RejectionLog {
  readonly #counts = new Map<string, number>();
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly write: (line: string) => void,
  ) {}

  add(reasons: ReadonlyMap<string, number>): void {
    if (reasons.size === 0) return;
    for (const [reason, count] of reasons) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
    const now = this.clock.nowMs();
    if (now - this.#lastMs < INTERVAL_MS) return;
    this.#lastMs = now;
    this.write(`rejected: ${[...this.#counts].map(([reason, count]) => `${reason}=${count}`).join(" ")}`);
    this.#counts.clear();
  }
}
