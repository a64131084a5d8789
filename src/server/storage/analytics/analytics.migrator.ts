import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../domain/errors.js";
import type { AnalyticsStore, QueryParams } from "./analytics-store.js";
import { conditionsOf, renderSql, type SqlTemplateContext } from "./sql-template.js";

/** One file of `migrations/clickhouse`: `NNNN_name.sql`. */
export interface AnalyticsMigration {
  id: number;
  name: string;
  template: string;
  /** SHA-256 of the template, hex: the same on every server, whatever the placeholders become. */
  checksum: string;
}

/** The record of what was applied. Two processes that migrate at once write the same rows; the key collapses them. */
const LEDGER_DDL = `
CREATE TABLE IF NOT EXISTS schema_migrations\${local} \${on_cluster}
(
    id UInt32,
    name String,
    checksum String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = engine()
ORDER BY id;

distributed(schema_migrations, id);
`;

/** The migrations of this package, in order. @throws AppError `internal` when a file is misnamed or a number is used twice. */
export async function loadMigrations(
  directory: string = migrationsDirectory(),
): Promise<AnalyticsMigration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  const migrations = await Promise.all(files.map((file) => loadMigration(directory, file)));
  for (const [index, migration] of migrations.entries()) {
    if (migration.id !== index + 1) {
      throw new AppError("internal", `Migration numbers must run from 1 without gaps: ${migration.name}`);
    }
  }
  return migrations;
}

async function loadMigration(directory: string, file: string): Promise<AnalyticsMigration> {
  const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
  if (!match) throw new AppError("internal", `Not a migration file name: ${file}`);
  const template = await readFile(join(directory, file), "utf8");
  const checksum = createHash("sha256").update(template).digest("hex");
  return { id: Number(match[1]), name: match[2] ?? "", template, checksum };
}

/**
 * Ids of the migrations applied now, in order; empty when the schema was current. Safe to run twice and by two processes at
 * once: every statement is idempotent or has a condition that skips it when it has been run, and a migration is recorded after its last statement. Also brings the retention of
 * existing tables up to `context.retentionDays`.
 * @throws AppError `conflict` when an applied migration's file was changed, or the database is newer than this program.
 */
export async function migrateAnalytics(
  store: AnalyticsStore,
  context: SqlTemplateContext,
  migrations: readonly AnalyticsMigration[],
): Promise<number[]> {
  await runAll(store, renderSql(LEDGER_DDL, context));
  const applied = await appliedMigrations(store);
  assertKnown(applied, migrations);
  const pending = migrations.filter((migration) => !applied.has(migration.id));
  for (const migration of pending) {
    await runAll(store, renderSql(migration.template, context));
    const { id, name, checksum } = migration;
    await store.insertJsonRows("schema_migrations", [JSON.stringify({ id, name, checksum })]);
  }
  await applyRetention(store, context);
  return pending.map((migration) => migration.id);
}

async function runAll(store: AnalyticsStore, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const { when, each, sql } = conditionsOf(statement);
    if (when !== null && Number((await store.query(when)).rows[0]?.[0] ?? 0) === 0) continue;
    const runs = each === null ? [{}] : await store.select<QueryParams>(each);
    for (const params of runs) await store.command(sql, params);
  }
}

async function appliedMigrations(store: AnalyticsStore): Promise<Map<number, string>> {
  const rows = await store.select<{ id: number; checksum: string }>(
    "SELECT id, checksum FROM schema_migrations FINAL ORDER BY id",
  );
  return new Map(rows.map((row) => [Number(row.id), row.checksum]));
}

function assertKnown(applied: ReadonlyMap<number, string>, migrations: readonly AnalyticsMigration[]): void {
  for (const [id, checksum] of applied) {
    const migration = migrations.find((candidate) => candidate.id === id);
    if (migration === undefined) {
      throw new AppError(
        "conflict",
        `The database has migration ${id}, which this version does not know: start a newer version`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new AppError("conflict", `Migration ${id} (${migration.name}) was changed after it was applied`);
    }
  }
}

/**
 * The days stand in the table's definition, so a changed setting is an ALTER; it runs only when they differ, and does not wait for
 * the expiry of every stored day to be recalculated: that takes up to half a second a day.
 */
async function applyRetention(store: AnalyticsStore, context: SqlTemplateContext): Promise<void> {
  const table = context.cluster === null ? "calls_raw" : "calls_raw_local";
  const rows = await store.select<{ definition: string }>(
    "SELECT create_table_query AS definition FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
    { params: { table } },
  );
  const days = /86400 \* (\d+)/.exec(rows[0]?.definition ?? "")?.[1];
  if (days === undefined || Number(days) === context.retentionDays) return;
  const statements = renderSql(
    "ALTER TABLE calls_raw${local} ${on_cluster} MODIFY TTL " +
      "toDateTime(least(toUnixTimestamp(start_time) + 86400 * ${retention_days}, 4294967295), 'UTC') SETTINGS alter_sync = 0, mutations_sync = 0;",
    context,
  );
  await runAll(store, statements);
}

/** `migrations/clickhouse` of the package this file belongs to, found upwards from the source or the build. */
function migrationsDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(directory, "migrations", "clickhouse");
    if (existsSync(candidate)) return candidate;
    const parent = dirname(directory);
    if (parent === directory)
      throw new AppError("internal", "The directory migrations/clickhouse is missing");
    directory = parent;
  }
}
