import type { PricedCall } from "./call.js";

/**
 * What a delivered record turned out to be:
 * `call` is the row that stands for a call (billable or a failed one), `merged` a further record of a call that another row
 * stands for, `aggregate` a record that only repeats the usage of its descendants.
 */
export type LedgerRole = "call" | "merged" | "aggregate";

/**
 * One delivered record as the ledger stores it. A later decision about it is a new version of the same key
 * (project, trace id, span id, start time), never a delete. Sums read rows of role `call` that are billable.
 */
export interface LedgerRow {
  project: string;
  /** Grows with every version of a row; the highest wins. */
  version: bigint;
  /** Ledger id of the call this record belongs to: kept from the first record seen, whatever merges later. */
  callId: string;
  role: LedgerRole;
  /** Why it is merged or an aggregate: response_id, descendant_usage, native_twin, ...; null for role `call`. */
  roleReason: string | null;
  /** Span ids of other records merged into this one (role `call` only). */
  otherSpanIds: string[];
  /** Values in force: for a call made of several records, the union with the richest record winning per field. */
  call: PricedCall;
  /** The record as delivered, when merging changed `call`; null when `call` is the delivered record. */
  delivered: PricedCall | null;
  ingestedAtMs: number;
}

/** A span that is not a call, kept only so that an ancestor's usage can be recognised as an aggregate. */
export interface SpanLink {
  project: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  startTimeUnixNano: bigint;
}
