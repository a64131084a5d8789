/**
 * Writes the difference between the entities and the migrations as a new file of migrations/postgres:
 * `node --import tsx src/server/storage/control/generate-migration.ts <kebab-name>`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ControlDatabase } from "./control-database.js";
import { migrationsDirectory } from "./migration-files.js";
import { pendingSchemaStatements } from "./schema-diff.js";

const name = process.argv[2] ?? "";
if (!/^[a-z0-9-]+$/.test(name)) throw new Error("Give the migration a kebab-case name.");

const database = await ControlDatabase.open({ directory: null });
const statements = await pendingSchemaStatements(database.dataSource);
await database.close();
if (statements.length === 0) {
  process.stdout.write("Nothing is pending.\n");
} else {
  const file = join(migrationsDirectory(), `${Date.now()}-${name}.sql`);
  writeFileSync(
    file,
    `-- Generated from the entities; see CONTRIBUTING.md.\n${statements.join(";\n-- next\n")};\n`,
  );
  process.stdout.write(`${file}\n`);
}
