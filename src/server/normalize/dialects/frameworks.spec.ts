import { describe, expect, it } from "@jest/globals";
import { chat, span, type SpanOptions } from "../../../../test/support/spans.js";
import type { AttributeValue } from "../../domain/span.js";
import { type Normalized, normalizeSpan } from "../normalize-span.js";

type Attributes = Record<string, AttributeValue>;

function dialectOf(normalized: Normalized): string {
  return "call" in normalized ? normalized.call.source.dialect : "none";
}

describe("which spans of a framework are calls", () => {
  it.each<[string, string, string, Attributes, SpanOptions]>([
    [
      "litellm_request",
      "call",
      "litellm",
      { "llm.is_streaming": "false" },
      { scope: "litellm", name: "litellm_request" },
    ],
    ["its raw twin", "link", "none", {}, { scope: "litellm", name: "raw_gen_ai_request", parent: "p" }],
    [
      "the proxy's server span",
      "call",
      "litellm",
      { "metadata.user_api_key_hash": "k" },
      { kind: 2, name: "POST /chat" },
    ],
    ["Pydantic AI request", "call", "pydantic_ai", {}, { scope: "pydantic-ai" }],
    ["Pydantic AI run", "aggregate", "pydantic_ai", {}, { scope: "pydantic-ai", name: "agent run", kind: 1 }],
    [
      "Logfire placeholder",
      "link",
      "none",
      { "logfire.span_type": "pending_span" },
      { scope: "logfire.openai", parent: "p" },
    ],
    ["Logfire span", "call", "logfire", { "logfire.span_type": "span" }, { scope: "logfire.openai" }],
    ["Spring AI model", "call", "spring_ai", { "spring.ai.kind": "chat_model" }, {}],
    ["Spring AI client", "aggregate", "spring_ai", { "spring.ai.kind": "chat_client" }, {}],
    ["LangSmith llm run", "call", "langsmith", { "langsmith.span.kind": "llm" }, {}],
    ["LangSmith chain", "aggregate", "langsmith", { "langsmith.span.kind": "chain" }, {}],
    ["Anthropic SDK", "call", "anthropic_native", {}, { scope: "com.anthropic.sdk.typescript" }],
    ["Mistral SDK", "call", "mistral_native", {}, { scope: "mistralai_sdk_tracer" }],
    [
      "Vercel AI 7 step",
      "aggregate",
      "vercel_ai",
      { "gen_ai.operation.name": "agent_step" },
      { scope: "gen_ai", kind: 1 },
    ],
    ["Vercel AI 7 call", "call", "vercel_ai", {}, { scope: "gen_ai" }],
    ["OpenLIT", "call", "openlit", {}, { scope: "@openlit/instrumentation-vllm" }],
  ])("%s: %s", (_name, kind, dialect, attributes, options) => {
    const normalized = normalizeSpan(chat(attributes, { trace: "t", ...options }));
    expect([normalized.kind, dialectOf(normalized)]).toEqual([kind, dialect]);
  });

  it("counting tokens with the Anthropic SDK is no call", () => {
    const count = span(
      { "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5" },
      { scope: "com.anthropic.sdk.typescript", name: "anthropic.messages.count_tokens" },
    );
    expect(normalizeSpan(count).kind).toBe("ignored");
  });

  it.each([
    ["claude-code", "com.anthropic.claude_code.tracing", "claude_code.tool"],
    ["codex_exec", "codex", "handle_responses"],
    ["gemini-cli", "gemini-cli", "llm_call"],
  ])("spans of %s are left out", (service, scope, name) => {
    const given = chat({}, { scope, name, parent: "p", trace: "t", resource: { "service.name": service } });
    expect(normalizeSpan(given).kind).toBe("ignored");
  });
});

function callOf(attributes: Attributes, options: SpanOptions) {
  const normalized = normalizeSpan(span(attributes, options));
  if (normalized.kind !== "call") throw new Error(`a call is expected, not ${normalized.kind}`);
  return normalized.call;
}

describe("what senders write in ways of their own", () => {
  it("Anthropic SDK: inclusive input, cache lifetimes, resends, stop reason", () => {
    const call = callOf(
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 1350,
        "gen_ai.usage.cache_read.input_tokens": 1000,
        "gen_ai.usage.cache_write.input_tokens": 300,
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 200,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 100,
        "gen_ai.usage.output_tokens": 90,
        "gen_ai.usage.reasoning.output_tokens": 30,
        "anthropic.message.stop_reason": "max_tokens",
        "anthropic.request.id": "req_9",
        "anthropic.response.service_tier": "priority",
        "http.request.resend_count": 2,
      },
      { scope: "com.anthropic.sdk.typescript", scopeVersion: "1.12.0" },
    );
    expect(call).toMatchObject({
      usage: {
        inputUncached: 50,
        cacheRead: 1000,
        cacheWrite5m: 200,
        cacheWrite1h: 100,
        output: 60,
        outputReasoning: 30,
      },
      usageQuality: "exact",
      finishReasons: ["length"],
      attemptCount: 3,
      retryCount: 2,
      requestId: "req_9",
      serviceTier: "priority",
    });
  });

  it("Bedrock by the AWS SDK: the first event's output of a stream is no output", () => {
    const bedrock = {
      "rpc.service": "BedrockRuntime",
      "gen_ai.system": "aws.bedrock",
      "gen_ai.request.model": "eu.anthropic.claude-sonnet-4-5-v1:0",
      "gen_ai.usage.input_tokens": 21,
      "gen_ai.usage.output_tokens": 3,
      "cloud.region": "eu-central-1",
    };
    const streamed = callOf(
      { ...bedrock, "rpc.method": "InvokeModelWithResponseStream" },
      { name: "BedrockRuntime.X" },
    );
    expect(streamed).toMatchObject({
      streaming: true,
      usage: { inputUncached: 21, output: null, inputTotal: null },
    });
    expect(streamed.dimensions.region).toBe("eu-central-1");
    const whole = callOf({ ...bedrock, "rpc.method": "InvokeModel", "gen_ai.usage.output_tokens": 320 }, {});
    expect(whole).toMatchObject({ operation: "chat", usage: { output: 320, cacheRead: null } });
  });

  it("OpenInference for Bedrock: a total without surplus proves that there was no cache", () => {
    const call = callOf(
      {
        "openinference.span.kind": "LLM",
        "llm.system": "bedrock",
        "llm.model_name": "claude",
        "llm.token_count.prompt": 100,
        "llm.token_count.completion": 20,
        "llm.token_count.total": 120,
      },
      { scope: "@arizeai/openinference-instrumentation-bedrock" },
    );
    expect(call.usage).toMatchObject({
      inputUncached: 100,
      cacheRead: 0,
      cacheWriteOther: 0,
      inputTotal: 100,
    });
  });

  it("OpenLIT: invented stream usage is an estimate, doubled stream output a conflict, its host nobody's", () => {
    const stream = { "gen_ai.request.is_stream": true, "server.address": "api.openai.com" };
    const invented = callOf(
      {
        ...stream,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1,
        "gen_ai.usage.output_tokens": 4,
      },
      { scope: "@openlit/instrumentation-vllm" },
    );
    expect(invented).toMatchObject({ usageSource: "estimated", usageQuality: "partial", host: null });
    const doubled = callOf(
      {
        ...stream,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 21,
        "gen_ai.usage.output_tokens": 323,
      },
      { scope: "@openlit/instrumentation-anthropic" },
    );
    expect(doubled.usageQuality).toBe("conflict");
    expect(doubled.usageRule).toContain("openlit_stream_output_adds_start");
  });

  it("Langfuse: details entered by hand may lie inside input", () => {
    const generation = {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "gpt-4o",
    };
    const byHand = callOf(
      {
        ...generation,
        "langfuse.observation.usage_details":
          '{"input":1200,"output":85,"cache_read_input_tokens":1024,"total":1285}',
        "langfuse.observation.cost_details": '{"input":0.001,"total":0.0021}',
      },
      { scope: "langfuse-sdk" },
    );
    expect(byHand).toMatchObject({
      usage: { inputUncached: 176, cacheRead: 1024 },
      providerReportedCost: "0.0021",
    });
  });

  it("LangSmith: details as JSON", () => {
    const call = callOf(
      {
        "langsmith.span.kind": "llm",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.input_token_details": '{"cache_read":600}',
        "gen_ai.usage.output_token_details": '{"reasoning":150}',
        "langsmith.metadata.user_id": "u-3",
      },
      { scope: "langsmith" },
    );
    expect(call).toMatchObject({
      usage: { inputUncached: 400, cacheRead: 600, output: 50, outputReasoning: 150 },
      attribution: { user: "u-3" },
    });
  });

  it("a Vercel AI stream that breaks off fails, and may have cost something", () => {
    const call = callOf(
      {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.provider": "openai.chat",
        "ai.model.id": "gpt-4o",
        "ai.response.id": "chatcmpl-1",
        "ai.response.finishReason": "error",
      },
      { scope: "ai", kind: 1 },
    );
    expect(call).toMatchObject({ outcome: "error", billable: true, usageSource: "none", streaming: true });
  });

  it("a failed attempt's error stamped on the span of the attempt that succeeded does not make it fail", () => {
    const call = callOf(
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "openai.chat",
        "ai.model.id": "gpt-4o",
        "ai.response.finishReason": "stop",
        "ai.usage.inputTokens": 10,
        "ai.usage.outputTokens": 5,
      },
      { scope: "ai", error: true, kind: 1 },
    );
    expect(call).toMatchObject({ outcome: "ok", billable: true });
  });
});
