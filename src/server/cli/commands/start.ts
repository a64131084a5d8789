import { readConfig } from "../../config/app-config.js";
import type { Command, CommandContext } from "../command.js";

/** The process ends at the latest so long after the server has closed, whatever a native library still holds. */
const EXIT_GRACE_MS = 1_000;

export const startCommand: Command = {
  name: "start",
  summary: "Run the server: OTLP intake, API, page",
  help: `Usage: spanledger start

Everything is set by environment variables (docs/configuration.md); those most used:
  SPANLEDGER_PORT (4318)  SPANLEDGER_HOST (127.0.0.1)  SPANLEDGER_DATA_DIR (./data)  SPANLEDGER_ADMIN_PASSWORD
  SPANLEDGER_CLICKHOUSE_URL and SPANLEDGER_POSTGRES_URL for servers in place of the embedded databases

Ctrl-C stops it in order; what was acknowledged is kept.`,
  options: {},
  run: start,
};

async function start({ io }: CommandContext): Promise<number> {
  const config = readConfig(io.env);
  const stopped = stopRequest();
  const startedMs = performance.now();
  io.err("Starting Spanledger\n");
  const { startServer } = await import("../../main.js");
  const server = await startServer(config, (step) => io.err(`  ${step}\n`));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  io.out(`
Spanledger is ready (${seconds} s)

  Page       ${server.url}
  API        ${server.url}/api/docs
  OTLP/HTTP  ${server.url}/v1/traces
  OTLP/gRPC  ${server.grpcPort === null ? "off" : `${config.host}:${server.grpcPort}`}
  SQL        ${server.facadePort === null ? "off" : `http://${config.host}:${server.facadePort} (ClickHouse HTTP, read-only)`}
  Data       ${config.clickhouseUrl === undefined || config.postgresUrl === undefined ? config.dataDir : "on servers"}
  Access     ${config.openMode ? "open on this machine, no key needed" : "by key or password"}

Ctrl-C stops it. A month of demo traffic: npm run demo (or spanledger demo)
`);
  await stopped;
  io.err("\nStopping: finishing what was accepted\n");
  await server.close();
  io.err("Stopped\n");
  setTimeout(() => process.exit(0), EXIT_GRACE_MS).unref();
  return 0;
}

/** npm passes Ctrl-C on although the terminal has sent it already: what follows so soon is the same wish. */
const SAME_SIGNAL_MS = 500;

/**
 * Resolves at the first SIGINT or SIGTERM, or when the process that started this one for a command is gone. A second, later signal ends
 * the process at once.
 */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    let stoppingSinceMs: number | null = null;
    const stop = (code: number): void => {
      if (stoppingSinceMs === null) {
        stoppingSinceMs = performance.now();
        resolve();
      } else if (performance.now() - stoppingSinceMs > SAME_SIGNAL_MS) {
        process.exit(code);
      }
    };
    process.on("SIGINT", () => stop(130));
    process.on("SIGTERM", () => stop(143));
    if (process.channel) process.once("disconnect", () => stop(1));
  });
}
