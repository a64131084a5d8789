import { describe, it } from "@jest/globals";
import { type EmitterCase, expectReading } from "../../../../test/support/emitter-case.js";

const claude = "claude-sonnet-4-5";

/** Exporters of observability platforms and gateways that were not run: spans as their sources say (read 2026-11-25; repository in the name). */
const CASES: readonly EmitterCase[] = [
  [
    "langfuse/langfuse-python openai: usage as OpenAI wrote it",
    {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "gpt-5",
      "langfuse.observation.usage_details":
        '{"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500, "prompt_tokens_details": {"cached_tokens": 1024, ' +
        '"audio_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 192, "accepted_prediction_tokens": 0}}',
    },
    { scope: "langfuse-sdk", scopeVersion: "4.1.0", kind: 1 },
    {
      kind: "call",
      dialect: "langfuse",
      input: [1200, 176, 1024, 0],
      output: [300, 108, 192],
      responseModel: "gpt-5",
    },
  ],
  [
    "langfuse/langfuse-python openai: Responses",
    {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "gpt-5",
      "langfuse.observation.usage_details":
        '{"input_tokens": 2006, "output_tokens": 300, "total_tokens": 2306, "input_tokens_details": {"cached_tokens": 1920}, ' +
        '"output_tokens_details": {"reasoning_tokens": 192}}',
    },
    { scope: "langfuse-sdk", kind: 1 },
    { kind: "call", input: [2006, 86, 1920, 0], output: [300, 108, 192], quality: "exact" },
  ],
  [
    "langfuse/langfuse-python langchain: Anthropic's fields",
    {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": claude,
      "langfuse.observation.usage_details":
        '{"input": 21, "output": 320, "cache_read_input_tokens": 1800, "cache_creation_input_tokens": 188, ' +
        '"cache_creation_ephemeral_5m_input_tokens": 148, "cache_creation_ephemeral_1h_input_tokens": 40}',
    },
    { scope: "langfuse-sdk", kind: 1 },
    { kind: "call", input: [2009, 21, 1800, 188], quality: "exact" },
  ],
  [
    "langfuse/langfuse-python langchain: Gemini by modality",
    {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "gemini-2.5-flash",
      "langfuse.observation.usage_details":
        '{"input": 0, "input_modality_TEXT": 40, "output": 0, "output_modality_TEXT": 12, "total": 52}',
    },
    { scope: "langfuse-sdk", kind: 1 },
    { kind: "call", input: [40, 40, 0, 0], output: [12, 12, 0] },
  ],
  [
    "langfuse/langfuse-python up to 3.3.0: a generation called a span",
    {
      "langfuse.observation.type": "span",
      "langfuse.observation.model.name": "gpt-4o",
      "langfuse.observation.usage_details": '{"input": 10, "output": 5}',
    },
    { scope: "langfuse-sdk", scopeVersion: "3.2.1", kind: 1 },
    { kind: "call", input: [10, 10, 0, 0] },
  ],
  [
    "langfuse: a span of today is none",
    {
      "langfuse.observation.type": "span",
      "langfuse.observation.usage_details": '{"input": 10, "output": 5}',
    },
    { scope: "langfuse-sdk", scopeVersion: "4.0.0", kind: 1 },
    { kind: "aggregate" },
  ],
  [
    "langchain-ai/langsmith-sdk (Python): details as Python writes them, vendor by the client's name",
    {
      "langsmith.span.kind": "llm",
      "langsmith.metadata.ls_provider": "groq",
      "langsmith.request.streaming": true,
      "gen_ai.system": "openai",
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "openai/gpt-oss-120b",
      "gen_ai.usage.input_tokens": 1000,
      "gen_ai.usage.output_tokens": 200,
      "gen_ai.usage.input_token_details": "{'cache_read': 600, 'audio': 0}",
      "gen_ai.usage.output_token_details": "{'reasoning': 150}",
    },
    { scope: "langsmith", kind: 1 },
    {
      kind: "call",
      provider: "groq",
      input: [1000, 400, 600, 0],
      output: [200, 50, 150],
      streaming: true,
    },
  ],
  [
    "langchain-ai/langsmith-sdk (JavaScript): usage as one document",
    {
      "langsmith.span.kind": "llm",
      "gen_ai.system": "anthropic",
      "gen_ai.request.model": claude,
      "langsmith.usage_metadata":
        '{"input_tokens":2009,"output_tokens":320,"total_tokens":2329,"input_token_details":{"cache_read":1800,"cache_creation":188}}',
    },
    { scope: "langsmith", kind: 1 },
    { kind: "call", input: [2009, 21, 1800, 188] },
  ],
  [
    "pydantic/logfire openai: details in the vendor's usage object",
    {
      "logfire.span_type": "span",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.response.model": "gpt-5-2025-08-07",
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.raw":
        '{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":1024},"completion_tokens_details":{"reasoning_tokens":192}}',
      "operation.cost": 0.0042,
    },
    { scope: "logfire.openai" },
    {
      kind: "call",
      dialect: "logfire",
      input: [1200, 176, 1024, 0],
      output: [300, 108, 192],
      quality: "exact",
      cost: "0.0042",
    },
  ],
  [
    "pydantic/logfire openai, no usage object: what it leaves out is unknown, not zero",
    {
      "logfire.span_type": "span",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.response.model": "gpt-5",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 300,
    },
    { scope: "logfire.openai" },
    { kind: "call", input: [1200, 1200, null, 0], output: [300, 300, null], quality: "partial" },
  ],
  [
    "pydantic/logfire, older: usage beside the answer only",
    {
      "logfire.span_type": "span",
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "anthropic",
      "gen_ai.request.model": claude,
      "gen_ai.response.model": claude,
      response_data:
        '{"message":{"role":"assistant","content":"hi"},"usage":{"input_tokens":21,"output_tokens":320,"cache_read_input_tokens":1800,"cache_creation_input_tokens":188,"cache_creation":{"ephemeral_5m_input_tokens":148,"ephemeral_1h_input_tokens":40}}}',
    },
    { scope: "logfire.anthropic" },
    { kind: "call", input: [2009, 21, 1800, 188], quality: "exact" },
  ],
  [
    "pydantic/logfire: a stream's request span is not the call",
    {
      "logfire.span_type": "span",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
    },
    { scope: "logfire.openai", parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "pydantic/logfire: the placeholder of another instrumentation's open span",
    {
      "logfire.span_type": "pending_span",
      "openinference.span.kind": "LLM",
      "llm.model_name": "gpt-4o",
    },
    { scope: "openinference.instrumentation.openai", parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "pydantic/logfire: another instrumentation's stream without usage is still a call",
    {
      "logfire.span_type": "span",
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
    },
    { scope: "opentelemetry.instrumentation.openai_v2" },
    { kind: "call", dialect: "gen_ai", source: "none" },
  ],
  [
    "pydantic/logfire: the log that ends the stream is",
    {
      "logfire.span_type": "log",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.model": "gpt-4o-2024-08-06",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 85,
    },
    { scope: "logfire.openai", kind: 1, durationMs: 0, parent: "p", trace: "t" },
    { kind: "call", streaming: true },
  ],
  [
    "pydantic/logfire: a refused stream stays an error",
    {
      "logfire.span_type": "span",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
    },
    { scope: "logfire.openai", error: true },
    { kind: "call", outcome: "error", billable: false },
  ],
  [
    "OpenRouter Broadcast: OpenRouter bills, whoever answered",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "Google AI Studio",
      "gen_ai.request.model": "anthropic/claude-sonnet-4.5",
      "gen_ai.response.model": "anthropic/claude-sonnet-4.5",
      "gen_ai.response.id": "gen-1764000000-abc",
      "gen_ai.usage.input_tokens": 2009,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.total_tokens": 2329,
      "gen_ai.usage.total_cost": 0.0061,
      "gen_ai.usage.prompt_tokens_details.cached_tokens": 1800,
      "gen_ai.response.finish_reason": "stop",
    },
    { scope: "openrouter", resource: { "service.name": "openrouter" } },
    {
      kind: "call",
      dialect: "openrouter",
      provider: "openrouter",
      input: [2009, 209, 1800, null],
      cost: "0.0061",
      rule: "inclusive:openrouter",
    },
  ],
];

describe("platforms and gateways read in source", () => {
  it.each(CASES)("%s", (_name, attributes, options, wanted) => {
    expectReading(attributes, options, wanted);
  });
});
