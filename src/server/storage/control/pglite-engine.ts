import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PGlite } from "@electric-sql/pglite";
import { AppError } from "../../domain/errors.js";

/** Version of the embedded Postgres package: a template of one version is never loaded by another. Never throws. */
export function engineVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = createRequire(import.meta.url)(join(dirname(entry), "..", "package.json")) as {
    version: string;
  };
  return manifest.version;
}

/** Name of the file that holds a fresh, empty database of this engine version. */
export function templateFileName(): string {
  return `pglite-template-${engineVersion()}.tar.gz`;
}

/**
 * Opens the embedded Postgres of `directory`, creating it when absent: from a template file when one is given or lies
 * beside this module (three times faster, and half the memory), else by running initdb.
 * @param directory absolute path, or null for a database in memory (tests).
 * @throws AppError `unavailable` without the engine's own page of output.
 */
export async function openPglite(directory: string | null, templatePath?: string): Promise<PGlite> {
  try {
    if (directory === null) return await create(null, templatePath);
    const unfinished = `${directory}.creating`;
    // The process died while it created the directory: nothing was ever stored in it, and it may not open.
    if (existsSync(unfinished)) await rm(directory, { recursive: true, force: true });
    if (existsSync(join(directory, "PG_VERSION"))) return await create(directory, undefined);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(unfinished, "");
    const engine = await create(directory, templatePath);
    await rm(unfinished);
    return engine;
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 300) : "unknown reason";
    throw new AppError("unavailable", `The embedded Postgres cannot be opened: ${reason}`, { directory });
  }
}

/** The default, 128 MB, is touched whole at start; what people edit are a few thousand rows. */
const SHARED_BUFFERS = "16MB";

async function create(directory: string | null, templatePath: string | undefined): Promise<PGlite> {
  const { PGlite: Engine } = await import("@electric-sql/pglite");
  const isNew = directory === null || !existsSync(join(directory, "PG_VERSION"));
  const template = isNew ? await readTemplate(templatePath) : null;
  return Engine.create({
    ...(directory === null ? {} : { dataDir: directory }),
    ...(template === null ? {} : { loadDataDir: template }),
    startParams: [...Engine.defaultStartParams, "-c", `shared_buffers=${SHARED_BUFFERS}`],
  });
}

/** Writes what `openPglite` takes as a template: gzip'ed data directory of a fresh engine, about 4.5 MB. */
export async function createTemplate(): Promise<Buffer> {
  const { PGlite: Engine } = await import("@electric-sql/pglite");
  const engine = await Engine.create();
  try {
    const dump = await engine.dumpDataDir("gzip");
    return Buffer.from(await dump.arrayBuffer());
  } finally {
    await engine.close();
  }
}

async function readTemplate(path: string | undefined): Promise<Blob | null> {
  const file = path ?? join(dirname(fileURLToPath(import.meta.url)), templateFileName());
  if (!existsSync(file)) return null;
  return new Blob([await readFile(file)]);
}
