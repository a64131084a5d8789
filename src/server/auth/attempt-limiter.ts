const WINDOW_MS = 60_000;
const MAX_SENDERS = 10_000;

interface Failures {
  count: number;
  windowEndsMs: number;
}

/** Slows down password guessing: so many failures of one sender in a minute, then none are looked at until it ends. */
export class AttemptLimiter {
  readonly #failures = new Map<string, Failures>();

  constructor(private readonly maxFailures: number = 10) {}

  /** Seconds until this sender may try again; 0 when it may now. Never throws. */
  waitSeconds(sender: string, nowMs: number): number {
    const failures = this.#failures.get(sender);
    if (failures === undefined || failures.windowEndsMs <= nowMs || failures.count < this.maxFailures)
      return 0;
    return Math.ceil((failures.windowEndsMs - nowMs) / 1000);
  }

  noteFailure(sender: string, nowMs: number): void {
    const failures = this.#failures.get(sender);
    if (failures !== undefined && failures.windowEndsMs > nowMs) {
      failures.count += 1;
      return;
    }
    this.#failures.delete(sender);
    this.#failures.set(sender, { count: 1, windowEndsMs: nowMs + WINDOW_MS });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > MAX_SENDERS && oldest.done === false) this.#failures.delete(oldest.value);
  }

  noteSuccess(sender: string): void {
    this.#failures.delete(sender);
  }
}
