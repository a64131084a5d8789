/** Numbers that look random and are the same for the same seed, on every machine. */
export class SeededRandom {
  private a: number;

  constructor(seed: number) {
    this.a = seed >>> 0;
  }

  /** In [0, 1). The generator is mulberry32: 32 bits of state, good enough for traffic. */
  next(): number {
    this.a = (this.a + 0x6d2b79f5) >>> 0;
    let t = this.a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An integer in [min, max]. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** One of the items. @throws RangeError when there is none */
  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** An item chosen with its weight. @throws RangeError when no weight is positive */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T {
    let rest = this.next() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      rest -= weight;
      if (rest < 0) return item;
    }
    throw new RangeError("nothing to choose from");
  }

  /** A positive integer around `median`, long-tailed; `spread` 0.3 is narrow, 1 is wide. At most 20 times the median. */
  around(median: number, spread: number): number {
    const u = Math.max(this.next(), 1e-9);
    const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.next());
    return Math.max(1, Math.min(Math.round(median * Math.exp(spread * normal)), median * 20));
  }

  /** How many events happen when `mean` are expected (Poisson; exact up to 30, rounded normal above). */
  count(mean: number): number {
    if (mean > 30)
      return Math.max(
        0,
        Math.round(mean + Math.sqrt(mean) * (this.next() + this.next() + this.next() - 1.5) * 2),
      );
    const limit = Math.exp(-mean);
    let product = this.next();
    let events = 0;
    while (product > limit) {
      events += 1;
      product *= this.next();
    }
    return events;
  }
}
