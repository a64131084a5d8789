import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

/** A fresh control store: on `SPANLEDGER_TEST_POSTGRES_URL` when set, else embedded, in memory or in `directory`. */
export async function openControlStore(directory: string | null = null): Promise<ControlDatabase> {
  return ControlDatabase.open({ directory, templatePath: await controlTemplate() });
}
