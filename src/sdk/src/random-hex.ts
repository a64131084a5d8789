import { randomFillSync } from "node:crypto";

/** One call into the system's generator gives many ids. */
const pool = Buffer.alloc(4096);
let at = pool.byteLength;

/** `bytes` (at most 4096) random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  if (at + bytes > pool.byteLength) {
    randomFillSync(pool);
    at = 0;
  }
  at += bytes;
  return pool.toString("hex", at - bytes, at);
}
