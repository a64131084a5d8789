import type { Call } from "../domain/call.js";
import type { Clusters, MergeReason } from "./clusters.js";
import { deliveryKey, emitterKey, endOf, modelFamilies } from "./identity.js";
import { hasUsage, isRefused, type LedgerRecord } from "./record.js";

/** Two instrumentations in one process see the same call within this time of each other. */
const TOLERANCE_NANO = 50_000_000n;
/** Records that share an id of their own may lie this far apart: clocks of an application and its gateway differ. */
const ID_GAP_NANO = 600_000_000_000n;
/** The same, where the id is seen more than once from one emitter: then only time tells the calls apart. */
const REPEATED_ID_GAP_NANO = 2_000_000_000n;

/** Bounds the work of one group: how many neighbours of a record, by start, are compared. */
const MAX_NEIGHBOURS = 256;

interface Pair {
  a: LedgerRecord;
  b: LedgerRecord;
  distance: bigint;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** How far two intervals lie from being equal. */
function distance(a: Call, b: Call): bigint {
  return absolute(a.startTimeUnixNano - b.startTimeUnixNano) + absolute(endOf(a) - endOf(b));
}

/** Time between the end of one and the start of the other; 0 when they overlap. */
function gap(a: Call, b: Call): bigint {
  const later = a.startTimeUnixNano > b.startTimeUnixNano ? a.startTimeUnixNano : b.startTimeUnixNano;
  const earlierEnd = endOf(a) < endOf(b) ? endOf(a) : endOf(b);
  return later > earlierEnd ? later - earlierEnd : 0n;
}

function contains(outer: Call, inner: Call): boolean {
  return (
    inner.startTimeUnixNano >= outer.startTimeUnixNano - TOLERANCE_NANO &&
    endOf(inner) <= endOf(outer) + TOLERANCE_NANO
  );
}

function comparePairs(x: Pair, y: Pair): number {
  if (x.distance !== y.distance) return x.distance < y.distance ? -1 : 1;
  const left = pairKey(x);
  const right = pairKey(y);
  return left < right ? -1 : left > right ? 1 : 0;
}

function pairKey(pair: Pair): string {
  return [deliveryKey(pair.a.call), deliveryKey(pair.b.call)].sort().join();
}

function joinNearestFirst(clusters: Clusters, pairs: Pair[], reason: MergeReason): void {
  for (const pair of pairs.sort(comparePairs)) clusters.join(pair.a, pair.b, reason);
}

/** Whether two instrumentations are at work at all; with one, every record is a call of its own. */
export function severalEmitters(records: readonly LedgerRecord[]): boolean {
  const first = records[0];
  if (first === undefined) return false;
  const { dialect, scope } = first.call.source;
  return records.some(({ call: { source } }) => source.scope !== scope || source.dialect !== dialect);
}

function groupBy(records: readonly LedgerRecord[], keyOf: (call: Call) => string | null): LedgerRecord[][] {
  const groups = new Map<string, LedgerRecord[]>();
  for (const record of records) {
    const key = keyOf(record.call);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * Joins records of different emitters that share an id the provider gave. An id seen twice from one emitter is an id that the server
 * repeats: its calls stay apart, and only records of the same time are joined.
 */
export function joinById(
  clusters: Clusters,
  records: readonly LedgerRecord[],
  field: "responseId" | "requestId",
): void {
  if (!severalEmitters(records)) return;
  for (const group of groupBy(records, (call) => call[field])) {
    const emitters = new Set(group.map((record) => emitterKey(record.call)));
    if (emitters.size < 2) continue;
    const limit = emitters.size === group.length ? ID_GAP_NANO : REPEATED_ID_GAP_NANO;
    joinNearestFirst(
      clusters,
      pairsWithin(group, limit),
      field === "responseId" ? "response_id" : "request_id",
    );
  }
}

/** Pairs of different emitters at most `limit` apart. Sorted by start, so that far records are never compared. */
function pairsWithin(group: LedgerRecord[], limit: bigint): Pair[] {
  const sorted = sortByStart(group);
  const pairs: Pair[] = [];
  for (const [index, a] of sorted.entries()) {
    for (const b of sorted.slice(index + 1, index + 1 + MAX_NEIGHBOURS)) {
      if (b.call.startTimeUnixNano > endOf(a.call) + limit) break;
      if (emitterKey(a.call) === emitterKey(b.call) || gap(a.call, b.call) > limit) continue;
      pairs.push({ a, b, distance: distance(a.call, b.call) });
    }
  }
  return pairs;
}

function sortByStart(records: readonly LedgerRecord[]): LedgerRecord[] {
  return [...records].sort((a, b) => {
    const difference = a.call.startTimeUnixNano - b.call.startTimeUnixNano;
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    return deliveryKey(a.call) < deliveryKey(b.call) ? -1 : 1;
  });
}

/** Whether two numbers agree: null where one of them is not known. */
function agree(a: number | null, b: number | null): boolean | null {
  return a === null || b === null ? null : a === b;
}

/**
 * Equal in what both know. A side that lost its cache tokens has no input total, and one that lost its thoughts no output total: then the
 * uncached part, or the text, must agree. Output is the least that must be known of both.
 */
export function sameTotals({ usage: a }: Call, { usage: b }: Call): boolean {
  const output = agree(a.outputTotal, b.outputTotal) ?? agree(a.output, b.output);
  const input = agree(a.inputTotal, b.inputTotal);
  if (output === false || input === false) return false;
  return input ?? (output === true && agree(a.inputUncached, b.inputUncached) !== false);
}

function usageAgrees(a: Call, b: Call): boolean {
  if (isRefused(a) || isRefused(b)) return isRefused(a) && isRefused(b);
  if (hasUsage(a) && hasUsage(b)) return sameTotals(a, b);
  // One of the two lost its usage (a stream): they must agree in all else that both know.
  return (
    a.finishReasons.length === 0 ||
    b.finishReasons.length === 0 ||
    a.finishReasons.join() === b.finishReasons.join()
  );
}

function modelAgrees(a: Call, b: Call): boolean {
  const right = modelFamilies(b);
  return [...modelFamilies(a)].some((family) => right.has(family));
}

/** Whether more than the kind of client speaks for a vendor: clients of one serve many others. */
function isProven({ provider, host }: Call): boolean {
  return provider !== "unknown" && host !== null;
}

/** Whether two records of different emitters, with no id in common, report one call: the guarded fallback. */
function looksAlike(a: Call, b: Call): boolean {
  if (a.responseId !== null && b.responseId !== null) return false;
  if (a.provider !== b.provider && isProven(a) && isProven(b)) return false;
  if ((a.operation === "embeddings") !== (b.operation === "embeddings")) return false;
  if (!contains(a, b) && !contains(b, a)) return false;
  return modelAgrees(a, b) && usageAgrees(a, b);
}

/** Service and environment as one key; neighbours mostly have the same, whose key is then made once. */
function serviceKeys(): (call: Call) => string {
  let last: Call["attribution"] | null = null;
  let key = "";
  return ({ attribution }) => {
    const { service, environment } = attribution;
    if (last === null || last.service !== service || last.environment !== environment) {
      key = JSON.stringify([service, environment]);
      last = attribution;
    }
    return key;
  };
}

/** Joins records of different emitters of one service that look alike, nearest in time first. */
export function joinByLikeness(clusters: Clusters, records: readonly LedgerRecord[]): void {
  if (!severalEmitters(records)) return;
  for (const group of groupBy(records, serviceKeys())) {
    if (new Set(group.map((record) => emitterKey(record.call))).size < 2) continue;
    joinNearestFirst(clusters, alikePairs(clusters, group), "fingerprint");
  }
}

function alikePairs(clusters: Clusters, group: LedgerRecord[]): Pair[] {
  const sorted = sortByStart(group);
  const pairs: Pair[] = [];
  for (const [index, a] of sorted.entries()) {
    const end = endOf(a.call) + TOLERANCE_NANO;
    for (const b of sorted.slice(index + 1, index + 1 + MAX_NEIGHBOURS)) {
      if (b.call.startTimeUnixNano > end) break;
      if (emitterKey(a.call) === emitterKey(b.call) || clusters.of(a) === clusters.of(b)) continue;
      if (looksAlike(a.call, b.call)) pairs.push({ a, b, distance: distance(a.call, b.call) });
    }
  }
  return pairs;
}
