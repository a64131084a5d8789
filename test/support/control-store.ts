import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { ControlDatabase } from "../../src/server/storage/control/control-database.js";
import { createTemplate, templateFileName } from "../../src/server/storage/control/pglite-engine.js";

const CACHE = join(process.cwd(), "node_modules", ".cache", "spanledger");

/**
 * Path of a template of the embedded Postgres, made once per engine version and kept under node_modules: initdb takes
 * seconds, and dozens of suites need a fresh database.
 */
export async function controlTemplate(): Promise<string> {
  const path = join(CACHE, templateFileName());
  if (existsSync(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, await createTemplate());
  await rename(partial, path);
  return path;
}

/**
 * A control store: on the server of `SPANLEDGER_TEST_POSTGRES_URL` when set (a database per directory, a fresh one
 * without), else embedded, in memory or in `directory`.
 */
export async function openControlStore(directory: string | null = null): Promise<ControlDatabase> {
  const server = process.env["SPANLEDGER_TEST_POSTGRES_URL"];
  if (server === undefined) return ControlDatabase.open({ directory, templatePath: await controlTemplate() });
  const url = new URL(server);
  const name = `test_${createHash("sha256")
    .update(directory ?? randomUUID())
    .digest("hex")
    .slice(0, 20)}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  const { rowCount } = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
  if (rowCount === 0) await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  url.pathname = `/${name}`;
  return ControlDatabase.open({ directory: null, postgresUrl: url.href });
}
