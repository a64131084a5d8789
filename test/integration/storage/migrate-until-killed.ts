/**
 * Migrates the ledger in the given directory and kills itself while the statement of the given number (from 0) runs, the ones that only
 * ask counted out. Ends by itself when there are fewer statements.
 */
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import type { AnalyticsStore } from "../../../src/server/storage/analytics/analytics-store.js";
import { ChdbStore } from "../../../src/server/storage/analytics/chdb.store.js";

const [directory = "", fatal = "", delayMs = ""] = process.argv.slice(2);
const store = await ChdbStore.open({ directory, readers: 1 });
let count = 0;
const mortal: AnalyticsStore = Object.create(store, {
  command: {
    value: (...args: Parameters<AnalyticsStore["command"]>): Promise<void> => {
      if (count === Number(fatal)) setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(delayMs));
      count += 1;
      return store.command(...args);
    },
  },
}) as AnalyticsStore;
await migrateAnalytics(mortal, { cluster: null, retentionDays: 36_000 }, await loadMigrations());
await store.close();
