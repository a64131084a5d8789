import { AppError } from "../../domain/errors.js";

/** What a migration's placeholders become. `cluster` null: one server or the embedded engine. */
export interface SqlTemplateContext {
  cluster: string | null;
  retentionDays: number;
}

/**
 * The statements of a migration file, in order, comments and placeholders resolved. `${local}`, `${on_cluster}` and
 * `${retention_days}` are replaced; `engine(version)` is a ReplacingMergeTree, replicated on a cluster;
 * `distributed(table, key);` is the sharded access table on a cluster and nothing elsewhere. A statement may begin with lines that
 * `conditionsOf` takes off.
 * @throws AppError `internal` for an unknown placeholder.
 */
export function renderSql(template: string, context: SqlTemplateContext): string[] {
  return splitStatements(stripComments(template)).flatMap((statement) => renderStatement(statement, context));
}

/** When and how often a statement runs: one that cannot be repeated as it stands is made so. */
export interface ConditionalStatement {
  /** Line `when(...)`: a query for one number; 0 means that the statement is not run. Null: it always is. */
  when: string | null;
  /** Line `each(...)`: a query for rows, with each of which as its parameters the statement is run. Null: it is run once. */
  each: string | null;
  sql: string;
}

/** A rendered statement without the lines `when(...)` and `each(...)` that it may begin with. Never throws. */
export function conditionsOf(statement: string): ConditionalStatement {
  const match = /^(?:when\((.*)\)\n)?(?:each\((.*)\)\n)?/.exec(statement);
  return { when: match?.[1] ?? null, each: match?.[2] ?? null, sql: statement.slice(match?.[0].length ?? 0) };
}

function renderStatement(template: string, context: SqlTemplateContext): string[] {
  const statement = conditionsOf(template).sql;
  const conditions = placeholders(template.slice(0, template.length - statement.length), context);
  return renderOne(statement, context).map((sql) => conditions + sql);
}

function renderOne(statement: string, context: SqlTemplateContext): string[] {
  const access = /^distributed\((\w+),\s*(.+)\)$/s.exec(statement);
  if (access) {
    const [, table = "", key = ""] = access;
    return context.cluster === null ? [] : [distributedTable(table, key, context.cluster)];
  }
  const table = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1] ?? "";
  const replaced = statement.replace(/\bengine\(([^)]*)\)/, (_, version: string) =>
    engine(version, table, context.cluster),
  );
  return [placeholders(replaced, context)];
}

function placeholders(text: string, context: SqlTemplateContext): string {
  return text.replace(/ ?\$\{(\w+)\}/g, (found, name: string) => placeholder(found, name, context));
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
