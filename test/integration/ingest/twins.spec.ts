import { describe, expect, it } from "@jest/globals";
import type { AttributeValue, Span } from "../../../src/server/domain/span.js";
import { chat, span, type SpanOptions } from "../../support/spans.js";
import { inAnyOrder } from "./any-order.js";

type Attributes = Record<string, AttributeValue>;

const id = (value: string): Attributes => ({ "gen_ai.response.id": value });
const NO_USAGE: Attributes = {
  "gen_ai.usage.input_tokens": "",
  "gen_ai.usage.output_tokens": "",
  "gen_ai.usage.cache_read.input_tokens": "",
};
const REFUSED: Attributes = {
  ...NO_USAGE,
  "gen_ai.response.model": "",
  "gen_ai.response.finish_reasons": "",
  "error.type": "429",
};

const litellm = (extra: Attributes, options: SpanOptions): Span =>
  chat(
    {
      "gen_ai.provider.name": "",
      "gen_ai.system": "azure",
      "gen_ai.usage.cache_read.input_tokens": "",
      ...extra,
    },
    {
      scope: "litellm",
      name: "litellm_request",
      resource: { "service.name": "litellm" },
      startMs: 20,
      durationMs: 700,
      ...options,
    },
  );
const envoy = (extra: Attributes, options: SpanOptions): Span =>
  span(
    {
      "openinference.span.kind": "LLM",
      "llm.system": "aws.bedrock",
      "llm.model_name": "gpt-4o-mini",
      "llm.token_count.prompt": 1200,
      "llm.token_count.completion": 85,
      "llm.token_count.total": 1285,
      ...extra,
    },
    {
      scope: "envoyproxy/ai-gateway",
      resource: { "service.name": "ai-gateway" },
      startMs: 20,
      durationMs: 700,
      ...options,
    },
  );
const langchain = (options: SpanOptions): Span =>
  chat(
    { "gen_ai.usage.cache_read.input_tokens": "" },
    { scope: "@traceloop/instrumentation-langchain", ...options },
  );
const openinference = (extra: Attributes, options: SpanOptions): Span =>
  span(
    {
      "openinference.span.kind": "LLM",
      "llm.provider": "openai",
      "llm.model_name": "gpt-4o-mini-2024-07-18",
      "llm.token_count.prompt": 1200,
      "llm.token_count.completion": 85,
      "llm.token_count.prompt_details.cache_read": 1024,
      ...extra,
    },
    { scope: "@arizeai/openinference-instrumentation-openai", ...options },
  );

interface Wanted {
  billable: number;
  refused?: number;
  provider?: string;
  service?: string;
  input?: number;
}

const SITUATIONS: readonly (readonly [name: string, items: Span[], wanted: Wanted])[] = [
  [
    "an application and its LiteLLM, no trace in common",
    [chat(id("chatcmpl-00000001"), { key: "app" }), litellm(id("chatcmpl-00000001"), { key: "gw" })],
    { billable: 1, provider: "azure.ai.openai", service: "bot", input: 1200 },
  ],
  [
    "an application and its LiteLLM, another id, linked by the trace",
    [
      chat(id("chatcmpl-00000001"), { key: "app", trace: "t" }),
      litellm(id("msg_00000000002"), { key: "gw", trace: "t", parent: "app" }),
    ],
    { billable: 1, provider: "azure.ai.openai", service: "bot" },
  ],
  [
    "an application and its Envoy AI gateway, no trace in common",
    [
      chat(id("chatcmpl-00000001"), { key: "app" }),
      envoy({ "output.value": '{"id":"chatcmpl-00000001"}' }, { key: "gw" }),
    ],
    { billable: 1, provider: "aws.bedrock", service: "bot" },
  ],
  [
    "an application, its LiteLLM and the server behind it",
    [
      chat(id("chatcmpl-00000001"), { key: "app", trace: "t" }),
      litellm(id("chatcmpl-00000001"), { key: "gw", trace: "t", parent: "app" }),
      span(
        {
          "gen_ai.request.id": "cmpl-77",
          "gen_ai.response.model": "gpt-4o-mini",
          "gen_ai.usage.prompt_tokens": 1200,
          "gen_ai.usage.completion_tokens": 85,
        },
        {
          key: "vllm",
          trace: "t",
          parent: "gw",
          scope: "vllm.llm_engine",
          startMs: 40,
          durationMs: 500,
          kind: 2,
        },
      ),
    ],
    { billable: 1, service: "bot" },
  ],
  [
    "a stream without usage and its gateway, which knows it",
    [
      chat({ ...NO_USAGE, ...id("chatcmpl-00000001") }, { key: "app" }),
      litellm(id("chatcmpl-00000001"), { key: "gw" }),
    ],
    { billable: 1, input: 1200 },
  ],
  [
    "a gateway that was refused once and answered then",
    [
      chat(id("chatcmpl-00000001"), { key: "app", trace: "t" }),
      litellm(REFUSED, { key: "first", trace: "t", parent: "app", durationMs: 50, error: true }),
      litellm(id("chatcmpl-00000001"), {
        key: "second",
        trace: "t",
        parent: "app",
        startMs: 100,
        durationMs: 600,
      }),
    ],
    { billable: 1, refused: 1, provider: "azure.ai.openai" },
  ],
  [
    "a gateway whose clock is five minutes late",
    [
      chat(id("chatcmpl-00000001"), { key: "app" }),
      litellm(id("chatcmpl-00000001"), { key: "gw", startMs: 300_000 }),
    ],
    { billable: 1 },
  ],
  [
    "three instrumentations, one without an id",
    [
      langchain({ key: "a" }),
      openinference(
        { "output.value": '{"id":"chatcmpl-00000001"}' },
        { key: "b", startMs: 5, durationMs: 780 },
      ),
      chat(id("chatcmpl-00000001"), { key: "c", startMs: 6, durationMs: 770, scope: "otel" }),
    ],
    { billable: 1, input: 1200 },
  ],
  [
    "siblings of two instrumentations without ids",
    [
      span({}, { key: "root", trace: "t" }),
      langchain({ key: "a", trace: "t", parent: "root" }),
      openinference({}, { key: "b", trace: "t", parent: "root", startMs: 3, durationMs: 790 }),
    ],
    { billable: 1 },
  ],
  [
    "two like calls one after the other, each told twice",
    [
      langchain({ key: "a1" }),
      openinference({}, { key: "b1", startMs: 3, durationMs: 790 }),
      langchain({ key: "a2", startMs: 820 }),
      openinference({}, { key: "b2", startMs: 823, durationMs: 790 }),
    ],
    { billable: 2 },
  ],
  [
    "two like calls at the same time, each told twice",
    [
      langchain({ key: "a1" }),
      openinference({}, { key: "b1", startMs: 3, durationMs: 790 }),
      langchain({ key: "a2", startMs: 1 }),
      openinference({}, { key: "b2", startMs: 4, durationMs: 790 }),
    ],
    { billable: 2 },
  ],
  [
    "a server that repeats its id, each call told twice",
    [0, 1, 2].flatMap((turn) => [
      chat(id("chatcmpl-12345678"), { key: `a${turn}`, startMs: turn * 5000 }),
      openinference(
        { "output.value": '{"id":"chatcmpl-12345678"}' },
        { key: `b${turn}`, startMs: turn * 5000 + 3, durationMs: 790 },
      ),
    ]),
    { billable: 3 },
  ],
  [
    "an id that comes again the next day",
    [
      chat(id("chatcmpl-00000001"), { key: "a" }),
      openinference({ "output.value": '{"id":"chatcmpl-00000001"}' }, { key: "b", startMs: 86_400_000 }),
    ],
    { billable: 2 },
  ],
  [
    "Vercel AI SDK around the OpenAI client, one attempt refused",
    [
      span(
        {
          "ai.operationId": "ai.generateText",
          "ai.usage.inputTokens": 1200,
          "ai.usage.outputTokens": 85,
          "ai.model.id": "gpt-4o-mini",
        },
        { key: "text", trace: "t", scope: "ai", durationMs: 2000, kind: 1 },
      ),
      span(
        {
          "ai.operationId": "ai.generateText.doGenerate",
          "ai.model.id": "gpt-4o-mini",
          "ai.model.provider": "openai.chat",
        },
        { key: "do1", trace: "t", parent: "text", scope: "ai", durationMs: 100, kind: 1, error: true },
      ),
      span(
        {
          "ai.operationId": "ai.generateText.doGenerate",
          "ai.model.id": "gpt-4o-mini",
          "ai.model.provider": "openai.chat",
          "ai.usage.inputTokens": 1200,
          "ai.usage.outputTokens": 85,
          "ai.response.id": "chatcmpl-00000001",
        },
        { key: "do2", trace: "t", parent: "text", scope: "ai", startMs: 900, kind: 1 },
      ),
      chat(id("chatcmpl-00000001"), {
        key: "wire",
        trace: "t",
        parent: "do2",
        startMs: 905,
        durationMs: 790,
      }),
    ],
    { billable: 1, refused: 1, input: 1200 },
  ],
  [
    "an agent, a step, and two calls, each told twice",
    [
      chat(
        {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.usage.input_tokens": 2400,
          "gen_ai.usage.output_tokens": 170,
        },
        { key: "agent", trace: "t", kind: 1, durationMs: 4000, scope: "fw" },
      ),
      chat(id("chatcmpl-00000001"), { key: "c1", trace: "t", parent: "agent", scope: "fw" }),
      openinference(
        { "output.value": '{"id":"chatcmpl-00000001"}' },
        { key: "w1", trace: "t", parent: "c1", startMs: 5, durationMs: 780 },
      ),
      chat(id("chatcmpl-00000002"), { key: "c2", trace: "t", parent: "agent", scope: "fw", startMs: 1000 }),
      openinference(
        { "output.value": '{"id":"chatcmpl-00000002"}' },
        { key: "w2", trace: "t", parent: "c2", startMs: 1005, durationMs: 780 },
      ),
    ],
    { billable: 2 },
  ],
  [
    "a remote agent alone",
    [chat({ "gen_ai.operation.name": "invoke_agent" }, { key: "agent", trace: "t", kind: 3 })],
    { billable: 1 },
  ],
  [
    "a remote agent and the calls that its side tells of later",
    [
      chat(
        {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.usage.input_tokens": 2400,
          "gen_ai.usage.output_tokens": 170,
        },
        { key: "agent", trace: "t", kind: 3, durationMs: 4000 },
      ),
      chat(id("chatcmpl-00000001"), {
        key: "c1",
        trace: "t",
        parent: "agent",
        scope: "fw",
        resource: { "service.name": "remote" },
      }),
      chat(id("chatcmpl-00000002"), {
        key: "c2",
        trace: "t",
        parent: "agent",
        scope: "fw",
        startMs: 1000,
        resource: { "service.name": "remote" },
      }),
    ],
    { billable: 2 },
  ],
  [
    "a broken stream of which only one of two instrumentations knows the usage",
    [
      chat(
        { ...NO_USAGE, ...id("chatcmpl-00000001"), "error.type": "terminated" },
        { key: "a", error: true },
      ),
      openinference(
        { "output.value": '{"id":"chatcmpl-00000001"}' },
        { key: "b", startMs: 3, durationMs: 790, error: true },
      ),
    ],
    { billable: 1, input: 1200 },
  ],
  [
    "a client that says openai and a framework, of an Azure deployment",
    [
      chat({ "server.address": "shop.openai.azure.com" }, { key: "sdk" }),
      openinference({ "llm.provider": "openai" }, { key: "lc", trace: "u", startMs: -2, durationMs: 805 }),
    ],
    { billable: 1, provider: "azure.ai.openai" },
  ],
  [
    "a client pointed at another vendor, and a framework deep in its own trace",
    [
      span({}, { key: "root", trace: "u" }),
      chat({ "server.address": "api.deepseek.com" }, { key: "sdk" }),
      openinference({}, { key: "lc", trace: "u", parent: "root", startMs: -2, durationMs: 805 }),
    ],
    { billable: 1, provider: "deepseek" },
  ],
  [
    "Vercel AI SDK, which makes ids up for Gemini, and Google's instrumentation in another trace",
    [
      span(
        {
          "ai.operationId": "ai.generateText.doGenerate",
          "ai.model.id": "gemini-2.5-flash",
          "ai.model.provider": "google.generative-ai",
          "ai.response.id": "aitxt-abcdefghijklmnop",
          "ai.usage.inputTokens": 40,
          "ai.usage.outputTokens": 12,
        },
        { key: "do", trace: "t", scope: "ai" },
      ),
      chat(
        {
          ...id("resp-Gemini-000001"),
          "gen_ai.provider.name": "gcp.gemini",
          "gen_ai.request.model": "gemini-2.5-flash",
          "gen_ai.response.model": "gemini-2.5-flash-001",
          "gen_ai.usage.input_tokens": 40,
          "gen_ai.usage.output_tokens": 12,
          "gen_ai.usage.cache_read.input_tokens": "",
        },
        { key: "sdk", trace: "u", startMs: 3, durationMs: 790 },
      ),
    ],
    { billable: 1, input: 40 },
  ],
  [
    "calls of two vendors at the same time, both named by host",
    [
      chat({ "server.address": "api.openai.com" }, { key: "a" }),
      chat({ "server.address": "shop.openai.azure.com" }, { key: "b", scope: "other" }),
    ],
    { billable: 2 },
  ],
  [
    "two instrumentations in traces of their own, of a server with short ids",
    [
      chat(id("resp-1"), { key: "a" }),
      openinference({ "output.value": '{"id":"resp-1"}' }, { key: "b", startMs: 3, durationMs: 790 }),
    ],
    { billable: 1 },
  ],
  [
    "a server that has one id for everything, each call told twice",
    [0, 1, 2].flatMap((turn) => [
      chat(id("0"), { key: `a${turn}`, startMs: turn * 5000 }),
      openinference(
        { "output.value": '{"id":"0"}' },
        { key: `b${turn}`, startMs: turn * 5000 + 3, durationMs: 790 },
      ),
    ]),
    { billable: 3 },
  ],
  [
    "an agent whose calls another instrumentation tells of in another trace, and a later call of its own trace",
    [
      chat({ "gen_ai.operation.name": "invoke_agent" }, { key: "agent", trace: "t", kind: 1, scope: "fw" }),
      chat({}, { key: "sdk", trace: "u", startMs: 3, durationMs: 700 }),
      chat({ "gen_ai.usage.input_tokens": 7 }, { key: "later", trace: "t", startMs: 9000, scope: "fw" }),
    ],
    { billable: 2 },
  ],
  [
    "two services that ask the same at the same time",
    [chat({}, { key: "a" }), openinference({}, { key: "b", resource: { "service.name": "else" } })],
    { billable: 2 },
  ],
];

describe("one call, several reporters, in any order", () => {
  it.each(SITUATIONS)("%s", async (_name, items, wanted) => {
    const calls = (await inAnyOrder(items)).filter(({ role }) => role === "call");
    const billed = calls.filter(({ call }) => call.billable).map(({ call }) => call);
    expect({
      billable: billed.length,
      refused: calls.length - billed.length,
      provider: billed[0]?.provider,
      service: billed[0]?.attribution.service,
      input: billed[0]?.usage.inputTotal,
    }).toMatchObject({ refused: 0, ...wanted });
  });
});
