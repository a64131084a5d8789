import { join } from "node:path";
import type { OpenStores } from "./app.module.js";
import type { AppConfig } from "./config/app-config.js";
import { openAnalytics } from "./storage/analytics/analytics.module.js";
import { ControlDatabase } from "./storage/control/control-database.js";
import { DataDirLock } from "./storage/control/data-dir-lock.js";

export interface LockedStores extends OpenStores {
  /** Closes both stores, the ledger first, then gives the data directory free. Idempotent. */
  close(): Promise<void>;
}

/**
 * Both stores, open and migrated, under the exclusive lock on the data directory.
 * @throws AppError `conflict` when another process holds the directory, `unavailable` when a server is away.
 */
export async function openStores(config: AppConfig): Promise<LockedStores> {
  const lock = await DataDirLock.acquire(config.dataDir);
  const opening = {
    control: ControlDatabase.open({
      postgresUrl: config.postgresUrl,
      directory: join(config.dataDir, "postgres"),
    }),
    analytics: openAnalytics(config),
  };
  const [control, analytics] = await Promise.allSettled([opening.control, opening.analytics]);
  if (control.status === "rejected" || analytics.status === "rejected") {
    if (analytics.status === "fulfilled") await analytics.value.close();
    if (control.status === "fulfilled") await control.value.close();
    await lock.release();
    throw control.status === "rejected" ? control.reason : (analytics as PromiseRejectedResult).reason;
  }
  return {
    control: control.value,
    analytics: analytics.value,
    async close() {
      await analytics.value.close();
      await control.value.close();
      await lock.release();
    },
  };
}
