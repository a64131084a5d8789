/** Keys per generation (24 MB); with 24 bits each and 8 probes about 0.01 percent of absent ids look present when it is full. */
const GENERATION_KEYS = 8_000_000;
const BITS_PER_KEY = 24;
const PROBES = 8;
/** Words of one block: a line of the processor's cache, so that an id costs one access to memory and not seven. */
const BLOCK_WORDS = 16;
const BLOCK_BITS = 512;

/** A set that may say "present" wrongly but never "absent": fixed size, whatever is put in. All bits of a key lie in one block. */
class BloomFilter {
  readonly #bits: Uint32Array;
  readonly #blocks: number;
  count = 0;

  constructor(keys: number) {
    this.#blocks = Math.ceil((keys * BITS_PER_KEY) / BLOCK_BITS);
    this.#bits = new Uint32Array(this.#blocks * BLOCK_WORDS);
  }

  add(first: number, second: number): void {
    const bits = this.#bits;
    const block = (first % this.#blocks) * BLOCK_WORDS;
    let probe = second;
    for (let turn = 0; turn < PROBES; turn++) {
      const word = block + ((probe >>> 5) & (BLOCK_WORDS - 1));
      bits[word] = (bits[word] ?? 0) | (1 << (probe & 31));
      probe = nextProbe(probe);
    }
    this.count += 1;
  }

  has(first: number, second: number): boolean {
    const bits = this.#bits;
    const block = (first % this.#blocks) * BLOCK_WORDS;
    let probe = second;
    for (let turn = 0; turn < PROBES; turn++) {
      const word = block + ((probe >>> 5) & (BLOCK_WORDS - 1));
      if (((bits[word] ?? 0) & (1 << (probe & 31))) === 0) return false;
      probe = nextProbe(probe);
    }
    return true;
  }
}

/** The low nine bits name a bit of the block; the others come down in turn, mixed. */
function nextProbe(probe: number): number {
  return (Math.imul(probe, 0x9e3779b1) >>> 9) ^ (probe << 23);
}

/** Hashes of the id last asked for. */
let first = 0;
let second = 0;

/**
 * Leaves two independent 32-bit hashes in `first` and `second` (FNV-1a with two bases).
 * Not returned: a pair for each id is garbage that adds up.
 */
function hash(project: string, id: string): void {
  first = 0x811c9dc5;
  second = 0x01000193;
  mix(project);
  mix(" ");
  mix(id);
  first = spread(first);
  second = spread(second);
}

/** Every bit of the result depends on every bit of the hash (the end of MurmurHash3). */
function spread(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
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
