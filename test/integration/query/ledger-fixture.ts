import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { ChdbStore } from "../../../src/server/storage/analytics/chdb.store.js";

export interface Ledger {
  store: ChdbStore;
  calls: CallsRepository;
  close(): Promise<void>;
}

/** A migrated, empty ledger in a directory of its own. */
export async function openLedger(): Promise<Ledger> {
  const directory = await mkdtemp(join(tmpdir(), "spanledger-query-"));
  const store = await ChdbStore.open({ directory });
  await migrateAnalytics(store, { cluster: null, retentionDays: 36_500 }, await loadMigrations());
  const close = async (): Promise<void> => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { store, calls: new CallsRepository(store), close };
}
