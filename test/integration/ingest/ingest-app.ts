import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../../src/server/config/app-config.js";
import { systemClock } from "../../../src/server/domain/clock.js";
import type { LedgerChange, LedgerListener } from "../../../src/server/domain/ledger-listener.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { IngestService } from "../../../src/server/ingest/ingest.service.js";
import { PricingContextHolder } from "../../../src/server/ingest/pricing-context.js";
import { openAnalytics } from "../../../src/server/storage/analytics/analytics.module.js";
import type { AnalyticsStore } from "../../../src/server/storage/analytics/analytics-store.js";
import { TraceRecords } from "../../../src/server/storage/analytics/trace-records.js";
import { NeighbourCalls } from "../../../src/server/storage/analytics/neighbour-calls.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";

/** The ingest room on the embedded engine, in a directory of its own. */
export interface IngestApp {
  ingest: IngestService;
  metrics: IngestMetrics;
  calls: CallsRepository;
  store: AnalyticsStore;
  changes: LedgerChange[];
  /** Every row of role `call` in force, by start. */
  rows(): Promise<{ call_id: string; span_id: string; billable: boolean; cost_total: string | null }[]>;
  close(): Promise<void>;
}

export async function startIngest(directory: string): Promise<IngestApp> {
  const config = readConfig({ SPANLEDGER_DATA_DIR: directory });
  const store = await openAnalytics(config);
  const calls = new CallsRepository(store);
  const metrics = new IngestMetrics();
  const changes: LedgerChange[] = [];
  const listener: LedgerListener = { onAcknowledged: (news) => changes.push(...news) };
  const ingest = new IngestService(
    config,
    systemClock,
    calls,
    new TraceRecords(store),
    new NeighbourCalls(store),
    new PricingContextHolder(),
    metrics,
    [listener],
  );
  return {
    ingest,
    metrics,
    calls,
    store,
    changes,
    rows: () =>
      store.select(
        "SELECT call_id, span_id, billable, cost_total FROM calls_raw FINAL WHERE role = 'call' ORDER BY start_time, span_id",
      ),
    close: async () => {
      await ingest.close();
      await store.close();
    },
  };
}

export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "spanledger-ingest-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export type { LedgerRow };
