import type { AttributeFilter } from "./limits.js";

/** One attribute name met before, with the text value it last had. */
export interface KeyEntry {
  readonly key: string;
  readonly keep: boolean;
  readonly bytes: Uint8Array;
  readonly hash: number;
  readonly chained: KeyEntry | undefined;
  readonly generation: number;
  /** The name that followed this one last time: spans of one instrumentation repeat their order. */
  next: KeyEntry | undefined;
  lastText: string;
  lastLength: number;
  readonly lastBytes: Uint8Array;
}

const BUCKETS = 1024;
const MAX_ENTRIES = 4096;
const MAX_KEY_BYTES = 128;
/** Longer values seldom repeat, and comparing them would cost more than it saves. */
const MAX_CACHED_VALUE_BYTES = 48;

/**
 * Attribute names by their bytes, so that a name already met costs a comparison and no string. Bounded: when full it
 * starts afresh, which a sender of endless new names pays for with slower decoding only.
 */
export class KeyDictionary {
  #buckets: (KeyEntry | undefined)[] = Array.from({ length: BUCKETS });
  #size = 0;
  #generation = 0;

  constructor(private readonly keepAttribute: AttributeFilter) {}

  /** The entry of the name in `bytes[start, end)`, tried first against `guess`. A name too long to store is null. */
  lookup(bytes: Buffer, start: number, end: number, guess: KeyEntry | undefined): KeyEntry | null {
    if (
      guess?.generation === this.#generation &&
      sameBytes(guess.bytes, guess.bytes.length, bytes, start, end)
    ) {
      return guess;
    }
    if (end - start > MAX_KEY_BYTES) return null;
    const hash = hashOf(bytes, start, end);
    const slot = hash & (BUCKETS - 1);
    for (let entry = this.#buckets[slot]; entry !== undefined; entry = entry.chained) {
      if (entry.hash === hash && sameBytes(entry.bytes, entry.bytes.length, bytes, start, end)) return entry;
    }
    return this.#add(bytes, start, end, hash, slot);
  }

  keeps(key: string): boolean {
    return this.keepAttribute(key);
  }

  #add(bytes: Buffer, start: number, end: number, hash: number, slot: number): KeyEntry {
    if (this.#size >= MAX_ENTRIES) {
      this.#buckets = Array.from({ length: BUCKETS });
      this.#size = 0;
      this.#generation += 1;
    }
    const key = bytes.toString("utf8", start, end);
    const entry: KeyEntry = {
      key,
      keep: this.keepAttribute(key),
      bytes: new Uint8Array(bytes.subarray(start, end)),
      hash,
      chained: this.#buckets[slot],
      generation: this.#generation,
      next: undefined,
      lastText: "",
      lastLength: 0,
      lastBytes: new Uint8Array(MAX_CACHED_VALUE_BYTES),
    };
    this.#buckets[slot] = entry;
    this.#size += 1;
    return entry;
  }
}

/** The text in `bytes[start, end)`; the string of the last such value of this name is used again when the bytes agree. */
export function cachedText(entry: KeyEntry, bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return "";
  if (length > MAX_CACHED_VALUE_BYTES) return bytes.toString("utf8", start, end);
  if (sameBytes(entry.lastBytes, entry.lastLength, bytes, start, end)) return entry.lastText;
  const text = bytes.toString("utf8", start, end);
  for (let i = 0; i < length; i += 1) entry.lastBytes[i] = bytes[start + i] ?? 0;
  entry.lastLength = length;
  entry.lastText = text;
  return text;
}

function sameBytes(known: Uint8Array, length: number, bytes: Buffer, start: number, end: number): boolean {
  if (length !== end - start) return false;
  for (let i = 0; i < length; i += 1) if (known[i] !== bytes[start + i]) return false;
  return true;
}

/** FNV-1a over the bytes, folded so that the low bits depend on all of them. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i += 1) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) | 0;
}
