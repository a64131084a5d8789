import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../domain/errors.js";
import type { ApiClient } from "./api-client.js";

const START_TIMEOUT_MS = 120_000;
/** The command's own output alone goes to standard output. */
const STDERR = 2;
const BIN = fileURLToPath(new URL("../../../bin/spanledger.cjs", import.meta.url));

/** A server started for a command, in a process of its own: only `start` opens the data directory. */
export class ServerChild {
  private constructor(private readonly child: ChildProcess) {}

  /**
   * Starts a server and resolves when it is ready. Its output goes to standard error. In a process group of its own, Ctrl-C reaches it
   * once, through us; it also stops when this process disappears (the channel between them closes).
   * @throws AppError `unavailable` when it exits, is not ready in 120 s, or `signal` aborts first
   */
  static async start(
    api: ApiClient,
    env: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<ServerChild> {
    const url = new URL(api.endpoint);
    const child = spawn(process.execPath, [BIN, "start"], {
      stdio: ["ignore", STDERR, STDERR, "ipc"],
      env: { ...env, SPANLEDGER_PORT: url.port || "80" },
      detached: true,
    });
    const server = new ServerChild(child);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && !signal.aborted) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new AppError("unavailable", `the server did not start (exit code ${child.exitCode})`);
      }
      if (await isReady(api)) return server;
      await sleep(100);
    }
    await server.stop();
    if (signal.aborted) throw new AppError("unavailable", "interrupted while the server was starting");
    throw new AppError("unavailable", `the server was not ready within ${START_TIMEOUT_MS / 1000} s`);
  }

  /** Resolves with the exit code when the server ends by itself or by a signal of the user. */
  async ended(): Promise<number> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return this.child.exitCode ?? 1;
  }

  /** Asks the server to stop and resolves with its exit code. */
  stop(): Promise<number> {
    this.child.kill("SIGTERM");
    return this.ended();
  }
}

/** Whether a server is ready at the client's endpoint; false when nothing answers. */
export async function isReady(api: ApiClient): Promise<boolean> {
  try {
    const response = await api.raw("GET", "/readyz");
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not listening yet.
    return false;
  }
}
