import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { allCalls } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import { cleanUpServers, eventually, scratchDir, startServerProcess } from "../support/server-process.js";

/** A small file system of its own, or null where this process may not mount one. */
function smallDisk(): string | null {
  const directory = scratchDir();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=192m", "tmpfs", directory], { stdio: "ignore" });
    return directory;
  } catch {
    return null; // not root: what cannot be mounted cannot be tested here
  }
}

function fill(directory: string): string {
  const path = join(directory, "ballast");
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - 64 * 1024), 1));
  return path;
}

function residentMib(pid: number | undefined): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}

const disk = smallDisk();

describe("a full disk", () => {
  afterAll(cleanUpServers);

  (disk === null ? it.skip : it)(
    "is answered with 503 and Retry-After, in bounded memory, and needs no restart",
    async () => {
      if (disk === null) throw new Error("there is no disk");
      try {
        const server = await startServerProcess({ dataDir: disk });
        const deliver = (key: string, count: number) =>
          postTraces(
            server.url,
            tracesRequest(
              Array.from({ length: count }, (_, index) => ({
                key: `${key} ${index}`,
                startMs: Date.now(),
                attributes: chatAttributes({ id: `chatcmpl-${key}-${index}` }),
              })),
            ),
          );
        expect((await deliver("before", 20)).status).toBe(200);
        const ballast = fill(disk);
        const before = residentMib(server.child.pid);
        const acknowledged: string[] = [];
        let refusals = 0;
        for (let round = 0; round < 12; round++) {
          const { status, retryAfter } = await deliver(`full ${round}`, 400);
          // What still fits may be taken; everything else is refused for now.
          if (status === 200) acknowledged.push(`chatcmpl-full ${round}-399`);
          else {
            expect([status, Number(retryAfter) >= 1 && Number(retryAfter) <= 5]).toEqual([503, true]);
            refusals += 1;
          }
        }
        expect(refusals).toBeGreaterThan(0);
        expect(residentMib(server.child.pid) - before).toBeLessThan(300);
        rmSync(ballast);
        await eventually(
          async () => ((await deliver("after", 20)).status === 200 ? true : undefined),
          30_000,
          "recovery",
        );
        const ids = (await allCalls(server.url)).map(({ responseId }) => responseId);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual(
          expect.arrayContaining(["chatcmpl-before-19", "chatcmpl-after-19", ...acknowledged]),
        );
        expect(await server.stop("SIGTERM")).toBe(0);
      } finally {
        unmount(disk);
      }
    },
    240_000,
  );
});

/** Lazily: a server that a failed test left behind still has files open there. */
function unmount(directory: string): void {
  execFileSync("umount", ["-l", directory], { stdio: "ignore" });
}
