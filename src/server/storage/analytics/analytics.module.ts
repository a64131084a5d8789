import { join } from "node:path";
import { Module } from "@nestjs/common";
import { APP_CONFIG, type AppConfig } from "../../config/app-config.js";
import { loadMigrations, migrateAnalytics } from "./analytics.migrator.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "./analytics-store.js";
import { CallsRepository } from "./calls.repository.js";
import { ChdbStore } from "./chdb.store.js";
import { ClickHouseStore } from "./clickhouse.store.js";

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

/**
 * The ledger's tables. The store is not closed by a Nest hook: the ordered shutdown closes it (`app.get(ANALYTICS_STORE).close()`)
 * after the ingest path has drained.
 */
@Module({
  providers: [{ provide: ANALYTICS_STORE, useFactory: openAnalytics, inject: [APP_CONFIG] }, CallsRepository],
  exports: [ANALYTICS_STORE, CallsRepository],
})
export class AnalyticsModule {}
