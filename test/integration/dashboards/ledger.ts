import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/server/domain/clock.js";
import { DashboardsService } from "../../../src/server/dashboards/dashboards.service.js";
import { openAnalytics } from "../../../src/server/storage/analytics/analytics.module.js";
import type { AnalyticsStore } from "../../../src/server/storage/analytics/analytics-store.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { panelRunner } from "../../support/panel-runner.js";
import { seedRows } from "./seed.js";

/** The end of the seeded month: a whole hour, so that buckets do not move between runs. */
export const NOW_MS = Date.UTC(2026, 9, 20, 12);

export interface SeededLedger {
  store: AnalyticsStore;
  service: DashboardsService;
  close(): Promise<void>;
}

/** A ledger on real embedded ClickHouse: 40 days of 3,000 calls of project `default`, and 500 of a neighbour nobody may see. */
export async function openSeededLedger(): Promise<SeededLedger> {
  const directory = await mkdtemp(join(tmpdir(), "spanledger-boards-"));
  const store = await openAnalytics({
    dataDir: directory,
    clickhouseUrl: undefined,
    clickhouseCluster: undefined,
    retentionDays: 36_500,
  });
  const repository = new CallsRepository(store);
  await repository.insert(seedRows({ project: "default", count: 3_000, days: 40, endMs: NOW_MS }), []);
  await repository.insert(
    seedRows({ project: "neighbour", count: 500, days: 40, endMs: NOW_MS, firstId: 1_000_000 }),
    [],
  );
  const clock: Clock = { nowMs: () => NOW_MS };
  const service = new DashboardsService(panelRunner(store), clock);
  await service.onModuleInit();
  return {
    store,
    service,
    close: async () => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
