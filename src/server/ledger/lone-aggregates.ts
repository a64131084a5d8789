import type { Call } from "../domain/call.js";
import { deliveryKey, emitterKey, endOf, modelFamilies } from "./identity.js";
import { hasUsage, type LedgerRecord } from "./record.js";
import type { TraceTree } from "./trace-tree.js";

/** Clocks of one process and its exporters agree within this time. */
const TOLERANCE_NANO = 50_000_000n;

/** Of longer ones not everything that overlaps them is read: they are never taken for calls. */
const LONGEST_MS = 3_600_000;

/** Numbers of the provider for a known model: what else an aggregate says is no evidence of calls. */
function tellsOfCalls({ call, declared }: LedgerRecord): boolean {
  if (declared !== "aggregate" || call.usageSource !== "provider" || !call.billable) return false;
  if (call.durationMs > LONGEST_MS) return false;
  return hasUsage(call) && (call.requestModel ?? call.responseModel) !== null;
}

function overlap(a: Call, b: Call): boolean {
  return a.startTimeUnixNano <= endOf(b) + TOLERANCE_NANO && b.startTimeUnixNano <= endOf(a) + TOLERANCE_NANO;
}

function isWithin(inner: Call, outer: Call): boolean {
  return (
    inner.startTimeUnixNano >= outer.startTimeUnixNano - TOLERANCE_NANO &&
    endOf(inner) <= endOf(outer) + TOLERANCE_NANO
  );
}

/** Whether a call of another trace may be one that the aggregate repeats: of the same service and model, told by another instrumentation. */
function mayRepeat(aggregate: Call, call: Call): boolean {
  const [own, other] = [aggregate.attribution, call.attribution];
  if (own.service !== other.service || own.environment !== other.environment) return false;
  if (emitterKey(aggregate) === emitterKey(call) || !isWithin(call, aggregate)) return false;
  // As for look-alikes: records that both have an id are not looked for.
  if (aggregate.responseId !== null && call.responseId !== null)
    return aggregate.responseId === call.responseId;
  const families = modelFamilies(call);
  return families.size === 0 || [...modelFamilies(aggregate)].some((family) => families.has(family));
}

/** Keys of all spans above one of the records. */
function keysAbove(records: readonly LedgerRecord[], tree: TraceTree): Set<string> {
  return new Set(records.flatMap(({ call }) => tree.ancestorsOf(call)));
}

function byTrace(calls: readonly Call[]): Map<string, Call[]> {
  const traces = new Map<string, Call[]>();
  for (const call of calls) {
    const known = traces.get(call.traceId);
    if (known === undefined) traces.set(call.traceId, [call]);
    else known.push(call);
  }
  return traces;
}

/** Position of the first call that starts at `start` (nanoseconds) or later, among calls sorted by start. */
function firstFrom(sorted: readonly Call[], start: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const call = sorted[middle];
    if (call !== undefined && call.startTimeUnixNano < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a call elsewhere may be one that the aggregate repeats; only calls that start while it runs are looked at. */
function isToldElsewhere(aggregate: Call, sorted: readonly Call[]): boolean {
  const until = endOf(aggregate) + TOLERANCE_NANO;
  let index = firstFrom(sorted, aggregate.startTimeUnixNano - TOLERANCE_NANO);
  for (; index < sorted.length; index++) {
    const call = sorted[index];
    if (call === undefined || call.startTimeUnixNano > until) return false;
    if (call.traceId !== aggregate.traceId && mayRepeat(aggregate, call)) return true;
  }
  return false;
}

/** What is known of aggregates that carry usage. */
export interface AggregateStandings {
  /** Nobody else tells of the calls they sum up. */
  lone: Set<LedgerRecord>;
  /** Another instrumentation of the service tells of calls at their time, in another trace. */
  told: Set<LedgerRecord>;
}

/**
 * Which aggregates are the only report of the calls they sum up: with the provider's numbers and a model, and with no call below them, at
 * their time in their trace, or at their time from another instrumentation of their service. Of aggregates in one another the innermost.
 * Traces that were not read as a whole have none: a call may lie where nobody looked. What once was told elsewhere stays so (`wasTold`):
 * the record that tells of it is not read again with every other of its trace. Pure, never throws.
 */
export function standingsOf<R extends LedgerRecord>(
  records: readonly R[],
  tree: TraceTree,
  partial: ReadonlySet<string>,
  wasTold: (record: R) => boolean,
): AggregateStandings {
  const candidates = records.filter(tellsOfCalls);
  if (candidates.length === 0) return { lone: new Set(), told: new Set() };
  const called = records.filter(({ declared }) => declared === "call");
  const calls = called.map(({ call }) => call);
  const traces = byTrace(calls);
  const above = keysAbove([...called, ...candidates], tree);
  calls.sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1));
  const told = new Set<LedgerRecord>(
    candidates.filter((record) => wasTold(record) || isToldElsewhere(record.call, calls)),
  );
  const isAlone = ({ call }: LedgerRecord) =>
    !partial.has(call.traceId) &&
    !above.has(deliveryKey(call)) &&
    !traces.get(call.traceId)?.some((other) => overlap(other, call));
  return { lone: new Set(candidates.filter((record) => !told.has(record) && isAlone(record))), told };
}
