/**
 * Opens the ledger in the given directory and inserts batches until killed. Prints `<batch>` after each acknowledged batch; with
 * `list`, prints what is stored as `<batch> <rows>` lines instead and ends.
 */
import {
  loadMigrations,
  migrateAnalytics,
} from "../../../src/server/storage/analytics/analytics.migrator.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { ChdbStore } from "../../../src/server/storage/analytics/chdb.store.js";
import { ledgerRow, pricedCall } from "./builders.js";

const ROWS = 40;
const [directory = "", task = "", round = ""] = process.argv.slice(2);

async function main(): Promise<void> {
  const store = await ChdbStore.open({ directory, readers: 1 });
  await migrateAnalytics(store, { cluster: null, retentionDays: 36_000 }, await loadMigrations());
  if (task === "list") {
    const rows = await store.select<{ batch: string; rows: string }>(
      "SELECT trace_id AS batch, count() AS rows FROM calls_raw FINAL GROUP BY batch ORDER BY batch",
    );
    process.stdout.write(rows.map(({ batch, rows: count }) => `${batch} ${count}\n`).join(""));
    await store.close();
    return;
  }
  const calls = new CallsRepository(store);
  for (let batch = 0; ; batch += 1) {
    const traceId = `${round}-${batch}`;
    const rows = Array.from({ length: ROWS }, (_, index) =>
      ledgerRow(pricedCall({ traceId, spanId: `${traceId}-${index}` })),
    );
    await calls.insert(rows, []);
    process.stdout.write(`${traceId}\n`);
  }
}

await main();
