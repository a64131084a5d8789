/** The part of a live call that the sweep needs. */
export interface OpenCall<C> {
  /** The calls that began before and after it and are open as well: they make up the list. */
  older: C | null;
  newer: C | null;
  readonly waiting: boolean;
  readonly lastMoved: number;
  readonly deadline: number | null;
  readonly stopped: boolean;
  readonly signal: { readonly aborted: boolean } | null | undefined;
  readonly attempts: readonly { readonly errorType: string | null }[];
  finish(outcome: "error" | "abandoned" | "cancelled", errorType?: string | null): void;
  /** Begins to look out for the collection of what the call's answer is read through. */
  watch(): void;
}

const SWEEP_MS = 1000;
/** A body that nobody reads on for so many sweeps (ten minutes) counts as abandoned. */
const IDLE_SWEEPS = 600;

/** Counts the sweeps: a clock that costs nothing to read per chunk. */
export const sweeps = { count: 0 };

/** Every call that has begun and not ended. Holds records, never responses, so that dropped responses can still be collected. */
export class OpenCalls<C extends OpenCall<C>> {
  private oldest: C | null = null;
  private newest: C | null = null;
  private timer: NodeJS.Timeout | null = null;

  add(call: C): void {
    call.older = this.newest;
    if (this.newest === null) this.oldest = call;
    else this.newest.newer = call;
    this.newest = call;
    if (this.timer !== null) return;
    this.timer = setInterval(() => this.sweep(performance.now()), SWEEP_MS);
    // The wrapper never keeps a process alive.
    this.timer.unref();
  }

  /** Takes out a call that was added, once. */
  delete(call: C): void {
    const { older, newer } = call;
    if (older === null) this.oldest = newer;
    else older.newer = newer;
    if (newer === null) this.newest = older;
    else newer.older = older;
    call.older = null;
    call.newer = null;
  }

  /** Those that are open now, the oldest first; calls may end meanwhile. */
  private all(): C[] {
    const calls: C[] = [];
    for (let call = this.oldest; call !== null; call = call.newer) calls.push(call);
    return calls;
  }

  /** Ends calls whose last attempt was not retried in time, and those that nobody reads any more. */
  sweep(nowMs: number): void {
    sweeps.count += 1;
    if (this.oldest === null && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
    for (const call of this.all()) {
      if (call.signal?.aborted === true) call.finish("cancelled");
      else if (call.deadline !== null && nowMs >= call.deadline) endFailed(call);
      else if (!call.waiting && sweeps.count - call.lastMoved >= IDLE_SWEEPS) call.finish("abandoned");
      else call.watch();
    }
  }

  /** Ends every call that was aborted, or whose last attempt failed and that only waits whether a retry comes. */
  settle(): void {
    for (const call of this.all()) {
      if (call.signal?.aborted === true) call.finish("cancelled");
      else if (call.deadline !== null) endFailed(call);
    }
  }

  /** Ends everything, at the end of the process. */
  abandonAll(): void {
    this.settle();
    for (const call of this.all()) call.finish("abandoned");
  }

  /** The oldest open call that `matches`, or null. */
  find(matches: (call: C) => boolean): C | null {
    for (let call = this.oldest; call !== null; call = call.newer) if (matches(call)) return call;
    return null;
  }
}

function endFailed<C>(call: OpenCall<C>): void {
  if (call.stopped) call.finish("cancelled");
  else call.finish("error", call.attempts.at(-1)?.errorType ?? null);
}
