import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeEngineConfig } from "./chdb.config.js";
import { ChdbSession, openSession } from "./chdb.session.js";
import { tableName } from "./json-rows.js";
import { SessionPool } from "./session-pool.js";

export interface ChdbOptions {
  /** Directory of the engine's files; created when missing. */
  directory: string;
  /** Concurrent readers; each costs a thread of libuv's pool while it runs. Default 3. */
  readers?: number;
  /** Database that holds our tables; created when missing. Default `spanledger`. */
  database?: string;
}

/** The sessions of an open engine, and the directory for blocks on their way into it. */
export interface OpenEngine {
  inbox: string;
  writer: ChdbSession;
  /** For long statements that write beside the ingest path, one at a time. */
  keeper: ChdbSession;
  /** Only stops queries, so that it is never busy. */
  killer: ChdbSession;
  readers: SessionPool<ChdbSession>;
}

const MAX_WAITING_QUERIES = 512;

/**
 * An open engine whose database exists. What a killed process left in the inbox was never acknowledged, and is dropped.
 * @throws AppError `conflict` when another process has the directory open; nothing stays open then.
 */
export async function openEngine(options: ChdbOptions): Promise<OpenEngine> {
  const sessions: ChdbSession[] = [];
  try {
    return await openSessions(options, sessions);
  } catch (error) {
    for (const session of sessions) session.close();
    const { drainPending } = await import("chdb");
    await drainPending();
    throw error;
  }
}

async function openSessions(options: ChdbOptions, sessions: ChdbSession[]): Promise<OpenEngine> {
  const { directory, readers = 3, database = "spanledger" } = options;
  const inbox = join(directory, "inbox");
  const data = join(directory, "store");
  mkdirSync(directory, { recursive: true });
  const configPath = writeEngineConfig(join(directory, "config"));
  const open = async (prepare: string): Promise<ChdbSession> => {
    const session = await ChdbSession.open(() => openSession(data, configPath, prepare));
    sessions.push(session);
    return session;
  };
  const use = `USE ${tableName(database)}`;
  const writer = await open(`CREATE DATABASE IF NOT EXISTS ${tableName(database)} ENGINE = Atomic; ${use}`);
  // Only now is it sure that no other process works here.
  rmSync(inbox, { recursive: true, force: true });
  mkdirSync(inbox);
  // One statement, one part: whoever reads meanwhile sees all of it or nothing.
  const keeper = await open(
    `${use}; SET max_threads = 1, max_insert_threads = 1, min_insert_block_size_rows = 100000000, min_insert_block_size_bytes = 4000000000`,
  );
  const killer = await open("SELECT 1");
  const pool: ChdbSession[] = [];
  // readonly=2 cannot be taken back on a session: these can change settings, never data.
  for (let index = 0; index < readers; index += 1) pool.push(await open(`${use}; SET readonly = 2`));
  return { inbox, writer, keeper, killer, readers: new SessionPool(pool, MAX_WAITING_QUERIES) };
}
