import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../domain/errors.js";
import { currentProcess, lifeOf, type ProcessIdentity } from "./process-identity.js";

const LOCK_FILE = "spanledger.lock";
const TAKEOVER_FILE = "spanledger.lock.takeover";

interface LockContent extends ProcessIdentity {
  token: string;
}

export interface DataDirLockOptions {
  /** How often the holder shows that it lives. Default 2 000. */
  heartbeatMs?: number;
  /** A lock of another host or container without a heartbeat for this long is abandoned. Default 10 000. */
  abandonedAfterMs?: number;
}

/**
 * The exclusive right to a data directory: neither embedded engine survives being opened twice. Held by a file that
 * names the process; a lock whose process was killed is taken over at once, one of another container after it has shown
 * no sign of life for `abandonedAfterMs`.
 */
export class DataDirLock {
  #heartbeat: NodeJS.Timeout | null;

  private constructor(
    private readonly path: string,
    private readonly token: string,
    heartbeatMs: number,
  ) {
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      // A missed beat is harmless: the next one follows, and a vanished directory stops everything else anyway.
      utimes(this.path, now, now).catch(() => undefined);
    }, heartbeatMs);
    this.#heartbeat.unref();
  }

  /**
   * Takes the lock, creating the directory when absent (mode 0700).
   * @throws AppError `conflict` naming the process that holds it.
   */
  static async acquire(directory: string, options: DataDirLockOptions = {}): Promise<DataDirLock> {
    const heartbeatMs = options.heartbeatMs ?? 2_000;
    const abandonedAfterMs = options.abandonedAfterMs ?? 10_000;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, LOCK_FILE);
    const token = randomUUID();
    if (!(await tryCreate(path, token))) {
      const stale = await refuseUnlessStale(path, directory, abandonedAfterMs);
      await takeOver({ path, directory, token, stale, abandonedAfterMs });
    }
    return new DataDirLock(path, token, heartbeatMs);
  }

  /** Gives the directory free. Idempotent; leaves a lock alone that is no longer ours. */
  async release(): Promise<void> {
    if (this.#heartbeat === null) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    const content = await readLock(this.path);
    if (content?.token === this.token) await rm(this.path, { force: true });
  }
}

async function tryCreate(path: string, token: string): Promise<boolean> {
  const content: LockContent = { ...currentProcess(), token };
  try {
    await writeFile(path, JSON.stringify(content), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined when there is no lock; null when it cannot be read as one (its writer was killed while writing). */
async function readLock(path: string): Promise<LockContent | null | undefined> {
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as Partial<LockContent> | null;
    const isLock =
      typeof value?.pid === "number" && typeof value.token === "string" && typeof value.host === "string";
    return isLock ? ({ startedAt: null, ...value } as LockContent) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The token of the lock found stale; null when it was unreadable or is gone. */
async function refuseUnlessStale(
  path: string,
  directory: string,
  abandonedAfterMs: number,
): Promise<string | null> {
  const content = await readLock(path);
  if (content === undefined) return null;
  const life = content === null ? "unknown" : lifeOf(content);
  const isHeld = life === "alive" || (life === "unknown" && (await showsLife(path, abandonedAfterMs)));
  if (isHeld) throw heldBy(content, directory);
  return content?.token ?? null;
}

/** Whether the lock file changes or vanishes while we watch. Compares it with itself: clocks of hosts may differ. */
async function showsLife(path: string, forMs: number): Promise<boolean> {
  const before = await modifiedAt(path);
  const deadline = Date.now() + forMs;
  while (Date.now() < deadline) {
    await sleep(Math.min(250, forMs / 4));
    const now = await modifiedAt(path);
    if (now === null) return false;
    if (now !== before) return true;
  }
  return false;
}

async function modifiedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

interface Takeover {
  path: string;
  directory: string;
  token: string;
  /** Token of the lock that was judged stale. */
  stale: string | null;
  abandonedAfterMs: number;
}

/** Replaces a stale lock. Only one process at a time may do so: two that judged the same lock stale must not both win. */
async function takeOver({ path, directory, token, stale, abandonedAfterMs }: Takeover): Promise<void> {
  const takeoverPath = join(directory, TAKEOVER_FILE);
  if (!(await tryCreate(takeoverPath, token))) {
    // Either another process is taking over now, or one was killed while it did: its file then never changes.
    const isBusy = await showsLife(takeoverPath, Math.min(abandonedAfterMs, 2_000));
    if (!isBusy) await rm(takeoverPath, { force: true });
    throw new AppError(
      "conflict",
      `Another process is taking over the data directory ${directory}; try again.`,
    );
  }
  try {
    const content = await readLock(path);
    if (content !== undefined && (content?.token ?? null) !== stale) throw heldBy(content, directory);
    await rm(path, { force: true });
    if (!(await tryCreate(path, token))) throw heldBy(null, directory);
  } finally {
    await rm(takeoverPath, { force: true });
  }
}

function heldBy(content: LockContent | null | undefined, directory: string): AppError {
  const holder =
    content === null || content === undefined
      ? "another process"
      : `process ${content.pid} on ${content.host.split(" ")[0]}`;
  return new AppError(
    "conflict",
    `The data directory ${directory} is in use by ${holder}. Stop it first, or set SPANLEDGER_DATA_DIR to another directory.`,
    { directory, pid: content?.pid ?? null },
  );
}
