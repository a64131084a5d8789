import type { Call, PricedCall } from "../domain/call.js";
import type { LedgerRole, LedgerRow, SpanLink } from "../domain/ledger-row.js";
import { type Cluster, Clusters } from "./clusters.js";
import { foldAncestors } from "./descendants.js";
import { deliveryKey, ledgerId } from "./identity.js";
import { standingsOf } from "./lone-aggregates.js";
import { joinMetricParts } from "./metric-parts.js";
import { mergeRecords } from "./merge-records.js";
import { chooseDelivery, fingerprint, fingerprintBesideProvider, type LedgerRecord } from "./record.js";
import { joinEvents } from "./events.js";
import { joinById, joinByLikeness } from "./same-call.js";
import { repeatedMetrics } from "./signals.js";
import { TraceTree } from "./trace-tree.js";

/** Reasons of a record that its own dialect knows to repeat others. */
const DECLARED_AGGREGATE = "aggregate_span";
/** ... of which nobody else tells. */
const LONE_AGGREGATE = "lone_aggregate";
/** ... of which another instrumentation tells in another trace. */
const TOLD_ELSEWHERE = "told_elsewhere";
/** Reason of a record that was found to repeat the calls below it. */
const DESCENDANT_USAGE = "descendant_usage";

const DECLARED: ReadonlySet<string | null> = new Set([DECLARED_AGGREGATE, LONE_AGGREGATE, TOLD_ELSEWHERE]);

const NO_TRACES: ReadonlySet<string> = new Set();

/** What the ledger knows that could bear on the incoming records, and those records. */
export interface SettleInput {
  project: string;
  /** Stored rows of the same traces and ids. */
  rows: readonly LedgerRow[];
  /** Stored and incoming links. */
  links: readonly SpanLink[];
  incoming: readonly LedgerRecord[];
  /** Traces of which `rows` and `links` hold only what lies around the incoming records. */
  partialTraces?: ReadonlySet<string>;
}

/** A row that must be written, before pricing. */
export interface SettledRow {
  callId: string;
  role: LedgerRole;
  roleReason: string | null;
  otherSpanIds: string[];
  /** Values in force. A record that stands for no call is never billable. */
  call: Call;
  /** The record as it came, where `call` differs from it. */
  delivered: Call | null;
  /** The version in force so far. */
  previous: LedgerRow | null;
}

export interface Settlement {
  changed: SettledRow[];
  /** Incoming records that changed nothing. */
  duplicates: number;
}

interface Known extends LedgerRecord {
  stored: LedgerRow | null;
}

interface Decision {
  callId: string;
  role: LedgerRole;
  roleReason: string | null;
  otherSpanIds: string[];
  call: Call;
}

function recordOf(row: LedgerRow): Known {
  return {
    call: row.delivered ?? row.call,
    declared: DECLARED.has(row.roleReason) ? "aggregate" : "call",
    stored: row,
  };
}

/** Storage keeps one row per span and hour of start; a delivery that moves the start to another hour is not a version of it. */
function sameHour(a: Call, b: Call): boolean {
  const hour = 3_600_000_000_000n;
  return a.startTimeUnixNano / hour === b.startTimeUnixNano / hour;
}

function collect(input: SettleInput): Known[] {
  const known = new Map<string, Known>();
  for (const row of input.rows) known.set(deliveryKey(row.call), recordOf(row));
  for (const record of input.incoming) {
    const key = deliveryKey(record.call);
    const present = known.get(key);
    if (present === undefined) known.set(key, { call: record.call, declared: record.declared, stored: null });
    else if (sameHour(present.call, record.call)) {
      const joined = joinMetricParts(present.call, record.call);
      const kept = joined === null ? chooseDelivery(present, record) : { ...present, call: joined };
      known.set(key, { ...kept, stored: present.stored });
    }
  }
  // In order of their keys, so that no decision can depend on the order of arrival.
  return [...known.keys()].sort().map((key) => known.get(key) as Known);
}

function treeOf(records: readonly Known[], links: readonly SpanLink[]): TraceTree {
  const tree = new TraceTree();
  tree.addLinks(links);
  for (const { call } of records) {
    if (call.parentSpanId !== null) tree.add(call.traceId, call.spanId, call.parentSpanId);
  }
  return tree;
}

/**
 * The id of a call, kept from the first of its records that was stored. An id belongs to the record it was made from, so that calls
 * which part again do not share one.
 */
function callIdOf(members: readonly Known[], winner: Call): string {
  if (members.every(({ stored }) => stored === null)) return ledgerId(winner);
  const own = new Set(members.map((record) => ledgerId(record.call)));
  let first: LedgerRow | null = null;
  for (const { stored } of members) {
    if (stored === null || !own.has(stored.callId)) continue;
    if (first === null || isEarlier(stored, first)) first = stored;
  }
  return first?.callId ?? ledgerId(winner);
}

function isEarlier(a: LedgerRow, b: LedgerRow): boolean {
  return a.ingestedAtMs === b.ingestedAtMs ? a.callId < b.callId : a.ingestedAtMs < b.ingestedAtMs;
}

function notBillable(call: Call): Call {
  return call.billable ? { ...call, billable: false } : call;
}

function decideCluster(cluster: Cluster, tree: TraceTree, decisions: Map<LedgerRecord, Decision>): void {
  const members = cluster.members as Known[];
  const keys = new Set(members.map(({ call }) => deliveryKey(call)));
  const merged = mergeRecords(
    cluster,
    (call) => tree.ancestorsOf(call).filter((key) => keys.has(key)).length,
  );
  const callId = callIdOf(members, merged.winner);
  for (const record of members) {
    const { call } = record;
    const wins = call === merged.winner;
    decisions.set(record, {
      callId,
      role: wins ? "call" : "merged",
      roleReason: wins ? null : (cluster.reasons.get(record) ?? "response_id"),
      otherSpanIds: wins ? merged.otherSpanIds : [],
      call: wins ? merged.call : notBillable(call),
    });
  }
}

/** What `decideCluster` says of a record that is the only one of its call. */
function decideAlone(record: Known): Decision {
  const { call } = record;
  return {
    callId: record.stored === null ? ledgerId(call) : callIdOf([record], call),
    role: "call",
    roleReason: null,
    otherSpanIds: [],
    call,
  };
}

function decideAggregate(record: Known, reason: string): Decision {
  return {
    callId: record.stored?.callId ?? ledgerId(record.call),
    role: "aggregate",
    roleReason: reason,
    otherSpanIds: [],
    call: notBillable(record.call),
  };
}

/** An aggregate as a call: its sum may be of several, so that its numbers are never exact. */
function decideLone(record: Known): Decision {
  const { call } = record;
  return {
    callId: record.stored?.callId ?? ledgerId(call),
    role: "call",
    roleReason: LONE_AGGREGATE,
    otherSpanIds: [],
    call: {
      ...call,
      usageQuality: call.usageQuality === "exact" ? "partial" : call.usageQuality,
      usageRule: `${call.usageRule}+${LONE_AGGREGATE}`,
    },
  };
}

/**
 * Records found to repeat several calls below them, of traces that were not read as a whole: what proved it may not be among the records
 * here, so the decision stands.
 */
function provenAggregates(records: readonly Known[], partial: ReadonlySet<string>): Set<LedgerRecord> {
  if (partial.size === 0) return new Set();
  return new Set(
    records.filter(
      ({ stored }) => stored?.roleReason === DESCENDANT_USAGE && partial.has(stored.call.traceId),
    ),
  );
}

function decide(
  records: readonly Known[],
  tree: TraceTree,
  partial: ReadonlySet<string>,
): Map<LedgerRecord, Decision> {
  const decisions = new Map<LedgerRecord, Decision>();
  const repeated = repeatedMetrics(records);
  const proven = provenAggregates(records, partial);
  const calls = records.filter(
    (record) => record.declared === "call" && !repeated.has(record) && !proven.has(record),
  );
  const clusters = new Clusters(calls);
  joinEvents(clusters, calls);
  joinById(clusters, calls, "responseId");
  joinById(clusters, calls, "requestId");
  const aggregates = foldAncestors(clusters, calls, tree);
  joinByLikeness(clusters, aggregates.size === 0 ? calls : calls.filter((record) => !aggregates.has(record)));
  const { joined, alone } = clusters.split();
  for (const cluster of joined) decideCluster(cluster, tree, decisions);
  for (const record of alone as Known[]) decisions.set(record, decideAlone(record));
  const wasTold = ({ stored }: Known) => stored?.roleReason === TOLD_ELSEWHERE;
  const { lone, told } = standingsOf(records, tree, partial, wasTold);
  for (const record of records) {
    if (record.declared === "aggregate") {
      const reason = told.has(record) ? TOLD_ELSEWHERE : DECLARED_AGGREGATE;
      decisions.set(record, lone.has(record) ? decideLone(record) : decideAggregate(record, reason));
    } else if (repeated.has(record)) {
      decisions.set(record, decideAggregate(record, "repeats_logs"));
    } else if (aggregates.has(record) || proven.has(record)) {
      decisions.set(record, decideAggregate(record, DESCENDANT_USAGE));
    }
  }
  return decisions;
}

function deliveredOf(row: LedgerRow): PricedCall {
  return row.delivered ?? row.call;
}

/** Records that nothing touched are the very objects that were read: no need to compare them. */
function isSame(row: LedgerRow, record: Known, decision: Decision): boolean {
  const delivered = deliveredOf(row);
  // Beside this the provider is not compared: pricing may have named another, as the operator's endpoint map says.
  if (row.call.provider === "unknown" && decision.call.provider !== "unknown") return false;
  return (
    row.callId === decision.callId &&
    row.role === decision.role &&
    row.roleReason === decision.roleReason &&
    row.otherSpanIds.join() === decision.otherSpanIds.join() &&
    (row.call === decision.call ||
      fingerprintBesideProvider(row.call) === fingerprintBesideProvider(decision.call)) &&
    (delivered === record.call || fingerprint(delivered) === fingerprint(record.call))
  );
}

/**
 * What must be written so that the ledger is right with the incoming records in it: which records are calls, which repeat a call or
 * their descendants, and the values in force. The outcome is a function of the set of records ever delivered: order, batches and
 * repetition do not matter (only `callId` remembers who came first). Rows that need no change are left out. Pure, never throws.
 */
export function settle(input: SettleInput): Settlement {
  const records = collect(input);
  const decisions = decide(records, treeOf(records, input.links), input.partialTraces ?? NO_TRACES);
  const changed: SettledRow[] = [];
  for (const record of records) {
    const decision = decisions.get(record);
    if (decision === undefined) continue;
    if (record.stored !== null && isSame(record.stored, record, decision)) continue;
    const delivered = decision.call === record.call ? null : record.call;
    changed.push({
      callId: decision.callId,
      role: decision.role,
      roleReason: decision.roleReason,
      otherSpanIds: decision.otherSpanIds,
      call: decision.call,
      delivered,
      previous: record.stored,
    });
  }
  return { changed, duplicates: countDuplicates(input, changed) };
}

/** Incoming records that are repeated, or whose row stays as it was. */
function countDuplicates(input: SettleInput, changed: readonly SettledRow[]): number {
  // Nothing was stored before: then every distinct record is written.
  if (input.rows.length === 0) return input.incoming.length - changed.length;
  const fresh = new Set(changed.map((row) => deliveryKey(row.call)));
  let duplicates = 0;
  for (const { call } of input.incoming) if (!fresh.delete(deliveryKey(call))) duplicates += 1;
  return duplicates;
}
