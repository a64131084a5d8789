import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const root = join(import.meta.dirname, "..");
const READY_TIMEOUT_MS = 120_000;

/** Resource use of the server process since it started. */
export interface ProcessFigures {
  cpuSeconds: number;
  rssBytes: number;
}

export interface ServerUnderTest {
  url: string;
  /** Milliseconds from spawn to the first 200 of `/readyz`. */
  startMs: number;
  figures(): Promise<ProcessFigures>;
  /** Calls (baseline: rows) that a reader finds. */
  stored(): Promise<number>;
  /** Ends the process; its data directory stays. */
  stop(): Promise<void>;
}

/** A temporary directory; `dispose` removes it. */
export function temporaryDirectory(): { path: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), "spanledger-bench-"));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

/** The built server as users start it. @throws Error when it is not built or does not get ready. */
export async function startProduct(dataDir: string): Promise<ServerUnderTest> {
  if (!existsSync(join(root, "dist/server/cli/main.js"))) {
    throw new Error("The server is not built: run `npm run build` first.");
  }
  return start([join(root, "bin/spanledger.cjs"), "start"], dataDir, "/api/v1/summary");
}

/** The baseline receiver: protobufjs and JSON rows. */
export async function startBaseline(dataDir: string): Promise<ServerUnderTest> {
  return start(["--import", "tsx", join(root, "bench/baseline-server.ts")], dataDir, "/rows");
}

/** @param countPath answers JSON with the number of stored calls as `calls` */
async function start(command: string[], dataDir: string, countPath: string): Promise<ServerUnderTest> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      SPANLEDGER_HOST: "127.0.0.1",
      SPANLEDGER_PORT: String(port),
      SPANLEDGER_GRPC_PORT: "0",
      SPANLEDGER_FACADE_PORT: "0",
      SPANLEDGER_DATA_DIR: dataDir,
      SPANLEDGER_LOG_LEVEL: "error",
    },
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-10_000);
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child, () => said);
  return {
    url,
    startMs: performance.now() - started,
    figures: () => readFigures(url),
    async stored() {
      const answer = (await (await fetch(url + countPath)).json()) as { calls: number };
      return answer.calls;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function untilReady(url: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}\n${said()}`);
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false, // not listening yet
    );
    if (ready) return;
    await delay(10);
  }
  child.kill("SIGKILL");
  throw new Error(`the server was not ready within ${READY_TIMEOUT_MS} ms\n${said()}`);
}

async function readFigures(url: string): Promise<ProcessFigures> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
  return { cpuSeconds: read("process_cpu_seconds_total"), rssBytes: read("process_resident_memory_bytes") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
