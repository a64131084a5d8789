import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A free loopback TCP port, released again before it is returned. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}

export interface ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly grpcPort: number;
  readonly facadePort: number;
  readonly child: ChildProcess;
  /** Everything the process wrote so far. */
  output(): string;
  /** Ends the process with a signal; resolves with its exit code (null when the signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServerProcessOptions {
  /** An existing data directory to open again; a fresh temporary one by default. */
  dataDir?: string;
  port?: number;
  env?: Record<string, string>;
}

const started = new Set<ChildProcess>();
const scratchDirs = new Set<string>();

/** A temporary directory that `cleanUpServers` removes. */
export function scratchDir(prefix = "spanledger-test-"): string {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  scratchDirs.add(dir);
  return dir;
}

/** Starts the built server as users do and resolves when it says that it is ready and `/readyz` agrees. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? scratchDir();
  const [port, grpcPort, facadePort] = [
    options.port ?? (await freePort()),
    await freePort(),
    await freePort(),
  ];
  const child = spawn(process.execPath, [join(root, "bin/spanledger.cjs"), "start"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      SPANLEDGER_PORT: String(port),
      SPANLEDGER_GRPC_PORT: String(grpcPort),
      SPANLEDGER_FACADE_PORT: String(facadePort),
      SPANLEDGER_DATA_DIR: dataDir,
      ...options.env,
    },
  });
  started.add(child);
  const chunks: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child, () => chunks.join(""));
  return {
    url,
    dataDir,
    grpcPort,
    facadePort,
    child,
    output: () => chunks.join(""),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const code = await exit;
      started.delete(child);
      return code;
    },
  };
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`server exited with ${child.exitCode}\n${output()}`);
    // The words too: on a taken port somebody else's server answers.
    if (output().includes("is ready") && (await answersOk(`${url}/readyz`))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`server not ready in 90 s\n${output()}`);
}

async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false; // not listening yet
  }
}

/** Polls until `probe` returns a value other than undefined; throws after `timeoutMs` with what was last seen. */
export async function eventually<T>(
  probe: () => Promise<T | undefined>,
  timeoutMs = 5000,
  what = "condition",
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  do {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  } while (Date.now() < deadline);
  throw new Error(`${what} not met within ${timeoutMs} ms`, { cause: lastError });
}

/** Kills what is still running and removes temporary directories; call from afterAll. */
export async function cleanUpServers(): Promise<void> {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  started.clear();
  for (const dir of scratchDirs) rmSync(dir, { recursive: true, force: true });
  scratchDirs.clear();
}
