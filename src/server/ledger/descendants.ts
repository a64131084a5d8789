import type { Clusters } from "./clusters.js";
import { deliveryKey, emitterKey } from "./identity.js";
import { hasUsage, isEvent, isRefused, type LedgerRecord, totalsOf } from "./record.js";
import { sameTotals } from "./same-call.js";
import type { TraceTree } from "./trace-tree.js";

/** For each record, the records below it in its trace. */
function descendantsByAncestor(
  records: readonly LedgerRecord[],
  tree: TraceTree,
): Map<string, LedgerRecord[]> {
  const known = new Set(records.map((record) => deliveryKey(record.call)));
  const below = new Map<string, LedgerRecord[]>();
  for (const record of records) {
    for (const ancestor of tree.ancestorsOf(record.call)) {
      if (!known.has(ancestor)) continue;
      const list = below.get(ancestor);
      if (list === undefined) below.set(ancestor, [record]);
      else list.push(record);
    }
  }
  return below;
}

/** One record for each call below. */
function distinctCalls(clusters: Clusters, records: readonly LedgerRecord[]): LedgerRecord[] {
  const seen = new Set<unknown>();
  return records.filter((record) => {
    const cluster = clusters.of(record);
    if (seen.has(cluster)) return false;
    seen.add(cluster);
    return true;
  });
}

/** Whether an ancestor and the only call below it are one call seen twice: a wrapper, a framework, an application and its gateway. */
function isTwin(ancestor: LedgerRecord, descendant: LedgerRecord): boolean {
  const a = ancestor.call;
  const d = descendant.call;
  if (a.responseId !== null && a.responseId === d.responseId) return true;
  if (emitterKey(a) === emitterKey(d)) return false;
  if (isRefused(a) || isRefused(d)) return isRefused(a) === isRefused(d);
  return !hasUsage(a) || !hasUsage(d) || sameTotals(a, d);
}

function sumEquals(ancestor: LedgerRecord, calls: readonly LedgerRecord[]): boolean {
  const own = totalsOf(ancestor.call);
  let input = 0;
  let output = 0;
  for (const record of calls) {
    const totals = totalsOf(record.call);
    input += totals.input ?? 0;
    output += totals.output ?? 0;
  }
  return own.input === input && own.output === output;
}

/**
 * A call of its own although calls lie below it: the same emitter wrote both as model calls, with different ids, and the numbers
 * are not the sum of those below. That happens where a span stays active while its user makes further calls.
 */
function standsAlone(ancestor: LedgerRecord, calls: readonly LedgerRecord[]): boolean {
  const id = ancestor.call.responseId;
  if (id === null || sumEquals(ancestor, calls)) return false;
  // The total of a batch job, from a process that did not read the lines.
  if (ancestor.call.batch && calls.every((record) => record.call.batch)) return false;
  return calls.every(
    (record) =>
      emitterKey(record.call) === emitterKey(ancestor.call) &&
      record.call.responseId !== null &&
      record.call.responseId !== id,
  );
}

/**
 * Joins every record with the one call below it that it repeats, and returns the records that repeat several: aggregates, which are
 * no calls. They are taken out of `clusters`. Deepest first, so that a chain of wrappers folds from the inside.
 */
export function foldAncestors(
  clusters: Clusters,
  records: readonly LedgerRecord[],
  tree: TraceTree,
): Set<LedgerRecord> {
  if (tree.isEmpty) return new Set();
  const below = descendantsByAncestor(records, tree);
  const aggregates = new Set<LedgerRecord>();
  const depth = (record: LedgerRecord) => tree.ancestorsOf(record.call).length;
  const ancestors = records
    .filter((record) => below.has(deliveryKey(record.call)))
    .map((record) => ({ record, depth: depth(record) }))
    .sort((a, b) => b.depth - a.depth || (deliveryKey(a.record.call) < deliveryKey(b.record.call) ? -1 : 1));
  for (const { record } of ancestors) {
    if (aggregates.has(record)) continue;
    const calls = (below.get(deliveryKey(record.call)) ?? []).filter((item) => !aggregates.has(item));
    if (!foldOne(clusters, record, calls)) continue;
    // Its events, if it has any, say what it says.
    for (const member of clusters.of(record).members) {
      aggregates.add(member);
      clusters.remove(member);
    }
  }
  return aggregates;
}

/** True when the record is an aggregate. */
function foldOne(clusters: Clusters, record: LedgerRecord, below: readonly LedgerRecord[]): boolean {
  const own = clusters.of(record);
  if (below.some((item) => !isEvent(item.call) && clusters.of(item) === own)) return false;
  const calls = distinctCalls(
    clusters,
    below.filter((item) => clusters.of(item) !== own),
  );
  const answered = calls.filter((item) => !isRefused(item.call));
  // A refused ancestor repeats the last refusal below it; an answered one repeats what was answered.
  const relevant = isRefused(record.call) ? calls : answered;
  if (relevant.length === 0) return false;
  const twins = relevant.filter((item) => isTwin(record, item));
  const twin = isRefused(record.call) ? lastOf(twins) : relevant.length === 1 ? twins[0] : undefined;
  if (twin !== undefined) return !clusters.join(record, twin, "descendant_twin", true);
  const alone = own.members.every((member) => member === record || isEvent(member.call));
  return alone && !standsAlone(record, answered);
}

function lastOf(records: readonly LedgerRecord[]): LedgerRecord | undefined {
  let last: LedgerRecord | undefined;
  for (const record of records) {
    if (last === undefined || record.call.startTimeUnixNano > last.call.startTimeUnixNano) last = record;
  }
  return last;
}
