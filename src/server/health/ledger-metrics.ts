import type { IngestMetrics } from "../ingest/ingest-metrics.js";
import type { PrometheusText, Sample } from "./prometheus-text.js";

type Count =
  | "received"
  | "accepted"
  | "duplicates"
  | "merged"
  | "aggregates"
  | "unpriced"
  | "ignored"
  | "links"
  | "rows"
  | "overloaded";

/** Plain counters of the ingest room, in the order they are written. */
const COUNTERS: readonly (readonly [field: Count, name: string, help: string])[] = [
  ["received", "spanledger_spans_received_total", "Spans handed to the ledger."],
  ["accepted", "spanledger_spans_accepted_total", "Spans that are durable or needed no storing."],
  ["duplicates", "spanledger_spans_duplicate_total", "Spans that were in the ledger already, unchanged."],
  ["merged", "spanledger_records_merged_total", "Records that became part of a call of another record."],
  ["aggregates", "spanledger_records_aggregate_total", "Records that only repeat their descendants."],
  ["unpriced", "spanledger_calls_unpriced_total", "Rows written for billable calls without a price."],
  ["ignored", "spanledger_spans_ignored_total", "Spans that are no calls and were not kept."],
  ["links", "spanledger_spans_linked_total", "Spans of which only ids were kept."],
  ["rows", "spanledger_rows_written_total", "Ledger rows written, all versions."],
  ["overloaded", "spanledger_overload_answers_total", "Exports that were told to come back later."],
];

/** Adds what the ingest room counted since the process started. */
export function writeLedgerMetrics(metrics: IngestMetrics, text: PrometheusText): void {
  for (const [field, name, help] of COUNTERS) text.counter(name, help, metrics[field]);
  text
    .counter(
      "spanledger_spans_rejected_total",
      "Spans refused, by reason.",
      samples(metrics.rejected, "reason"),
    )
    .counter("spanledger_spans_by_dialect_total", "Spans by dialect.", samples(metrics.dialects, "dialect"));
  const commit = metrics.commit();
  if (commit === null) return;
  text
    .gauge("spanledger_commit_pending_bytes", "Bytes waiting to become durable.", commit.pendingBytes)
    .gauge("spanledger_commit_pending_exports", "Exports waiting to become durable.", commit.pendingItems)
    .counter("spanledger_commit_flushes_total", "Group commits.", commit.flushes)
    .counter("spanledger_commit_failures_total", "Group commits that failed.", commit.failedFlushes)
    .gauge("spanledger_commit_last_seconds", "Duration of the last group commit.", commit.lastFlushMs / 1000)
    .gauge("spanledger_commit_window_seconds", "Window of the group commit now.", commit.windowMs / 1000);
}

function samples(counts: ReadonlyMap<string, number>, label: string): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}
