import { describe, expect, it } from "@jest/globals";
import { span, type SpanOptions } from "../../../../test/support/spans.js";
import type { AttributeValue } from "../../domain/span.js";
import { normalizeSpan } from "../normalize-span.js";

type Attributes = Record<string, AttributeValue>;

/** What the ledger should say of a span; classes left out are unknown. */
interface Wanted {
  kind: "call" | "aggregate" | "link" | "ignored";
  dialect?: string;
  provider?: string;
  operation?: string;
  input?: [total: number | null, uncached: number | null, read: number | null, write: number | null];
  output?: [total: number | null, text: number | null, reasoning: number | null];
  quality?: string;
  rule?: string;
  cost?: string;
}

const litellm = {
  "gen_ai.request.model": "claude-sonnet-4-5",
  "gen_ai.response.model": "claude-sonnet-4-5-20250929",
  "gen_ai.response.id": "chatcmpl-0b1c",
  "llm.request.type": "acompletion",
  "gen_ai.system": "anthropic",
  "llm.is_streaming": "True",
  "gen_ai.usage.total_tokens": 2329,
  "gen_ai.usage.output_tokens": 320,
  "gen_ai.usage.input_tokens": 2009,
  "gen_ai.response.finish_reasons": '["stop"]',
  "metadata.user_api_key_hash": "",
};
const claude = {
  "gen_ai.request.model": "claude-sonnet-4-5",
  "gen_ai.response.model": "claude-sonnet-4-5",
  "gen_ai.response.id": "msg_01",
};

/** Emitters that were not run here: spans as their sources or documents say that they write them (read 2026-11-25). */
const CASES: readonly [name: string, attributes: Attributes, options: SpanOptions, wanted: Wanted][] = [
  [
    "LiteLLM callback, asynchronous",
    { ...litellm, "gen_ai.operation.name": "acompletion" },
    { scope: "litellm", name: "litellm_request", kind: 1 },
    {
      kind: "call",
      dialect: "litellm",
      provider: "anthropic",
      operation: "chat",
      input: [2009, null, null, null],
      output: [320, 320, 0],
      quality: "partial",
    },
  ],
  [
    "LiteLLM callback, named by the user's generation",
    { ...litellm, "gen_ai.operation.name": "acompletion" },
    { scope: "litellm", name: "answer-customer", kind: 1 },
    { kind: "call", dialect: "litellm", operation: "chat" },
  ],
  [
    "LiteLLM on the proxy's server span, content logging off",
    litellm,
    { scope: "litellm", name: "Received Proxy Server Request", kind: 2 },
    { kind: "call", dialect: "litellm", operation: "chat" },
  ],
  [
    "LiteLLM on the application's own span",
    { ...litellm, "llm.request.type": "aembedding", "gen_ai.usage.output_tokens": "" },
    { scope: "shop", name: "index document", kind: 1 },
    { kind: "call", dialect: "litellm", operation: "embeddings", input: [2009, 2009, 0, 0] },
  ],
  [
    "LiteLLM raw request",
    { "llm.anthropic.usage": "{'input_tokens': 21}", "gen_ai.request.model": "x" },
    { scope: "litellm", name: "raw_gen_ai_request", parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "LiteLLM service span",
    { service: "redis", call_type: "async_get_cache" },
    { scope: "litellm", name: "redis", parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "OpenTelemetry openai-v2 (Python)",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.model": "gpt-4o-2024-08-06",
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.openai.response.service_tier": "default",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 85,
      "gen_ai.response.finish_reasons": ["stop"],
      "server.address": "api.openai.com",
    },
    { scope: "opentelemetry.instrumentation.openai_v2" },
    {
      kind: "call",
      dialect: "gen_ai",
      provider: "openai",
      input: [1200, null, null, 0],
      output: [85, 85, 0],
    },
  ],
  [
    "OpenLLMetry openai (Python)",
    {
      "llm.request.type": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.response.model": "gpt-5-2025-08-07",
      "gen_ai.response.id": "chatcmpl-2",
      "llm.usage.total_tokens": 2306,
      "gen_ai.usage.input_tokens": 2006,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.cache_read_input_tokens": 1920,
      "gen_ai.usage.reasoning_tokens": 192,
      "gen_ai.completion.0.finish_reason": "stop",
    },
    { scope: "opentelemetry.instrumentation.openai.v1", scopeVersion: "0.47.3" },
    {
      kind: "call",
      provider: "openai",
      input: [2006, 86, 1920, 0],
      output: [300, 108, 192],
      quality: "exact",
    },
  ],
  [
    "OpenLLMetry anthropic (Python): input with cache tokens",
    {
      ...claude,
      "llm.request.type": "chat",
      "gen_ai.system": "Anthropic",
      "gen_ai.usage.input_tokens": 2009,
      "gen_ai.usage.output_tokens": 320,
      "llm.usage.total_tokens": 2329,
      "gen_ai.usage.cache_read_input_tokens": 1800,
      "gen_ai.usage.cache_creation_input_tokens": 188,
    },
    { scope: "opentelemetry.instrumentation.anthropic", scopeVersion: "0.47.3" },
    {
      kind: "call",
      provider: "anthropic",
      input: [2009, 21, 1800, 188],
      rule: "inclusive:openllmetry_anthropic",
    },
  ],
  [
    "OpenLLMetry workflow (Python)",
    { "traceloop.span.kind": "workflow", "traceloop.entity.name": "joke" },
    { scope: "opentelemetry.instrumentation.langchain", name: "joke.workflow", parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "OpenInference anthropic (Python)",
    {
      "openinference.span.kind": "LLM",
      "llm.provider": "anthropic",
      "llm.system": "anthropic",
      "llm.model_name": "claude-sonnet-4-5-20250929",
      "llm.invocation_parameters": '{"model": "claude-sonnet-4-5", "max_tokens": 400}',
      "llm.token_count.prompt": 2009,
      "llm.token_count.completion": 320,
      "llm.token_count.total": 2329,
      "llm.token_count.prompt_details.cache_read": 1800,
      "llm.token_count.prompt_details.cache_write": 188,
      "output.value": '{"id": "msg_02", "usage": {"input_tokens": 21}}',
    },
    { scope: "openinference.instrumentation.anthropic", scopeVersion: "0.1.18" },
    { kind: "call", dialect: "openinference", provider: "anthropic", input: [2009, 21, 1800, 188] },
  ],
  [
    "OpenInference anthropic (Python), an earlier version: cache tokens beside the input",
    {
      "openinference.span.kind": "LLM",
      "llm.provider": "anthropic",
      "llm.model_name": "claude-sonnet-4-5",
      "llm.token_count.prompt": 21,
      "llm.token_count.completion": 320,
      "llm.token_count.prompt_details.cache_read": 1800,
      "llm.token_count.prompt_details.cache_write": 188,
    },
    { scope: "openinference.instrumentation.anthropic", scopeVersion: "0.1.10" },
    { kind: "call", input: [2009, 21, 1800, 188], rule: "exclusive:cache_exceeds_input" },
  ],
  [
    "OpenInference agent (Python)",
    { "openinference.span.kind": "AGENT", "llm.token_count.prompt": 4018, "llm.token_count.completion": 640 },
    { scope: "openinference.instrumentation.smolagents" },
    { kind: "aggregate", dialect: "openinference" },
  ],
  [
    "OpenLIT anthropic (Python): input without cache tokens",
    {
      ...claude,
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "anthropic",
      "gen_ai.usage.input_tokens": 21,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.total_tokens": 341,
      "gen_ai.usage.cache_read.input_tokens": 1800,
      "gen_ai.usage.cache_creation.input_tokens": 188,
      "gen_ai.usage.cost": 0.00486,
      "server.address": "api.anthropic.com",
    },
    { scope: "openlit.instrumentation.anthropic", resource: { "telemetry.sdk.name": "openlit" } },
    {
      kind: "call",
      dialect: "openlit",
      input: [2009, 21, 1800, 188],
      rule: "exclusive:openlit_exclusive",
      cost: "0.00486",
    },
  ],
  [
    "Pydantic AI, convention version 3: details under their own names",
    {
      ...claude,
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "anthropic",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.usage.input_tokens": 2009,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.details.cache_read_tokens": 1800,
      "gen_ai.usage.details.cache_write_tokens": 188,
      "gen_ai.usage.details.cache_read_input_tokens": 1800,
      "operation.cost": 0.00601,
    },
    { scope: "pydantic-ai", scopeVersion: "1.0.5", name: "chat claude-sonnet-4-5", kind: 1 },
    {
      kind: "call",
      dialect: "pydantic_ai",
      input: [2009, 21, 1800, 188],
      rule: "inclusive:pydantic_ai",
      cost: "0.00601",
    },
  ],
  [
    "Pydantic AI run, aggregated names off",
    {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "helper",
      "gen_ai.usage.input_tokens": 4018,
      "gen_ai.usage.output_tokens": 640,
      model_name: "claude-sonnet-4-5",
    },
    { scope: "pydantic-ai", name: "invoke_agent helper", kind: 1 },
    { kind: "aggregate", dialect: "pydantic_ai" },
  ],
  [
    "Pydantic AI run, aggregated names",
    { "gen_ai.operation.name": "invoke_agent", "gen_ai.aggregated_usage.input_tokens": 4018 },
    { scope: "pydantic-ai", name: "invoke_agent helper", kind: 1, parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "Spring AI chat model",
    {
      "spring.ai.kind": "chat_model",
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.model": "gpt-4o-2024-08-06",
      "gen_ai.response.id": "chatcmpl-3",
      "gen_ai.response.finish_reasons": '["STOP"]',
      "gen_ai.usage.input_tokens": "1200",
      "gen_ai.usage.output_tokens": "85",
      "gen_ai.usage.total_tokens": "1285",
    },
    { scope: "org.springframework.boot", name: "chat gpt-4o", kind: 3 },
    {
      kind: "call",
      dialect: "spring_ai",
      provider: "openai",
      input: [1200, null, null, 0],
      output: [85, 85, 0],
    },
  ],
  [
    "Spring AI chat client",
    { "spring.ai.kind": "chat_client", "gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai" },
    { scope: "org.springframework.boot", name: "spring_ai chat_client", kind: 1, parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "Spring AI advisor, tool and vector store",
    { "spring.ai.kind": "advisor", "gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai" },
    { scope: "org.springframework.boot", kind: 1, parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "Semantic Kernel: the names of the first conventions",
    {
      "gen_ai.operation.name": "chat.completions",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.id": "chatcmpl-4",
      "gen_ai.response.finish_reason": "Stop",
      "gen_ai.response.prompt_tokens": 1200,
      "gen_ai.response.completion_tokens": 85,
    },
    { scope: "Microsoft.SemanticKernel.Diagnostics", name: "chat.completions gpt-4o" },
    { kind: "call", dialect: "gen_ai", operation: "chat", input: [1200, null, null, 0], output: [85, 85, 0] },
  ],
  [
    "Azure AI inference",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "az.ai.inference",
      "az.namespace": "Microsoft.CognitiveServices",
      "gen_ai.request.model": "Mistral-large-2411",
      "gen_ai.response.model": "mistral-large-2411",
      "gen_ai.usage.input_tokens": 40,
      "gen_ai.usage.output_tokens": 12,
      "server.address": "pool.services.ai.azure.com",
    },
    { scope: "Azure.AI.Inference.ChatCompletionsClient" },
    { kind: "call", provider: "azure.ai.inference", output: [12, 12, null] },
  ],
  [
    "LangSmith exporter: details as JSON",
    {
      ...claude,
      "langsmith.span.kind": "llm",
      "gen_ai.system": "anthropic",
      "gen_ai.operation.name": "chat",
      "gen_ai.usage.input_tokens": 2009,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.total_tokens": 2329,
      "gen_ai.usage.input_token_details": '{"cache_read": 1800, "cache_creation": 188}',
    },
    { scope: "langsmith" },
    { kind: "call", dialect: "langsmith", input: [2009, 21, 1800, 188] },
  ],
  [
    "Vercel AI SDK 4",
    {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.id": "gpt-4o",
      "ai.model.provider": "openai.chat",
      "ai.response.id": "chatcmpl-5",
      "ai.response.model": "gpt-4o-2024-08-06",
      "ai.response.finishReason": "stop",
      "ai.usage.promptTokens": 1200,
      "ai.usage.completionTokens": 85,
      "gen_ai.system": "openai.chat",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 85,
      "ai.response.providerMetadata": '{"openai":{"cachedPromptTokens":1024,"reasoningTokens":0}}',
    },
    { scope: "ai", kind: 1 },
    {
      kind: "call",
      dialect: "vercel_ai",
      provider: "openai",
      input: [1200, 176, 1024, 0],
      output: [85, 85, 0],
    },
  ],
  [
    "Claude Code request span, numbers as text",
    {
      model: "claude-sonnet-4-5",
      input_tokens: "21",
      output_tokens: "320",
      cache_read_tokens: "1800",
      cache_creation_tokens: "188",
      request_id: "req_1",
    },
    { scope: "com.anthropic.claude_code.tracing", name: "claude_code.llm_request", kind: 1 },
    { kind: "call", dialect: "claude_code_spans", input: [2009, 21, 1800, 188], output: [320, 320, 0] },
  ],
  [
    "Codex turn span",
    { "gen_ai.usage.input_tokens": "2006", "gen_ai.usage.output_tokens": "300" },
    { scope: "codex_otel", name: "handle_responses", resource: { "service.name": "codex_cli_rs" } },
    { kind: "ignored" },
  ],
  [
    "a sender whose numbers contradict each other",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.usage.input_tokens": 1200.0,
      "gen_ai.usage.cache_read.input_tokens": "900",
      "gen_ai.usage.cache_write.input_tokens": 900,
      "gen_ai.usage.output_tokens": 85,
      "gen_ai.usage.total_tokens": 1285,
    },
    { scope: "@opentelemetry/instrumentation-openai" },
    { kind: "call", input: [1200, null, 900, 900], quality: "conflict" },
  ],
];

describe("emitters read in source", () => {
  it.each(CASES)("%s", (_name, attributes, options, wanted) => {
    const normalized = normalizeSpan(span(attributes, options));
    expect(normalized.kind).toBe(wanted.kind);
    if (!("call" in normalized)) return;
    const { call } = normalized;
    const { usage } = call;
    const writes = [usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther].filter(
      (one) => one !== null,
    );
    const write = writes.length === 0 ? null : writes.reduce((sum, one) => sum + one, 0);
    const seen: Wanted = {
      kind: normalized.kind,
      dialect: call.source.dialect,
      provider: call.provider,
      operation: call.operation,
      input: [usage.inputTotal, usage.inputUncached, usage.cacheRead, write],
      output: [usage.outputTotal, usage.output, usage.outputReasoning],
      quality: call.usageQuality,
      rule: call.usageRule,
      ...(call.providerReportedCost === null ? {} : { cost: call.providerReportedCost }),
    };
    expect(seen).toMatchObject(wanted);
    expect(call.billable).toBe(true);
  });
});
