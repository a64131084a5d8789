import type { Clock } from "../domain/clock.js";

const COUNTER_BITS = 20n;

/** Row versions that only grow, also across restarts: milliseconds since the epoch in the high bits, a counter in the low 20. */
export class Versions {
  #last = 0n;

  constructor(private readonly clock: Clock) {}

  /** The next version; greater than every one given before and than `above`. */
  next(above: bigint): bigint {
    const floor = above > this.#last ? above : this.#last;
    const now = BigInt(this.clock.nowMs()) << COUNTER_BITS;
    this.#last = now > floor ? now : floor + 1n;
    return this.#last;
  }
}
