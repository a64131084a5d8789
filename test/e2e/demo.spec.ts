import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ApiCall, allCalls, requestJson } from "../support/api.js";
import {
  cleanUpServers,
  eventually,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";

const bin = join(import.meta.dirname, "../../bin/spanledger.cjs");

async function spanledger(endpoint: string, ...args: string[]) {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, NODE_OPTIONS: "", SPANLEDGER_ENDPOINT: endpoint },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

interface SpendRow {
  feature: string | null;
  calls: number;
  retries: number;
  unpricedCalls: number;
  cost: string | null;
  usage: Record<string, number | null>;
}

describe("the demo", () => {
  let server: ServerProcess;
  let result: {
    made: number;
    planned: number;
    attempts: number;
    endings: Record<string, number>;
    spent: string;
  };
  let calls: ApiCall[];
  let features: Map<string | null, SpendRow>;

  beforeAll(async () => {
    server = await startServerProcess();
    const demo = await spanledger(server.url, "demo", "--calls", "2000", "--json");
    expect(demo.err).toMatch(/100 % {2}1,\d{3} of 1,\d{3} calls|100 % {2}2,\d{3} of 2,\d{3} calls/);
    expect(demo.code).toBe(0);
    result = JSON.parse(demo.out) as typeof result;
    calls = await allCalls(server.url);
    const from = new Date(Date.now() - 32 * 86_400_000).toISOString();
    const spend = await requestJson<{ data: SpendRow[] }>(
      `${server.url}/api/v1/spend?groupBy=feature&from=${from}`,
    );
    features = new Map(spend.data.map((row) => [row.feature, row]));
  }, 240_000);

  afterAll(cleanUpServers);

  it("lands every call exactly once, with every attempt", () => {
    expect(result.made).toBe(result.planned);
    expect(calls).toHaveLength(result.made);
    const attempts = calls.reduce((sum, call) => sum + call.attemptCount, 0);
    expect(attempts).toBe(result.attempts);
    const errors = calls.filter((call) => call.outcome === "error").length;
    expect(errors).toBe(result.endings["failed"]);
  });

  it("spreads over thirty days in the past, with believable times", () => {
    const days = new Set(calls.map((call) => call.startTime.slice(0, 10)));
    expect(days.size).toBeGreaterThanOrEqual(30);
    expect(calls.every((call) => Date.parse(call.startTime) < Date.now())).toBe(true);
    const streamed = calls.filter((call) => call.streaming && call.outcome === "ok");
    const firstChunks = streamed.map((call) => call.timeToFirstChunkMs ?? -1);
    expect(Math.min(...firstChunks)).toBeGreaterThan(50);
    expect(streamed.every((call) => call.durationMs > (call.timeToFirstChunkMs ?? 0))).toBe(true);
    const median =
      calls.map((call) => call.durationMs).sort((a, b) => a - b)[Math.floor(calls.length / 2)] ?? 0;
    expect(median).toBeGreaterThan(100);
    expect(median).toBeLessThan(20_000);
  });

  it("prices what it can and says what it cannot", () => {
    const reasons = new Set(
      calls.filter((call) => call.cost.status === "unpriced").map((call) => call.cost.reason),
    );
    expect(reasons).toEqual(new Set(["model_unknown", "usage_missing"]));
    const priced = calls.filter((call) => call.cost.status === "priced").length;
    expect(priced / calls.length).toBeGreaterThan(0.85);
    expect(Number(result.spent)).toBeGreaterThan(5);
  });

  it("shows the story: wild retries, a big prompt without cache, a cache that works", () => {
    const usage = (feature: string, name: string): number => features.get(feature)?.usage[name] ?? 0;
    expect(usage("document-summary", "cacheRead")).toBe(0);
    expect(
      usage("document-summary", "inputTotal") / (features.get("document-summary")?.calls ?? 1),
    ).toBeGreaterThan(11_800);
    expect(usage("support-chat", "cacheRead") / usage("support-chat", "inputTotal")).toBeGreaterThan(0.6);
    const retries = [...features.values()].map((row) => row.retries);
    expect(features.get("research-agent")?.retries).toBe(Math.max(...retries));
    expect(features.get("ide-autocomplete")?.unpricedCalls).toBe(features.get("ide-autocomplete")?.calls);
    expect(calls.some((call) => call.outcome === "cancelled")).toBe(true);
  });

  it("makes a budget that warns", async () => {
    const budgets = await requestJson<{ data: { id: string; name: string }[] }>(
      `${server.url}/api/v1/budgets`,
    );
    expect(budgets.data.map((budget) => budget.name)).toEqual(["Demo: LLM spend of the month"]);
    const status = await requestJson<{ percent: number }>(
      `${server.url}/api/v1/budgets/${budgets.data[0]?.id}/status`,
    );
    expect(status.percent).toBeLessThan(100);
  });

  it("refuses to double itself in silence", async () => {
    const again = await spanledger(server.url, "demo", "--calls", "10");
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/conflict: .* holds demo calls already; --force/);
    expect(await allCalls(server.url)).toHaveLength(result.made);
  }, 60_000);

  it("is what the command line reports, exports and imports", async () => {
    const report = await spanledger(server.url, "report", "--by", "team", "--from", "32d");
    expect(report.code).toBe(0);
    expect(report.out).toMatch(
      new RegExp(`^Total +${String(result.made).replace(/\B(?=(\d{3})+$)/g, ",")} `, "m"),
    );

    const csv = await spanledger(
      server.url,
      "export",
      "--format",
      "csv",
      "--filter",
      "feature=nightly-report",
    );
    expect(csv.out.trim().split("\r\n").length - 1).toBe(features.get("nightly-report")?.calls);

    const before = await requestJson<{ cost: string }>(`${server.url}/api/v1/summary`);
    const file = join(server.dataDir, "export.jsonl");
    expect((await spanledger(server.url, "export", "--output", file)).code).toBe(0);
    const same = await spanledger(server.url, "import", file);
    expect(same).toMatchObject({ code: 0 });
    expect((await requestJson<{ cost: string }>(`${server.url}/api/v1/summary`)).cost).toBe(before.cost);

    const other = await startServerProcess();
    expect((await spanledger(other.url, "import", file)).code).toBe(0);
    const moved = await eventually(
      async () => {
        const rows = await allCalls(other.url);
        return rows.length === result.made ? rows : undefined;
      },
      20_000,
      "imported calls",
    );
    const cost = new Map(calls.map((call) => [call.spanId, call.cost.total]));
    expect(moved.filter((call) => call.cost.total !== cost.get(call.spanId))).toEqual([]);
  }, 180_000);
});
