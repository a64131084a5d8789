import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataDirLock } from "./data-dir-lock.js";
import { currentProcess } from "./process-identity.js";

const fast = { heartbeatMs: 20, abandonedAfterMs: 200 };

describe("DataDirLock", () => {
  let directory: string;
  const lockPath = (): string => join(directory, "spanledger.lock");
  const writeLock = (content: object): void => writeFileSync(lockPath(), JSON.stringify(content));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "spanledger-lock-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("is exclusive until released, and creates the directory", async () => {
    const nested = join(directory, "a", "b");
    const lock = await DataDirLock.acquire(nested, fast);
    await expect(DataDirLock.acquire(nested, fast)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await lock.release();
    await lock.release();
    const next = await DataDirLock.acquire(nested, fast);
    await next.release();
    expect(existsSync(join(nested, "spanledger.lock"))).toBe(false);
  });

  it("is taken over at once from a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    writeLock({ ...currentProcess(), pid: child.pid, startedAt: "1", token: "old" });
    const lock = await DataDirLock.acquire(directory, { heartbeatMs: 20, abandonedAfterMs: 60_000 });
    expect(JSON.parse(readFileSync(lockPath(), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it("is taken over when the pid now belongs to another process", async () => {
    writeLock({ ...currentProcess(), startedAt: "1", token: "old" });
    const lock = await DataDirLock.acquire(directory, { heartbeatMs: 20, abandonedAfterMs: 60_000 });
    await lock.release();
  });

  it("of another host is respected while it beats and taken over when it stopped", async () => {
    writeLock({ pid: 1, host: "elsewhere", startedAt: "1", token: "other" });
    const beat = setInterval(() => void utimes(lockPath(), new Date(), new Date()), 20);
    await expect(DataDirLock.acquire(directory, fast)).rejects.toMatchObject({
      message: expect.stringContaining("process 1 on elsewhere"),
    });
    clearInterval(beat);
    const lock = await DataDirLock.acquire(directory, fast);
    await lock.release();
  });

  it("that cannot be read counts as abandoned when nobody touches it", async () => {
    writeFileSync(lockPath(), '{"pid":');
    const lock = await DataDirLock.acquire(directory, fast);
    await lock.release();
  });

  it("is won by exactly one of many that find it stale together", async () => {
    writeLock({ ...currentProcess(), startedAt: "1", token: "old" });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => DataDirLock.acquire(directory, fast)),
    );
    const won = results.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
  });

  it("does not remove a lock that became another's", async () => {
    const lock = await DataDirLock.acquire(directory, fast);
    writeLock({ pid: 1, host: "elsewhere", startedAt: "1", token: "other" });
    await lock.release();
    expect(existsSync(lockPath())).toBe(true);
  });
});
