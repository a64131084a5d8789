import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const ROUNDS = 4;
const ROWS = 40;
const script = fileURLToPath(new URL("./insert-until-killed.ts", import.meta.url));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spanledger-kill-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ["--import", "tsx", script, directory, ...args], {
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "inherit"],
  });

/** Lines of a child, until it ends. */
async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  if (child.stdout === null) return;
  yield* createInterface({ input: child.stdout });
}

describe("the embedded store under SIGKILL", () => {
  it(`keeps every acknowledged batch, whole and once, over ${ROUNDS} rounds`, async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = start("insert", String(round));
      const ended = once(child, "exit");
      let batches = 0;
      for await (const line of linesOf(child)) {
        acknowledged.push(line);
        batches += 1;
        // At another moment of an insert each time: while writing the file, the part, or between both.
        if (batches === 6 + round * 3) setTimeout(() => child.kill("SIGKILL"), round * 7);
      }
      await ended;
    }
    const stored = new Map<string, number>();
    for await (const line of linesOf(start("list"))) {
      const [batch = "", rows = ""] = line.split(" ");
      stored.set(batch, Number(rows));
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * 6);
    expect(acknowledged.filter((batch) => stored.get(batch) !== ROWS)).toEqual([]);
    expect([...stored.values()].filter((rows) => rows !== ROWS)).toEqual([]);
    expect(await readdir(join(directory, "inbox"))).toEqual([]);
  }, 180_000);
});
