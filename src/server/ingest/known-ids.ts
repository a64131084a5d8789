/** Keys per generation (24 MB); with 12 bits each and 7 probes about 0.3 percent of absent ids look present. */
const GENERATION_KEYS = 16_000_000;
const BITS_PER_KEY = 12;
const PROBES = 7;

/** A set that may say "present" wrongly but never "absent": fixed size, whatever is put in. */
class BloomFilter {
  readonly #bits: Uint32Array;
  readonly #size: number;
  count = 0;

  constructor(keys: number) {
    this.#size = keys * BITS_PER_KEY;
    this.#bits = new Uint32Array(Math.ceil(this.#size / 32));
  }

  add(first: number, second: number): void {
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (first + probe * second) % this.#size;
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    this.count += 1;
  }

  has(first: number, second: number): boolean {
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (first + probe * second) % this.#size;
      if (((this.#bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** Hashes of the id last asked for. */
let first = 0;
let second = 0;

/**
 * Leaves two independent 32-bit hashes in `first` and `second` (FNV-1a with two bases, the second made odd so that its multiples differ).
 * Not returned: a pair for each id is garbage that adds up.
 */
function hash(project: string, id: string): void {
  first = 0x811c9dc5;
  second = 0x01000193;
  mix(project);
  mix(" ");
  mix(id);
  first >>>= 0;
  second = (second | 1) >>> 0;
}

function mix(text: string): void {
  let a = first;
  let b = second;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
  }
  first = a;
  second = b;
}

/** Records of one call may start this far apart without the question being asked: only what crosses a dropped generation is at stake. */
const MARGIN_NANO = 60_000_000_000n;

/**
 * Which trace and response ids the ledger may hold, so that the writing path asks the database only about those. Exact in one direction:
 * an id said to be absent is absent, as long as this process is the only writer and the record starts late enough (see `covers`).
 */
export class KnownIds {
  #current = new BloomFilter(GENERATION_KEYS);
  #previous: BloomFilter | null = null;
  #currentSince: bigint;
  #completeSince: bigint;

  /**
   * @param completeSince every id stored at or after this time (nanoseconds since the epoch) is, or will be, in here
   * @param nowNano the present time
   */
  constructor(completeSince: bigint, nowNano: bigint) {
    this.#completeSince = completeSince;
    this.#currentSince = nowNano;
  }

  /** Whether absence can be believed for records that start at `startNano`. */
  covers(startNano: bigint): boolean {
    return startNano - MARGIN_NANO >= this.#completeSince;
  }

  add(project: string, id: string, nowNano: bigint): void {
    hash(project, id);
    if (this.#current.count >= GENERATION_KEYS) this.#rotate(nowNano);
    this.#current.add(first, second);
  }

  mayHold(project: string, id: string): boolean {
    hash(project, id);
    return this.#current.has(first, second) || (this.#previous?.has(first, second) ?? false);
  }

  /** The generation before the last is forgotten: what was stored since the last one began is still complete. */
  #rotate(nowNano: bigint): void {
    if (this.#previous !== null) this.#completeSince = this.#currentSince;
    this.#previous = this.#current;
    this.#current = new BloomFilter(GENERATION_KEYS);
    this.#currentSince = nowNano;
  }
}
