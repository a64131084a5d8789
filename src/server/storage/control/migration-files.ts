import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MigrationInterface, QueryRunner } from "typeorm";

/** `<13 digits>-<kebab-name>.sql`: the digits are TypeORM's timestamp and the order of execution. */
const FILE_NAME = /^(\d{13})-([a-z0-9-]+)\.sql$/;
const STATEMENT_BREAK = /^-- next$/m;

type MigrationClass = new () => MigrationInterface;

/** The package's `migrations/postgres`, found upwards from this file: sources, build and packed package differ in depth. */
export function migrationsDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(directory, "migrations", "postgres");
    if (existsSync(candidate)) return candidate;
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error("The directory migrations/postgres is missing from this installation.");
    directory = parent;
  }
}

/**
 * One TypeORM migration class per SQL file, in order of their timestamps. Statements are separated by a line `-- next`.
 * @throws Error when a `.sql` file's name has another form.
 */
export function loadMigrations(directory: string): MigrationClass[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => {
      const match = FILE_NAME.exec(name);
      if (match === null)
        throw new Error(`migrations/postgres/${name} is not named <13 digits>-<kebab-name>.sql`);
      const [, timestamp = "", title = ""] = match;
      return migrationClass(`${title}-${timestamp}`, readFileSync(join(directory, name), "utf8"));
    });
}

/** Statements of a migration file, comments removed, in order. */
export function splitStatements(sql: string): string[] {
  return sql
    .split(STATEMENT_BREAK)
    .map((part) =>
      part
        .split("\n")
        .filter((line) => !line.startsWith("--"))
        .join("\n")
        .trim()
        .replace(/;$/, ""),
    )
    .filter((statement) => statement !== "");
}

function migrationClass(name: string, sql: string): MigrationClass {
  const statements = splitStatements(sql);
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement);
    }

    /** Downgrades restore a backup: a reversed migration could lose what was written since. */
    down(): Promise<void> {
      return Promise.reject(new Error(`Migration ${name} has no way back; restore a backup.`));
    }
  };
}
