import { AppError } from "../../domain/errors.js";

/** What a migration's placeholders become. `cluster` null: one server or the embedded engine. */
export interface SqlTemplateContext {
  cluster: string | null;
  retentionDays: number;
}

/**
 * The statements of a migration file, in order, comments and placeholders resolved. `${local}`, `${on_cluster}` and
 * `${retention_days}` are replaced; `engine(version)` is a ReplacingMergeTree, replicated on a cluster;
 * `distributed(table, key);` is the sharded access table on a cluster and nothing elsewhere.
 * @throws AppError `internal` for an unknown placeholder.
 */
export function renderSql(template: string, context: SqlTemplateContext): string[] {
  return splitStatements(stripComments(template)).flatMap((statement) => renderStatement(statement, context));
}

function renderStatement(statement: string, context: SqlTemplateContext): string[] {
  const access = /^distributed\((\w+),\s*(.+)\)$/s.exec(statement);
  if (access) {
    const [, table = "", key = ""] = access;
    return context.cluster === null ? [] : [distributedTable(table, key, context.cluster)];
  }
  const table = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1] ?? "";
  const replaced = statement
    .replace(/\bengine\(([^)]*)\)/, (_, version: string) => engine(version, table, context.cluster))
    .replace(/ ?\$\{(\w+)\}/g, (found, name: string) => placeholder(found, name, context));
  return [replaced];
}

function placeholder(found: string, name: string, context: SqlTemplateContext): string {
  const space = found.startsWith(" ") ? " " : "";
  switch (name) {
    case "local":
      return `${space}${context.cluster === null ? "" : "_local"}`;
    case "on_cluster":
      return context.cluster === null ? "" : ` ON CLUSTER '${context.cluster}'`;
    case "retention_days":
      return `${space}${context.retentionDays}`;
    default:
      throw new AppError("internal", `Unknown placeholder in a migration: ${name}`);
  }
}

function engine(version: string, table: string, cluster: string | null): string {
  if (cluster === null) return `ReplacingMergeTree(${version})`;
  const path = `'/clickhouse/tables/{shard}/{database}/${table}'`;
  return `ReplicatedReplacingMergeTree(${[path, "'{replica}'", version].filter((part) => part !== "").join(", ")})`;
}

/** Replaced, not only created, so that a later migration repeats the line after it changed the local table. */
function distributedTable(table: string, key: string, cluster: string): string {
  return (
    `CREATE OR REPLACE TABLE ${table} ON CLUSTER '${cluster}' AS ${table}_local\n` +
    `ENGINE = Distributed('${cluster}', currentDatabase(), ${table}_local, ${key})`
  );
}

function stripComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("--"))
    .join("\n");
}

/** Statements end with a semicolon at the end of a line; our migrations hold none elsewhere. */
function splitStatements(text: string): string[] {
  return text
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
