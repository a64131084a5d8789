import { PanelSqlRunner } from "../../src/server/query/panel-sql.js";
import { RollupPlanner } from "../../src/server/query/rollups/rollup-planner.js";
import type { AnalyticsStore } from "../../src/server/storage/analytics/analytics-store.js";
import { RollupFreshness } from "../../src/server/storage/analytics/rollups/rollup-freshness.js";

/** The runner of panel SQL as the application wires it. */
export function panelRunner(store: AnalyticsStore): PanelSqlRunner {
  return new PanelSqlRunner(store, new RollupFreshness(store), new RollupPlanner(store));
}
