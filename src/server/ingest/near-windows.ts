import { endOf } from "../ledger/identity.js";
import type { LedgerRecord } from "../ledger/record.js";

/** Clock reading differences between two instrumentations of one process. */
const NEAR_NANO = 10_000_000_000n;
/** Separate windows asked for per group; more are joined into one. */
const MAX_WINDOWS = 24;

/** Nanoseconds since the epoch, both inclusive. */
export interface Interval {
  from: bigint;
  to: bigint;
}

/** The times of the records, widened a little, with overlapping and close ones joined. */
export function windowsOf(records: readonly LedgerRecord[]): Interval[] {
  const intervals = records
    .map(({ call }) => ({ from: call.startTimeUnixNano - NEAR_NANO, to: endOf(call) + NEAR_NANO }))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const windows: Interval[] = [];
  for (const interval of intervals) {
    const last = windows.at(-1);
    if (last !== undefined && interval.from <= last.to) {
      if (interval.to > last.to) last.to = interval.to;
    } else windows.push({ ...interval });
  }
  if (windows.length <= MAX_WINDOWS) return windows;
  const first = windows[0];
  const to = windows.reduce((latest, window) => (window.to > latest ? window.to : latest), 0n);
  return first === undefined ? [] : [{ from: first.from, to }];
}
