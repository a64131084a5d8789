import { DemoLedger } from "../../../demo/demo-ledger.js";
import { cents, type DemoProgress, progressLine } from "../../../demo/progress.js";
import { AppError } from "../../domain/errors.js";
import { type Command, type CommandContext, integerOption } from "../command.js";
import { isReady, ServerChild } from "../server-child.js";
import { formatCount } from "../table.js";

export const demoCommand: Command = {
  name: "demo",
  summary: "Fill a server with a believable month of traffic",
  help: `Usage: spanledger demo [--calls <n>] [--days <n>] [--seed <n>] [--force]

Real clients under the real wrapper call bundled stand-in providers; nothing leaves this machine. If no server runs at the
endpoint, one is started and keeps running until Ctrl-C.

Options:
  --calls <n>   Roughly how many calls (20000)
  --days <n>    Over so many days up to now (30)
  --seed <n>    The same seed gives the same traffic (1)
  --force       Run although demo calls are there already: they stay, and the new ones come on top
  --stop        Stop the server afterwards, if it was started here`,
  options: {
    calls: { type: "string" },
    days: { type: "string" },
    seed: { type: "string" },
    force: { type: "boolean" },
    stop: { type: "boolean" },
  },
  run: async (context) => {
    const interrupt = interruption();
    let server: ServerChild | null = null;
    try {
      if (!(await isReady(context.api))) server = await startHere(context, interrupt.signal);
      const code = await fill(context, interrupt.signal);
      if (server === null || context.values["stop"] === true || interrupt.signal.aborted) return code;
      context.io.err("The server keeps running; Ctrl-C stops it.\n");
      await Promise.race([server.ended(), interrupt.happened]);
      return code;
    } finally {
      interrupt.dispose();
      if (server) await server.stop();
    }
  },
};

function startHere({ api, io }: CommandContext, signal: AbortSignal): Promise<ServerChild> {
  const { hostname } = new URL(api.endpoint);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
    throw new AppError("unavailable", `no Spanledger server answers at ${api.endpoint}`);
  }
  io.err(`No server at ${api.endpoint}: starting one\n`);
  return ServerChild.start(api, io.env, signal);
}

async function fill(context: CommandContext, signal: AbortSignal): Promise<number> {
  const { api, io, values } = context;
  const calls = integerOption(values, "calls", { min: 1, max: 1_000_000 });
  const days = integerOption(values, "days", { min: 1, max: 366 });
  const seed = integerOption(values, "seed", { min: 0, max: 2_147_483_647 });
  const ledger = new DemoLedger(api);
  if (values["force"] !== true && (await ledger.hasDemoCalls())) {
    throw new AppError(
      "conflict",
      `${api.endpoint} holds demo calls already; --force adds a second month on top, a fresh SPANLEDGER_DATA_DIR starts anew`,
    );
  }
  exportTo(context);

  // The vendors' clients are loaded only for a demo.
  const { runDemo } = await import("../../../demo/run-demo.js");
  const result = await runDemo({
    ledger,
    nowMs: io.nowMs(),
    signal,
    onProgress: progressWriter(context),
    ...(calls === undefined ? {} : { calls }),
    ...(days === undefined ? {} : { days }),
    ...(seed === undefined ? {} : { seed }),
  });
  const spent = await ledger.spentSince(result.fromMs);
  if (context.json) io.out(`${JSON.stringify({ ...result, spent })}\n`);
  else io.out(summaryText(api.endpoint, result, spent));
  return signal.aborted ? 130 : 0;
}

/** The wrapper reads where to export from the environment, when the first span is made. */
function exportTo({ api }: CommandContext): void {
  process.env["SPANLEDGER_ENDPOINT"] = api.endpoint;
  if (api.key !== undefined) process.env["SPANLEDGER_API_KEY"] = api.key;
}

function progressWriter({ io }: CommandContext): (progress: DemoProgress) => void {
  let lastTenth = -1;
  return (progress) => {
    const line = progressLine(progress);
    const tenth = Math.floor((progress.made / Math.max(1, progress.planned)) * 10);
    if (io.columns !== null) io.err(`\r${line.slice(0, io.columns - 1).padEnd(io.columns - 1)}`);
    else if (tenth > lastTenth) io.err(`${line}\n`);
    lastTenth = tenth;
  };
}

interface Summary {
  made: number;
  planned: number;
  attempts: number;
  endings: { answered: number; failed: number; left: number };
  elapsedMs: number;
  fromMs: number;
  toMs: number;
}

function summaryText(endpoint: string, result: Summary, spent: string | null): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const { answered, failed, left } = result.endings;
  return `
${formatCount(result.made)} of ${formatCount(result.planned)} calls from ${day(result.fromMs)} to ${day(result.toMs)} in ${(result.elapsedMs / 1000).toFixed(0)} s
  ${formatCount(answered)} answered, ${formatCount(failed)} failed, ${formatCount(left)} left by the user; ${formatCount(result.attempts)} HTTP attempts
  ${spent === null ? "spend not known" : `$${cents(spent)} spent`}

Look for:
  document-summary   11,800 tokens of the same system prompt on every call, caching off
  research-agent     from its release 2.4.0 on it retries on 429 without backing off and resends whole conversations
  support-chat       the same size of prompt, mostly read from the cache
  ide-autocomplete   streams without usage: counted, but unpriced until includeUsage is on

Open ${endpoint}
API  ${endpoint}/api/v1/spend?groupBy=feature
`;
}

interface Interruption {
  signal: AbortSignal;
  happened: Promise<void>;
  dispose(): void;
}

/** The first Ctrl-C or SIGTERM ends the demo in order; with the default handlers gone a second one is no different. */
function interruption(): Interruption {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    happened: new Promise((resolve) =>
      controller.signal.addEventListener("abort", () => resolve(), { once: true }),
    ),
    dispose: () => {
      process.removeListener("SIGINT", stop);
      process.removeListener("SIGTERM", stop);
    },
  };
}
