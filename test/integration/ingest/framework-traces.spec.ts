import { describe, expect, it } from "@jest/globals";
import { systemClock } from "../../../src/server/domain/clock.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import type { Span } from "../../../src/server/domain/span.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { LedgerWriter } from "../../../src/server/ingest/ledger-writer.js";
import { PricingContextHolder } from "../../../src/server/ingest/pricing-context.js";
import { span } from "../../support/spans.js";
import { recordsOf } from "./captures.js";
import { MemoryLedger } from "./memory-ledger.js";

const pricing = new PricingContextHolder();

/** The billable rows in force after these spans, each delivered in an export of its own. */
async function billed(spans: readonly Span[]): Promise<LedgerRow[]> {
  const ledger = new MemoryLedger();
  const parts = { calls: ledger, traces: ledger, neighbours: ledger, soleWriter: true, clock: systemClock };
  const writer = new LedgerWriter({ ...parts, pricing, metrics: new IngestMetrics(), listeners: [] });
  for (const one of spans) await writer.write([{ project: "default", ...recordsOf([one]) }]);
  return [...ledger.rows.values()].filter(({ call }) => call.billable);
}

interface Wanted {
  provider: string;
  calls: number;
  input: number | null;
  /** Records of the call beside the one that stands for it. */
  others?: number;
  service?: string;
}

const claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const strands = { scope: "strands.telemetry.tracer", trace: "strands", kind: 1 };
const adk = { scope: "gcp.vertex.agent", trace: "adk", kind: 1 };
const logfire = { scope: "logfire.openai", trace: "logfire" };
const openai = { "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o" };
const gemini = { "gen_ai.request.model": "gemini-2.5-flash", "gen_ai.usage.input_tokens": 1500 };

const TRACES: readonly [name: string, spans: Span[], wanted: Wanted][] = [
  [
    "Strands: agent, cycle, model call, and botocore's span of it",
    [
      span(
        {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.system": "strands-agents",
          "gen_ai.request.model": claude,
          "gen_ai.usage.input_tokens": 21,
          "gen_ai.usage.output_tokens": 320,
        },
        { ...strands, key: "agent", durationMs: 900 },
      ),
      span({ "gen_ai.system": "strands-agents" }, { ...strands, key: "cycle", parent: "agent" }),
      span(
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.system": "strands-agents",
          "gen_ai.request.model": claude,
          "gen_ai.usage.input_tokens": 21,
          "gen_ai.usage.output_tokens": 320,
          "gen_ai.usage.cache_read_input_tokens": 1800,
          "gen_ai.usage.cache_write_input_tokens": 188,
        },
        { ...strands, key: "chat", parent: "cycle" },
      ),
      span(
        {
          "rpc.service": "Bedrock Runtime",
          "rpc.method": "ConverseStream",
          "gen_ai.operation.name": "chat",
          "gen_ai.system": "aws.bedrock",
          "gen_ai.request.model": claude,
          "gen_ai.usage.input_tokens": 21,
          "gen_ai.usage.output_tokens": 320,
        },
        {
          scope: "opentelemetry.instrumentation.botocore.bedrock-runtime",
          trace: "strands",
          key: "wire",
          parent: "chat",
          startMs: 5,
          durationMs: 700,
        },
      ),
    ],
    { provider: "aws.bedrock", calls: 1, input: 2009, others: 1 },
  ],
  [
    "Google ADK: call_llm and the generate_content below it",
    [
      span(
        { ...gemini, "gen_ai.system": "gcp.vertex.agent", "gen_ai.usage.output_tokens": 90 },
        { ...adk, key: "llm" },
      ),
      span(
        {
          ...gemini,
          "gen_ai.operation.name": "generate_content",
          "gen_ai.system": "gemini",
          "gen_ai.usage.output_tokens": 90,
        },
        { trace: "adk", key: "generate", parent: "llm", scope: "opentelemetry.instrumentation.google_genai" },
      ),
    ],
    { provider: "gcp.gemini", calls: 1, input: 1500, others: 1 },
  ],
  [
    "Logfire: a stream's request span and the log that ends it",
    [
      span(
        { ...openai, "gen_ai.operation.name": "chat", "logfire.span_type": "span" },
        { ...logfire, key: "request", parent: "root" },
      ),
      span(
        {
          ...openai,
          "gen_ai.operation.name": "chat",
          "logfire.span_type": "log",
          "gen_ai.response.model": "gpt-4o-2024-08-06",
          "gen_ai.usage.input_tokens": 1200,
          "gen_ai.usage.output_tokens": 85,
        },
        { ...logfire, key: "log", parent: "root", startMs: 800, durationMs: 0, kind: 1 },
      ),
    ],
    { provider: "openai", calls: 1, input: 1200 },
  ],
  [
    "OpenRouter's Broadcast and the application's span, in other traces",
    [
      span(
        {
          ...openai,
          "gen_ai.operation.name": "chat",
          "gen_ai.response.id": "gen-1764000000-abcdef",
          "gen_ai.usage.input_tokens": 1200,
          "gen_ai.usage.output_tokens": 85,
        },
        {
          key: "app",
          scope: "opentelemetry.instrumentation.openai_v2",
          resource: { "service.name": "shop" },
        },
      ),
      span(
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "Azure",
          "gen_ai.request.model": "openai/gpt-4o",
          "gen_ai.response.id": "gen-1764000000-abcdef",
          "gen_ai.usage.input_tokens": 1200,
          "gen_ai.usage.output_tokens": 85,
          "gen_ai.usage.total_cost": 0.004,
        },
        { key: "broadcast", scope: "openrouter", startMs: 300, resource: { "service.name": "openrouter" } },
      ),
    ],
    { provider: "openrouter", calls: 1, input: 1200, others: 1, service: "shop" },
  ],
  [
    "an operation that nobody wrote down, around two calls of which it is the sum",
    [
      span(
        {
          ...openai,
          "gen_ai.operation.name": "converse_with_user",
          "gen_ai.usage.input_tokens": 2400,
          "gen_ai.usage.output_tokens": 170,
        },
        { trace: "sum", key: "outer", kind: 1, scope: "shop", durationMs: 2000 },
      ),
      ...[0, 1].map((index) =>
        span(
          {
            ...openai,
            "gen_ai.operation.name": "chat",
            "gen_ai.response.id": `chatcmpl-000000000${index}`,
            "gen_ai.usage.input_tokens": 1200,
            "gen_ai.usage.output_tokens": 85,
          },
          { trace: "sum", key: `inner ${index}`, parent: "outer", startMs: 900 * index },
        ),
      ),
    ],
    { provider: "openai", calls: 2, input: 1200 },
  ],
];

describe("traces of frameworks, one span an export", () => {
  it.each(TRACES)("%s", async (_name, spans, wanted) => {
    for (const order of [spans, [...spans].reverse(), [...spans, ...spans]]) {
      const rows = await billed(order);
      expect(rows).toHaveLength(wanted.calls);
      for (const { call, otherSpanIds } of rows) {
        expect([call.provider, call.usage.inputTotal]).toEqual([wanted.provider, wanted.input]);
        if (wanted.others !== undefined) expect(otherSpanIds).toHaveLength(wanted.others);
        if (wanted.service !== undefined) expect(call.attribution.service).toBe(wanted.service);
      }
    }
  });
});
