/** Why an item is refused: a stable code for the metrics, words for the sender. Never content. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What one export request held: the good items, and how many were refused for which reasons. */
export interface Decoded<T> {
  readonly items: readonly T[];
  readonly rejected: number;
  readonly refusals: ReadonlyMap<Refusal, number>;
}

/** Collects the items of one request; grows while decoding. */
export class DecodedBuilder<T> implements Decoded<T> {
  readonly items: T[] = [];
  readonly refusals = new Map<Refusal, number>();
  rejected = 0;

  reject(refusal: Refusal): void {
    this.rejected += 1;
    this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1);
  }
}

const TOO_MANY = new Map<string, Refusal>();

/** The refusal of what lies beyond the limit of items: always the same object for the same words. */
export function tooMany(what: string, limit: number): Refusal {
  const message = `more than ${limit} ${what} in one request`;
  const known = TOO_MANY.get(message);
  if (known !== undefined) return known;
  const refusal = { code: "too_many", message };
  TOO_MANY.set(message, refusal);
  return refusal;
}
