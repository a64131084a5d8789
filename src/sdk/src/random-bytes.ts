import { randomFillSync } from "node:crypto";

/** One call into the system's generator gives many ids. */
const pool = Buffer.alloc(4096);
let used = pool.byteLength;

/** Writes `length` (at most 4096) random bytes into `target` from `at` on. */
export function fillRandom(target: Uint8Array, at: number, length: number): void {
  if (used + length > pool.byteLength) {
    randomFillSync(pool);
    used = 0;
  }
  for (let index = 0; index < length; index += 1) target[at + index] = pool[used + index] ?? 0;
  used += length;
}
