import { statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ApiError } from "../api-client.js";
import type { Command, CommandContext } from "../command.js";
import { productVersion } from "../version.js";

type Verdict = "ok" | "warn" | "fail";

interface Finding {
  check: string;
  verdict: Verdict;
  message: string;
}

const CLOCK_WARN_MS = 2_000;
const API_VERSION = "1";
const DISK_WARN_BYTES = 2 * 1024 ** 3;

export const doctorCommand: Command = {
  name: "doctor",
  summary: "Check this machine and the server",
  help: `Usage: spanledger doctor

Checks the Node version, the server's health, readiness and access, the difference between the clocks, and free disk space of
the data directory (SPANLEDGER_DATA_DIR, ./data). Exit code 1 when a check fails; warnings do not.`,
  options: {},
  run: async (context) => {
    const findings = [nodeVersion(), await disk(context), ...(await server(context))];
    if (context.json) context.io.out(`${JSON.stringify({ version: productVersion(), findings })}\n`);
    else {
      context.io.out(`Spanledger ${productVersion()}\n`);
      for (const { verdict, check, message } of findings) {
        context.io.out(`${verdict.padEnd(4)}  ${check.padEnd(10)}  ${message}\n`);
      }
    }
    return findings.some((finding) => finding.verdict === "fail") ? 1 : 0;
  },
};

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < 20 || (major === 20 && minor < 19);
  const message = isOld ? `${process.version} is too old: 20.19 or newer is needed` : process.version;
  return { check: "node", verdict: isOld ? "fail" : "ok", message };
}

async function disk({ io }: CommandContext): Promise<Finding> {
  const wanted = resolve(io.env["SPANLEDGER_DATA_DIR"] || "./data");
  let path = wanted;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  const stats = await statfs(path);
  const free = stats.bavail * stats.bsize;
  const verdict = free < DISK_WARN_BYTES ? "warn" : "ok";
  return { check: "disk", verdict, message: `${(free / 1024 ** 3).toFixed(1)} GiB free for ${wanted}` };
}

async function server(context: CommandContext): Promise<Finding[]> {
  const { api, io } = context;
  try {
    const sentMs = io.nowMs();
    const health = await api.raw("GET", "/healthz");
    const receivedMs = io.nowMs();
    await health.body?.cancel();
    if (!health.ok) {
      return [
        { check: "server", verdict: "fail", message: `${api.endpoint}/healthz answers ${health.status}` },
      ];
    }
    const clock = clockFinding(health.headers.get("date"), sentMs, receivedMs);
    return [
      { check: "server", verdict: "ok", message: `${api.endpoint} is up` },
      await apiVersion(context),
      await readiness(context),
      await access(context),
      ...(clock ? [clock] : []),
    ];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [{ check: "server", verdict: "fail", message: error.message }];
  }
}

async function apiVersion({ api }: CommandContext): Promise<Finding> {
  const response = await api.raw("GET", "/api/openapi.json");
  const document = (await response.json().catch(() => null)) as { info?: { version?: unknown } } | null;
  const version = document?.info?.version;
  if (version === API_VERSION) return { check: "api", verdict: "ok", message: `version ${API_VERSION}` };
  const said = typeof version === "string" ? `speaks API version ${version}` : "does not say its API version";
  return { check: "api", verdict: "warn", message: `the server ${said}, this command line ${API_VERSION}` };
}

async function readiness({ api }: CommandContext): Promise<Finding> {
  const response = await api.raw("GET", "/readyz");
  const body = (await response.text()).slice(0, 300).replace(/\s+/g, " ");
  return response.ok
    ? { check: "ready", verdict: "ok", message: "databases answer" }
    : { check: "ready", verdict: "fail", message: `not ready (${response.status}) ${body}` };
}

async function access({ api }: CommandContext): Promise<Finding> {
  try {
    await api.get("calls", { limit: 1 });
    return { check: "access", verdict: "ok", message: "calls can be read" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isKey = error.status === 401 || error.status === 403;
    const hint = isKey ? "; pass a key with --key or SPANLEDGER_API_KEY" : "";
    return {
      check: "access",
      verdict: "fail",
      message: `${error.code}: ${error.message.replace(/\.$/, "")}${hint}`,
    };
  }
}

/** The Date header has whole seconds: the server's clock was somewhere within that second while the request was under way. */
function clockFinding(date: string | null, sentMs: number, receivedMs: number): Finding | null {
  const serverMs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(serverMs)) return null;
  const ahead = Math.max(0, serverMs - receivedMs);
  const behind = Math.max(0, sentMs - (serverMs + 1000));
  const skew = Math.max(ahead, behind);
  const isSkewed = skew > CLOCK_WARN_MS;
  const side = ahead > behind ? "ahead of" : "behind";
  const message = isSkewed
    ? `the server's clock is ${(skew / 1000).toFixed(1)} s ${side} this machine's: budgets and times will be off`
    : "clocks agree";
  return { check: "clock", verdict: isSkewed ? "warn" : "ok", message };
}
