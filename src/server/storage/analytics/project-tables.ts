import { stringLiteral } from "./query-params.js";

/** Every table that holds rows of projects, by the name it has on one server. All have a column `project`. */
export const PROJECT_TABLES = ["calls_raw", "span_links", "budget_standings", "calls_rollup"] as const;

/** Views for SQL clients, and for the boards. docs/sql-views.md says what their columns mean. */
export const PUBLIC_VIEWS = [
  "calls",
  "attempts",
  "rate_limits",
  "cost_lines",
  "spend_hourly",
  "budget_status",
] as const;

/** What SQL of boards and SQL clients may read: beside the public views those whose rows add up, which are for boards and may change. */
export const READABLE_VIEWS = [...PUBLIC_VIEWS, "call_stats", "limit_stats", "line_stats"] as const;

/** Tables about the schema that SQL clients read to offer names; only the public views show up in them. */
export const PUBLIC_SYSTEM_TABLES = ["system.databases", "system.tables", "system.columns"] as const;

/**
 * A filter per table, for the setting `additional_table_filters`, that hides other projects' rows. Holds for views, joins,
 * FINAL, CTEs and subqueries; not for table functions such as merge(), which SQL of others must be refused.
 * Tables of a cluster's shards carry the suffix `_local`.
 */
export function projectFilters(project: string): Record<string, string> {
  const filter = `project = ${stringLiteral(project)}`;
  const views = PUBLIC_VIEWS.map(stringLiteral).join(", ");
  return {
    ...Object.fromEntries(
      PROJECT_TABLES.flatMap((table) => [table, `${table}_local`]).map((name) => [name, filter]),
    ),
    "system.databases": "name = currentDatabase()",
    "system.tables": `database = currentDatabase() AND name IN (${views})`,
    "system.columns": `database = currentDatabase() AND table IN (${views})`,
  };
}
