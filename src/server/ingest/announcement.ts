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
  { rows, previous, duplicates }: Settled,
  metrics: IngestMetrics,
  listeners: readonly LedgerListener[],
): () => void {
  const tally = tallyOf(rows, duplicates);
  const changes = rows.map(({ call }, index) => ({
    project,
    current: call,
    previous: previous[index] ?? null,
  }));
  const told = tell(changes, listeners);
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    addTally(metrics, tally);
    told();
  };
}

/** Shows changes to the listeners before they are stored; the result tells them that they are. */
export function tell(changes: readonly LedgerChange[], listeners: readonly LedgerListener[]): () => void {
  if (changes.length === 0) return () => undefined;
  const told = listeners.map(
    (listener) => listener.foresee?.(changes) ?? (() => listener.onAcknowledged(changes)),
  );
  return () => {
    for (const one of told) one();
  };
}

function tallyOf(rows: readonly LedgerRow[], duplicates: number): Tally {
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
