import { parseArgs } from "node:util";
import { AppError } from "../domain/errors.js";
import { ApiClient, ApiError, DEFAULT_ENDPOINT } from "./api-client.js";
import { type CliIo, type Command, type OptionsConfig, type OptionValues, UsageError } from "./command.js";
import { commands } from "./commands.js";
import { productVersion } from "./version.js";

const COMMON_OPTIONS: OptionsConfig = {
  endpoint: { type: "string" },
  key: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

const COMMON_HELP = `Common options:
  --endpoint <url>   Server to talk to (SPANLEDGER_ENDPOINT, default ${DEFAULT_ENDPOINT})
  --key <key>        API key, or the admin password (SPANLEDGER_API_KEY, SPANLEDGER_ADMIN_PASSWORD); not needed in open mode
  --json             Print JSON instead of text
  -h, --help         Show help
`;

/**
 * Runs one command line (without node and script) and resolves with the exit code: 0 done, 1 failed, 2 wrong usage.
 * Never rejects: failures are printed to `io.err`.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    io.out(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    io.out(`${productVersion()}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    io.err(
      `spanledger: unknown command "${name}"${suggestion(name)}\nRun \`spanledger --help\` for the list.\n`,
    );
    return 2;
  }
  try {
    return await runCommand(command, rest, io);
  } catch (error) {
    return report(command, error, io);
  }
}

async function runCommand(command: Command, argv: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parse(command, argv);
  if (values["help"] === true) {
    io.out(`${command.summary}\n\n${command.help.trim()}\n\n${COMMON_HELP}`);
    return 0;
  }
  const endpoint = values["endpoint"] ?? endpointOf(io.env);
  const key = values["key"] ?? io.env["SPANLEDGER_API_KEY"] ?? io.env["SPANLEDGER_ADMIN_PASSWORD"];
  if (typeof endpoint !== "string" || !/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new UsageError(`--endpoint must be an http or https URL, not "${String(endpoint)}"`);
  }
  const api = new ApiClient(endpoint, typeof key === "string" && key !== "" ? key : undefined);
  return command.run({ io, values, positionals, api, json: values["json"] === true });
}

/** On the server's own machine its port setting is enough. */
function endpointOf(env: CliIo["env"]): string {
  const port = env["SPANLEDGER_PORT"];
  return env["SPANLEDGER_ENDPOINT"] || (port ? `http://127.0.0.1:${port}` : DEFAULT_ENDPOINT);
}

function parse(command: Command, argv: string[]): { values: OptionValues; positionals: string[] } {
  try {
    return parseArgs({
      args: argv,
      options: { ...command.options, ...COMMON_OPTIONS },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    // parseArgs explains unknown and incomplete options well; only its advice about `--` is noise here.
    const message =
      error instanceof Error ? error.message.replace(/\. To specify a positional.*$/s, "") : String(error);
    throw new UsageError(message);
  }
}

function report(command: Command, error: unknown, io: CliIo): number {
  if (error instanceof UsageError) {
    io.err(
      `spanledger ${command.name}: ${error.message}\nRun \`spanledger ${command.name} --help\` for its options.\n`,
    );
    return 2;
  }
  if (error instanceof ApiError || error instanceof AppError) {
    const id = error instanceof ApiError && error.requestId !== null ? ` (request ${error.requestId})` : "";
    io.err(`spanledger ${command.name}: ${error.code}: ${error.message}${id}\n`);
    return 1;
  }
  io.err(
    `spanledger ${command.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const list = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`).join("\n");
  return `Spanledger ${productVersion()}: a ledger of what LLM API calls cost.

Usage: spanledger <command> [options]

Commands:
${list}

${COMMON_HELP}
Run \`spanledger <command> --help\` for a command's own options. Only start and migrate open the data directory;
everything else talks to a running server.
`;
}

/** `, did you mean "x"?` when one command is within two edits. */
function suggestion(name: string): string {
  const near = commands.find((command) => distance(name.slice(0, 32), command.name) <= 2);
  return near ? `, did you mean "${near.name}"?` : "";
}

function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, a] of left.split("").entries()) {
    const next = [i + 1];
    for (const [j, b] of right.split("").entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a === b ? 0 : 1)));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
