/** Results can be read again and again; beyond so many of them the oldest are forgotten. */
const MAX_SEEN = 20_000;
const seen = new Set<string>();

/** True for the first time that `key` is named in this process, false from then on. */
export function once(key: string): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  if (seen.size > MAX_SEEN) {
    const [oldest] = seen;
    if (oldest !== undefined) seen.delete(oldest);
  }
  return true;
}
