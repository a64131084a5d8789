import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Span } from "../../../src/server/domain/span.js";
import { chat, span } from "../../support/spans.js";
import { type IngestApp, startIngest } from "./ingest-app.js";

/** Model calls of one trace; 200,000 and more with SPANLEDGER_TRACE_CALLS. */
const CALLS = Number(process.env["SPANLEDGER_TRACE_CALLS"] ?? 1500);
const BATCH = 500;
/** The trace lasts ten hours. */
const LASTING_MS = 36_000_000;

const TRACE = "one-long-run";
const inTrace = { trace: TRACE, scope: "agents" };

/** A step of the agent and the model call below it. */
function step(index: number): Span[] {
  const startMs = Math.floor((index * LASTING_MS) / CALLS);
  return [
    span({ "agent.step": index }, { ...inTrace, key: `step ${index}`, parent: "agent", kind: 1, startMs }),
    chat(
      { "gen_ai.response.id": `chatcmpl-${String(index).padStart(12, "0")}` },
      { ...inTrace, key: `call ${index}`, parent: `step ${index}`, startMs },
    ),
  ];
}

/** The remote agent, whose span repeats the sum of its calls and ends last. */
const agent = chat(
  {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.usage.input_tokens": 1200 * CALLS,
    "gen_ai.usage.output_tokens": 85 * CALLS,
  },
  { ...inTrace, key: "agent", startMs: 0, durationMs: LASTING_MS + 1000 },
);

describe("one trace without end", () => {
  let directory: string;
  let app: IngestApp;
  const costs: number[] = [];

  async function deliver(spans: readonly Span[]): Promise<number> {
    const before = process.cpuUsage();
    await app.ingest.accept("default", spans);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000;
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "spanledger-long-trace-"));
    app = await startIngest(directory);
    for (let first = 0; first < CALLS; first += BATCH) {
      const indexes = Array.from({ length: Math.min(BATCH, CALLS - first) }, (_, at) => first + at);
      costs.push(await deliver(indexes.flatMap(step)));
    }
  }, 3_600_000);

  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });

  const counts = async () => {
    const [row] = await app.store.select<{ calls: string; ids: string; input: string }>(
      "SELECT countIf(billable) AS calls, uniqExactIf(call_id, billable) AS ids, sumIf(input_total, billable) AS input FROM calls_raw FINAL",
    );
    return [Number(row?.calls), Number(row?.ids), Number(row?.input)];
  };

  it("bills every call once, and does not slow down as it grows", async () => {
    expect(await counts()).toEqual([CALLS, CALLS, 1200 * CALLS]);
    const third = Math.max(1, Math.floor(costs.length / 3));
    const median = (values: number[]) =>
      [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    const early = median(costs.slice(1, 1 + third));
    const late = median(costs.slice(-third));
    process.stdout.write(
      `trace of ${2 * CALLS} spans: CPU per batch of ${2 * BATCH}: early ${early.toFixed(0)} ms, late ${late.toFixed(0)} ms, ` +
        `heap ${(process.memoryUsage().heapUsed / 1e6).toFixed(0)} MB, rss ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB\n`,
    );
    expect(late).toBeLessThan(Math.max(4 * early, 400));
  });

  it("knows the agent that ends last for the sum of its calls", async () => {
    await deliver([agent]);
    expect(await counts()).toEqual([CALLS, CALLS, 1200 * CALLS]);
    const [row] = await app.store.select<{ role: string; reason: string }>(
      "SELECT role, role_reason AS reason FROM calls_raw FINAL WHERE role != 'call'",
    );
    expect(row).toEqual({ role: "aggregate", reason: "descendant_usage" });
  });

  it("keeps it so when further calls arrive, and when all is sent again", async () => {
    await deliver(step(CALLS));
    await deliver([...step(0), ...step(CALLS - 1), agent]);
    expect(await counts()).toEqual([CALLS + 1, CALLS + 1, 1200 * (CALLS + 1)]);
  });
});
