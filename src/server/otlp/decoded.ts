/** What one export request held: the good items, and how many were refused for which reasons. */
export interface Decoded<T> {
  readonly items: T[];
  readonly rejected: number;
  /** Distinct reasons, without content. */
  readonly reasons: string[];
}

/** Collects the items of one request; grows while decoding. */
export class DecodedBuilder<T> implements Decoded<T> {
  readonly items: T[] = [];
  rejected = 0;
  readonly #reasons = new Set<string>();

  /** Counts `count` refused items under one reason. */
  reject(reason: string, count = 1): void {
    this.rejected += count;
    this.#reasons.add(reason);
  }

  get reasons(): string[] {
    return [...this.#reasons];
  }
}
