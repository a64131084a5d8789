import { describe, expect, it } from "@jest/globals";
import { chatEvent, log, type LogOptions } from "../../../../test/support/logs.js";
import { spanIdOf, T0, traceIdOf } from "../../../../test/support/spans.js";
import type { AttributeValue } from "../../domain/span.js";
import { normalizeLog } from "../cli/normalize-signals.js";

const NAME = "gen_ai.client.inference.operation.details";
const usage = { "gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 85 };

describe("an event with usage", () => {
  it("is a call below the span it was written in, at the time it was written", () => {
    const call = normalizeLog(log(chatEvent(), { trace: "t", span: "s", atMs: 500 }));
    expect(call).toMatchObject({
      traceId: traceIdOf("t"),
      parentSpanId: spanIdOf("s"),
      startTimeUnixNano: T0 + 500_000_000n,
      durationMs: 0,
      provider: "openai",
      operation: "chat",
      billable: true,
      outcome: "ok",
      source: { dialect: "gen_ai_event" },
      usage: { inputTotal: 1200, inputUncached: 1200, cacheRead: null, output: 85 },
      usageQuality: "partial",
    });
    expect(call?.spanId).not.toBe(spanIdOf("s"));
  });

  it("has the same ids when it is delivered again, and others when it is another", () => {
    const ids = (options: LogOptions, extra: Record<string, AttributeValue> = {}) => {
      const call = normalizeLog(log(chatEvent(extra), options));
      return [call?.traceId, call?.spanId];
    };
    expect(ids({})).toEqual(ids({}));
    expect(ids({})).not.toEqual(ids({ atMs: 801 }));
    expect(ids({})).not.toEqual(ids({}, { "gen_ai.response.id": "chatcmpl-1" }));
  });

  const cases: readonly (readonly [string, Record<string, AttributeValue>, LogOptions, unknown])[] = [
    ["named by attribute", { ...chatEvent(), "event.name": NAME }, { eventName: "" }, 1200],
    ["named by body", chatEvent(), { eventName: "", body: NAME }, 1200],
    [
      "with a text as its body",
      { ...chatEvent(), "event.name": NAME },
      { eventName: "", body: "GenAI inference" },
      1200,
    ],
    ["with its fields in the body", {}, { body: chatEvent() as AttributeValue }, 1200],
    ["with its fields in the body as JSON", {}, { body: JSON.stringify(chatEvent()) }, 1200],
    ["without an operation", { "gen_ai.request.model": "gpt-4o", ...usage }, {}, 1200],
    [
      "older, on the first choice",
      { ...chatEvent(), "gen_ai.system": "openai" },
      { eventName: "gen_ai.choice", body: { index: 0 } },
      1200,
    ],
    [
      "older names",
      { "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.prompt_tokens": "1200" },
      {},
      1200,
    ],
    [
      "a log of OpenInference",
      { "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "llm.token_count.prompt": 1200 },
      { eventName: "" },
      1200,
    ],
    [
      "a log of LiteLLM",
      {
        "gen_ai.operation.name": "acompletion",
        "gen_ai.request.model": "gpt-4o",
        ...usage,
        "metadata.user_api_key_hash": "h",
      },
      { eventName: "", scope: "litellm" },
      1200,
    ],
  ];
  it.each(cases)("%s", (_name, attributes, options, wanted) => {
    expect(normalizeLog(log(attributes, options))?.usage.inputTotal).toBe(wanted);
  });

  it("of a failed call costs what it used", () => {
    const call = normalizeLog(log(chatEvent({ "error.type": "timeout" })));
    expect(call).toMatchObject({ outcome: "error", errorType: "timeout", billable: true });
  });
});

describe("a log record that is no evidence of a call", () => {
  const cases: readonly (readonly [string, Record<string, AttributeValue>, LogOptions])[] = [
    ["an event without usage", { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" }, {}],
    [
      "an event with zeros",
      chatEvent({ "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0 }),
      {},
    ],
    ["a message", chatEvent(), { eventName: "gen_ai.user.message" }],
    ["a further choice", chatEvent(), { eventName: "gen_ai.choice", body: { index: 1 } }],
    ["an evaluation", chatEvent(), { eventName: "gen_ai.evaluation.result" }],
    ["an exception", chatEvent(), { eventName: "gen_ai.client.operation.exception" }],
    ["an agent's sum", chatEvent({ "gen_ai.operation.name": "invoke_agent" }), {}],
    ["a tool", chatEvent({ "gen_ai.operation.name": "execute_tool" }), {}],
    [
      "a line of an application that mentions usage",
      { "gen_ai.request.model": "gpt-4o", ...usage },
      { eventName: "", body: "done" },
    ],
    ["an agent's turn", { "turn.index": 1, ...usage }, { eventName: "copilot_chat.agent.turn" }],
    ["what Gemini CLI repeats", chatEvent(), { scope: "gemini-cli" }],
    ["what Qwen Code repeats", chatEvent(), { resource: { "service.name": "qwen-code" } }],
    ["an event of no known time", chatEvent(), { atMs: -1_772_445_600_000 }],
  ];
  it.each(cases)("%s", (_name, attributes, options) => {
    expect(normalizeLog(log(attributes, options))).toBeNull();
  });
});

describe("Qwen Code", () => {
  const counts = {
    "session.id": "s",
    model: "qwen3-coder-plus",
    auth_type: "qwen-oauth",
    input_token_count: 2006,
    cached_content_token_count: 1920,
    output_token_count: 300,
    thoughts_token_count: 192,
    total_token_count: 2306,
    duration_ms: 700,
  };
  const read = (extra: Record<string, AttributeValue>) =>
    normalizeLog(
      log(
        { ...counts, ...extra, "event.name": "qwen-code.api_response" },
        { eventName: "", scope: "qwen-code" },
      ),
    );

  it("counts thoughts inside the output, as the server it talks to does", () => {
    expect(read({})).toMatchObject({
      provider: "alibaba_cloud",
      durationMs: 700,
      source: { dialect: "qwen_code" },
      usage: {
        inputTotal: 2006,
        inputUncached: 86,
        cacheRead: 1920,
        outputTotal: 300,
        output: 108,
        outputReasoning: 192,
      },
    });
  });

  it("counts them outside where the total says so, and names no vendor for a compatible server", () => {
    const call = read({ auth_type: "openai", total_token_count: 2498 });
    expect(call).toMatchObject({ provider: "unknown", usage: { outputTotal: 492, output: 300 } });
  });
});
