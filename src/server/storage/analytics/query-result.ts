import type { QueryResult } from "./analytics-store.js";

/** The rows of a result as objects keyed by column name. Never throws. */
export function rowsAsObjects<Row>(result: QueryResult): Row[] {
  const names = result.columns.map((column) => column.name);
  return result.rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) row[name] = values[index];
    return row as Row;
  });
}
