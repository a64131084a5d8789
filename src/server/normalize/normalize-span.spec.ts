import { describe, expect, it } from "@jest/globals";
import { chat, span, type SpanOptions } from "../../../test/support/spans.js";
import type { Call } from "../domain/call.js";
import type { AttributeValue, Span } from "../domain/span.js";
import { normalizeSpan } from "./normalize-span.js";

function callOf(given: Span): Call {
  const normalized = normalizeSpan(given);
  if (normalized.kind !== "call") throw new Error(`a call is expected, not ${normalized.kind}`);
  return normalized.call;
}

describe("spans that cannot be kept", () => {
  it.each<[string, Partial<Span>, string]>([
    ["zero trace id", { traceId: "0".repeat(32) }, "invalid_trace_id"],
    ["short trace id", { traceId: "abc" }, "invalid_trace_id"],
    ["upper case id", { traceId: "A".repeat(32) }, "invalid_trace_id"],
    ["zero span id", { spanId: "0".repeat(16) }, "invalid_span_id"],
    ["no start", { startTimeUnixNano: 0n }, "invalid_time"],
    ["a start in 2100", { startTimeUnixNano: 4_102_444_800_000_000_000n }, "invalid_time"],
    ["a span of a year", { endTimeUnixNano: 1_803_981_600_000_000_000n }, "invalid_time"],
  ])("%s", (_name, change, reason) => {
    expect(normalizeSpan({ ...chat(), ...change })).toEqual({ kind: "rejected", reason });
  });

  it("keeps a span of no length, and one whose clock was set back", () => {
    const given = chat();
    expect(callOf({ ...given, endTimeUnixNano: given.startTimeUnixNano }).durationMs).toBe(0);
    expect(callOf({ ...given, endTimeUnixNano: 1n }).durationMs).toBe(0);
  });
});

describe("spans that are no calls", () => {
  const http = {
    "http.request.method": "POST",
    "server.address": "api.openai.com",
    "http.response.status_code": 200,
  };

  it.each<[string, Record<string, AttributeValue>, SpanOptions, string]>([
    ["a root without a model", http, {}, "ignored"],
    ["a child without a model", http, { parent: "p" }, "link"],
    ["a tool", { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x" }, { parent: "p" }, "link"],
    [
      "a stored answer that is read again",
      { "gen_ai.operation.name": "fetch_response", "gen_ai.request.model": "m" },
      {},
      "ignored",
    ],
    [
      "an agent without usage",
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m" },
      { kind: 1 },
      "ignored",
    ],
  ])("%s", (_name, attributes, options, kind) => {
    expect(normalizeSpan(span(attributes, { trace: "t", ...options })).kind).toBe(kind);
  });

  it("knows an agent with usage for an aggregate, and a remote agent for a call until a descendant shows", () => {
    const agent = { "gen_ai.operation.name": "invoke_agent" };
    expect(normalizeSpan(chat(agent, { kind: 1 })).kind).toBe("aggregate");
    expect(normalizeSpan(chat(agent, { kind: 3 })).kind).toBe("call");
  });
});

describe("GenAI spans of every generation", () => {
  const current = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-123",
    "gen_ai.response.finish_reasons": ["tool_calls"],
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
    "gen_ai.usage.cache_read.input_tokens": 600,
    "gen_ai.usage.cache_write.input_tokens": 0,
    "gen_ai.usage.reasoning.output_tokens": 40,
    "gen_ai.request.stream": true,
    "gen_ai.response.time_to_first_chunk": 0.25,
    "gen_ai.conversation.id": "conv-1",
    "openai.response.service_tier": "flex",
  };
  const generation137 = {
    "gen_ai.operation.name": "chat",
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-123",
    "gen_ai.response.finish_reasons": '["tool_calls"]',
    "gen_ai.usage.prompt_tokens": "1000",
    "gen_ai.usage.completion_tokens": "100",
    "gen_ai.usage.prompt_tokens_details.cached_tokens": 600,
    "gen_ai.usage.completion_tokens_details.reasoning_tokens": 40,
    "gen_ai.request.is_stream": true,
    "gen_ai.server.time_to_first_token": 0.25,
    "session.id": "conv-1",
    "gen_ai.openai.response.service_tier": "flex",
  };
  const oldest = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-123",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "llm.usage.prompt_tokens": 1000n,
    "llm.usage.completion_tokens": 100,
    "gen_ai.usage.cache_read_input_tokens": 600,
    "gen_ai.usage.reasoning_tokens": 40,
    "llm.is_streaming": true,
    "gen_ai.response.time_to_first_token": 0.25,
    "session.id": "conv-1",
    "gen_ai.response.service_tier": "flex",
  };

  it.each([
    ["current", current],
    ["before 1.37", generation137],
    ["before 1.27", oldest],
  ])("%s", (_name, attributes) => {
    expect(callOf(span(attributes))).toMatchObject({
      operation: "chat",
      provider: "openai",
      requestModel: "gpt-4o",
      responseModel: "gpt-4o-2024-08-06",
      responseId: "chatcmpl-123",
      finishReasons: ["tool_calls"],
      streaming: true,
      timeToFirstChunkMs: 250,
      serviceTier: "flex",
      outcome: "ok",
      billable: true,
      usageSource: "provider",
      attribution: { session: "conv-1", service: "bot" },
      usage: {
        inputUncached: 400,
        cacheRead: 600,
        inputTotal: 1000,
        output: 60,
        outputReasoning: 40,
        outputTotal: 100,
      },
    });
  });

  it("takes the vendor of a public host, and leaves the reported one beside a private host", () => {
    expect(callOf(chat({ "server.address": "api.deepseek.com" })).provider).toBe("deepseek");
    expect(callOf(chat({ "server.address": "api.deepseek.com" })).clientFlavor).toBe("openai");
    const local = callOf(chat({ "server.address": "127.0.0.1", "server.port": 8000 }));
    expect([local.provider, local.host]).toEqual(["openai", "127.0.0.1:8000"]);
  });

  it("bills a span without operation that has a model and usage, or is a client span of a vendor", () => {
    const model = { "gen_ai.request.model": "m", "gen_ai.system": "openai" };
    expect(callOf(span({ ...model, "gen_ai.usage.input_tokens": 5 }, { kind: 1 })).billable).toBe(true);
    expect(callOf(span(model, { kind: 3 })).usageSource).toBe("none");
    expect(normalizeSpan(span(model, { kind: 1 })).kind).toBe("ignored");
  });
});

describe("outcomes", () => {
  const request = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
  };

  it("a refused call costs nothing and is known to have used nothing", () => {
    const call = callOf(
      span(request, {
        error: true,
        events: [{ name: "exception", attributes: { "exception.type": "RateLimitError" } }],
      }),
    );
    expect(call).toMatchObject({
      outcome: "error",
      errorType: "RateLimitError",
      billable: false,
      usageQuality: "exact",
    });
    expect(call.usage).toMatchObject({ inputTotal: 0, outputTotal: 0, cacheRead: 0 });
  });

  it("a failed call with usage costs what it used", () => {
    const call = callOf(span({ ...request, "gen_ai.usage.input_tokens": 50 }, { error: true }));
    expect(call).toMatchObject({ outcome: "error", billable: true, usage: { inputTotal: 50, output: null } });
  });

  it("a call that broke off after the answer began may have cost something, nobody knows what", () => {
    const call = callOf(span({ ...request, "gen_ai.response.id": "chatcmpl-9" }, { error: true }));
    expect(call).toMatchObject({
      outcome: "error",
      billable: true,
      usageSource: "none",
      usage: { inputTotal: null },
    });
  });

  it.each([
    [
      "an error event inside a stream",
      '{"type":"error","error":{"type":"overloaded_error","message":"x"}}',
      true,
    ],
    ["a body that was cut", "terminated", true],
    ["a refusal", '429 {"type":"error","error":{"type":"rate_limit_error"}}', false],
    ["no connection", "fetch failed", false],
  ])("%s: may it have cost something?", (_name, message, billable) => {
    const events = [
      { name: "exception", attributes: { "exception.type": "Error", "exception.message": message } },
    ];
    const call = callOf(span(request, { error: true, events }));
    expect([call.billable, call.usage.inputTotal]).toEqual([billable, billable ? null : 0]);
  });

  it("zeros in every place are no usage: an answered call is unknown, a refused one refused", () => {
    const zeros = {
      "gen_ai.usage.input_tokens": 0,
      "gen_ai.usage.output_tokens": "0",
      "gen_ai.usage.total_tokens": 0,
    };
    expect(callOf(span({ ...request, ...zeros }))).toMatchObject({
      billable: true,
      usageSource: "none",
      usage: { inputTotal: null, output: null },
    });
    expect(callOf(span({ ...request, ...zeros }, { error: true }))).toMatchObject({
      billable: false,
      usageQuality: "exact",
    });
  });

  it("an answered call without usage is billable and unknown, never zero", () => {
    const call = callOf(span(request));
    expect(call).toMatchObject({ billable: true, usageSource: "none", usageQuality: "unknown" });
    expect(Object.values(call.usage).every((value) => value === null)).toBe(true);
  });
});

describe("privacy", () => {
  it("copies nothing but listed attributes", () => {
    const secret = "MARKED-SECRET";
    const content = {
      "gen_ai.input.messages": secret,
      "gen_ai.output.messages": secret,
      "gen_ai.system_instructions": secret,
      "gen_ai.prompt.0.content": secret,
      "gen_ai.completion.0.content": secret,
      "gen_ai.tool.call.arguments": secret,
      "input.value": secret,
      "output.value": `{"id":"chatcmpl-1","choices":[{"message":{"content":"${secret}"}}]}`,
      "ai.prompt.messages": secret,
      "ai.response.text": secret,
      "langfuse.observation.input": secret,
      "traceloop.entity.input": secret,
      "http.request.header.authorization": secret,
      "error.message": secret,
      "url.full": `https://x/?q=${secret}`,
    };
    const events = [
      { name: "exception", attributes: { "exception.type": "E", "exception.message": secret } },
    ];
    const kinds: Record<string, AttributeValue>[] = [
      {},
      { "openinference.span.kind": "LLM", "llm.model_name": "m" },
      { "ai.operationId": "ai.generateText.doGenerate" },
      { "langfuse.observation.type": "generation" },
      { "traceloop.span.kind": "workflow" },
      { "langsmith.span.kind": "llm" },
    ];
    for (const kind of kinds) {
      const normalized = normalizeSpan({
        ...chat({ ...content, ...kind }, { events, error: true }),
        name: secret,
      });
      const text = JSON.stringify(normalized, (_key, value: unknown) =>
        typeof value === "bigint" ? value.toString() : value,
      );
      expect(text).not.toContain(secret);
    }
  });
});
