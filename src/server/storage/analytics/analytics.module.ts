import { join } from "node:path";
import { type DynamicModule, Module } from "@nestjs/common";
import type { AppConfig } from "../../config/app-config.js";
import { loadMigrations, migrateAnalytics } from "./analytics.migrator.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "./analytics-store.js";
import { CallsRepository } from "./calls.repository.js";
import { ChdbStore } from "./chdb.store.js";
import { ClickHouseStore } from "./clickhouse.store.js";
import { RollupFreshness } from "./rollups/rollup-freshness.js";

/** Directory of the embedded engine inside the data directory. */
export function analyticsDirectory(config: Pick<AppConfig, "dataDir">): string {
  return join(config.dataDir, "clickhouse");
}

/**
 * An open store on the newest schema: the server of `clickhouseUrl`, else the embedded engine in the data directory.
 * The caller closes it, after everything that writes.
 * @throws AppError `conflict` when the data directory is in use or the schema is newer, `unavailable` when the server is away.
 */
export async function openAnalytics(
  config: Pick<AppConfig, "clickhouseUrl" | "clickhouseCluster" | "dataDir" | "retentionDays">,
): Promise<AnalyticsStore> {
  const store =
    config.clickhouseUrl === undefined
      ? await ChdbStore.open({ directory: analyticsDirectory(config) })
      : await ClickHouseStore.open(config.clickhouseUrl);
  try {
    const cluster = config.clickhouseUrl === undefined ? null : (config.clickhouseCluster ?? null);
    await migrateAnalytics(store, { cluster, retentionDays: config.retentionDays }, await loadMigrations());
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** Global: the opened ledger store. Whoever opened it closes it, after the ingest path has drained. */
@Module({})
export class AnalyticsModule {
  static forRoot(store: AnalyticsStore): DynamicModule {
    return {
      module: AnalyticsModule,
      global: true,
      providers: [{ provide: ANALYTICS_STORE, useValue: store }, CallsRepository, RollupFreshness],
      exports: [ANALYTICS_STORE, CallsRepository, RollupFreshness],
    };
  }
}
