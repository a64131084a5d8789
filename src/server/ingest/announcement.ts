import type { PricedCall } from "../domain/call.js";
import type { LedgerChange, LedgerListener } from "../domain/ledger-listener.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import type { IngestMetrics } from "./ingest-metrics.js";

/** Rows and links to be stored, and what each row replaces. */
export interface Settled {
  rows: readonly LedgerRow[];
  previous: readonly (PricedCall | null)[];
  links: readonly SpanLink[];
  duplicates: number;
}

type Tally = Pick<IngestMetrics, "rows" | "merged" | "aggregates" | "unpriced" | "duplicates">;

/**
 * Reads what is about to be stored; the result, to be called when it is, counts it and tells the listeners, the first time. What it
 * holds of the rows is up to the listeners.
 */
export function announce(
  project: string,
  settled: Settled,
  metrics: IngestMetrics,
  listeners: readonly LedgerListener[],
): () => void {
  return once(metrics, tallyOf(settled), tell(changesOf(project, settled), listeners));
}

/** Shows changes to the listeners before they are stored; the result tells them that they are. */
export function tell(changes: readonly LedgerChange[], listeners: readonly LedgerListener[]): () => void {
  if (changes.length === 0) return () => undefined;
  const told: (() => void)[] = [];
  for (const listener of listeners) told.push(listener.foresee?.(changes) ?? holding(listener, changes));
  return inTurn(told);
}

// Functions that are kept until the rows are stored are made apart from what reads the rows: those written in one place hold, all of
// them, whatever one of them uses.

function once(metrics: IngestMetrics, tally: Tally, told: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    addTally(metrics, tally);
    told();
  };
}

function holding(listener: LedgerListener, changes: readonly LedgerChange[]): () => void {
  return () => listener.onAcknowledged(changes);
}

function inTurn(all: readonly (() => void)[]): () => void {
  return () => {
    for (const one of all) one();
  };
}

function changesOf(project: string, { rows, previous }: Settled): LedgerChange[] {
  return rows.map(({ call }, index) => ({ project, current: call, previous: previous[index] ?? null }));
}

function tallyOf({ rows, duplicates }: Settled): Tally {
  const tally = { rows: rows.length, merged: 0, aggregates: 0, unpriced: 0, duplicates };
  for (const { role, call } of rows) {
    if (role === "merged") tally.merged += 1;
    else if (role === "aggregate") tally.aggregates += 1;
    else if (call.billable && call.cost.status === "unpriced") tally.unpriced += 1;
  }
  return tally;
}

function addTally(metrics: IngestMetrics, tally: Tally): void {
  metrics.rows += tally.rows;
  metrics.merged += tally.merged;
  metrics.aggregates += tally.aggregates;
  metrics.unpriced += tally.unpriced;
  metrics.duplicates += tally.duplicates;
}
