// `npm run examples`: every example against stand-in providers and a fresh server; each call must be in the ledger as it was made.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type LogEntry, startStandInProviders } from "../src/demo/providers/index.js";
import { differences, type LedgerCall, rowsOf, servedCalls } from "./examples/compare.js";
import { clientSettings, standInScript } from "./examples/stand-in-script.js";

const root = join(import.meta.dirname, "..");
const examples = [
  "quickstart/openai.mjs",
  "quickstart/anthropic.mjs",
  "streaming/streaming.mjs",
  "with-attribution/with-attribution.mjs",
  "with-opentelemetry/with-opentelemetry.mjs",
  "raw-otlp/send.sh",
  "clients/openai-responses.mjs",
  "clients/azure-openai.mjs",
  "clients/openai-compatible.mjs",
  "clients/groq.mjs",
  "clients/together.mjs",
  "clients/mistral.mjs",
  "clients/cohere.mjs",
  "clients/gemini.mjs",
  "clients/bedrock.mjs",
  "clients/ollama.mjs",
  "clients/plain-fetch.mjs",
  "clients/langchain.mjs",
  "clients/vercel-ai.mjs",
];
/** Only given arguments run: `npm run examples clients/groq.mjs`. */
const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? examples : examples.filter((name) => wanted.includes(name));
const NAME_WIDTH = Math.max(...examples.map((name) => name.length));
const VISIBLE_WITHIN_MS = 10_000;
const EXAMPLE_TIMEOUT_MS = 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: EXAMPLE_TIMEOUT_MS,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}\n${output}`);
  return output;
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

async function until(what: string, probe: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(50);
  }
}

async function hasCurl(): Promise<boolean> {
  const child = spawn("curl", ["--version"], { stdio: "ignore" });
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

async function runExample(example: string, settings: NodeJS.ProcessEnv): Promise<void> {
  // The Azure client reads the openai client's base URL too, and would refuse to have two.
  const env = example === "clients/azure-openai.mjs" ? { ...settings, OPENAI_BASE_URL: undefined } : settings;
  const path = join(root, "examples", example);
  const aliases = pathToFileURL(join(root, "tools/examples/aliases.mjs")).href;
  if (!example.endsWith(".sh")) await run(process.execPath, ["--import", aliases, path], env);
  else if (await hasCurl()) await run("sh", [path], env);
  else {
    const { readFile } = await import("node:fs/promises");
    const body = await readFile(join(root, "examples/raw-otlp/call.json"));
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${env["SPANLEDGER_ENDPOINT"]}/v1/traces`, {
      method: "POST",
      headers,
      body,
    });
    if (!response.ok) throw new Error(`raw OTLP refused: ${response.status}`);
  }
}

async function main(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), "spanledger-examples-"));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const providers = await startStandInProviders({ script: standInScript() });
  const server = spawn(process.execPath, [join(root, "bin/spanledger.cjs"), "start"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      SPANLEDGER_PORT: String(port),
      SPANLEDGER_GRPC_PORT: String(grpcPort),
      SPANLEDGER_FACADE_PORT: "0",
      SPANLEDGER_DATA_DIR: dataDir,
      SPANLEDGER_LOG_LEVEL: "error",
    },
  });
  const env = {
    ...process.env,
    OPENAI_API_KEY: "stand-in",
    OPENAI_BASE_URL: providers.openaiBaseUrl,
    ANTHROPIC_API_KEY: "stand-in",
    ANTHROPIC_BASE_URL: providers.anthropicBaseUrl,
    SPANLEDGER_ENDPOINT: url,
    ...clientSettings(providers.url),
  };
  try {
    await until(
      "server",
      () =>
        fetch(`${url}/readyz`).then(
          (r) => r.ok,
          () => false,
        ),
      120_000,
    );
    let problems = 0;
    console.log(`${"EXAMPLE".padEnd(NAME_WIDTH)}  CALLS  ATTEMPTS  VISIBLE AFTER  COST USD`);
    for (const example of chosen) problems += await check(example, env, url, providers.log);
    console.log(problems === 0 ? "\nall examples agree with the ledger" : `\n${problems} differences`);
    return problems === 0 ? 0 : 1;
  } finally {
    await providers.close();
    server.kill("SIGTERM");
    if (server.exitCode === null) await once(server, "exit");
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function callsOf(url: string): Promise<LedgerCall[]> {
  return ((await json(`${url}/api/v1/calls?limit=500`)) as { data: LedgerCall[] }).data;
}

async function check(
  example: string,
  env: NodeJS.ProcessEnv,
  url: string,
  log: readonly LogEntry[],
): Promise<number> {
  const from = log.length;
  const before = new Set((await callsOf(url)).map((call) => call.id));
  await runExample(example, env);
  const served = servedCalls(log.slice(from));
  const expected = Math.max(1, served.length);
  const startedMs = performance.now();
  let added: LedgerCall[] = [];
  await until(
    `${expected} calls of ${example} in the ledger`,
    async () => {
      added = (await callsOf(url)).filter((call) => !before.has(call.id));
      return added.length >= expected;
    },
    VISIBLE_WITHIN_MS,
  );
  const visibleMs = performance.now() - startedMs;
  const rows = rowsOf(served, added);
  const problems = served.flatMap(({ entry, attempts }, index) => differences(entry, attempts, rows[index]));
  if (added.length !== expected) problems.push(`${added.length} rows for ${expected} calls`);
  if (served.length === 0 && added[0]?.cost.status !== "priced")
    problems.push("the call by hand is not priced");
  const attempts = added.reduce((sum, call) => sum + call.attemptCount, 0);
  const cost = added.map((call) => call.cost.total ?? "?").join(" + ");
  const numbers = [added.length, attempts].map((value, index) => String(value).padStart(index === 0 ? 5 : 8));
  const visible = `${visibleMs.toFixed(0)} ms`.padStart(13);
  console.log(`${example.padEnd(NAME_WIDTH)}  ${numbers.join("  ")}  ${visible}  ${cost}`);
  for (const problem of problems) console.log(`  ${problem}`);
  return problems.length;
}

process.exitCode = await main();
