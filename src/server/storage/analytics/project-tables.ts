import { stringLiteral } from "./query-params.js";

/** Every table that holds rows of projects, by the name it has on one server. All have a column `project`. */
export const PROJECT_TABLES = ["calls_raw", "span_links"] as const;

/**
 * A filter per table, for the setting `additional_table_filters`, that hides other projects' rows. Holds for views, joins,
 * FINAL, CTEs and subqueries; not for table functions such as merge(), which SQL of others must be refused.
 * Tables of a cluster's shards carry the suffix `_local`.
 */
export function projectFilters(project: string): Record<string, string> {
  const filter = `project = ${stringLiteral(project)}`;
  return Object.fromEntries(
    PROJECT_TABLES.flatMap((table) => [table, `${table}_local`]).map((name) => [name, filter]),
  );
}
