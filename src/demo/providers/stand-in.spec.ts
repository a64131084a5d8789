import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { type StandInProviders, startStandInProviders } from "./index.js";

let providers: StandInProviders;
const openai = (maxRetries = 2): OpenAI =>
  new OpenAI({ apiKey: "test", baseURL: providers.openaiBaseUrl, maxRetries });
const anthropic = (maxRetries = 2): Anthropic =>
  new Anthropic({ apiKey: "test", baseURL: providers.anthropicBaseUrl, maxRetries });
const ask = { model: "gpt-5.4-mini", messages: [{ role: "user" as const, content: "hello" }] };
const askClaude = { ...ask, model: "claude-sonnet-5", max_tokens: 100 };

beforeEach(async () => {
  providers = await startStandInProviders();
});
afterEach(() => providers.close());

describe("OpenAI chat", () => {
  it("answers usage, limits and ids as scripted", async () => {
    providers.setScript([
      {
        tokens: { input: 76, cacheRead: 1024, cacheWriteOther: 100, output: 172, reasoning: 128 },
        text: "pong",
        limits: {
          requests: { limit: 500, remaining: 499, resetMs: 120 },
          tokens: { limit: 9, remaining: 8, resetMs: 61_500 },
        },
      },
    ]);
    const { data, response } = await openai().chat.completions.create(ask).withResponse();
    expect(data.choices[0]?.message.content).toBe("pong");
    expect(data.usage).toMatchObject({
      prompt_tokens: 1200,
      completion_tokens: 300,
      total_tokens: 1500,
      prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 128 },
    });
    expect(response.headers.get("x-ratelimit-reset-requests")).toBe("120ms");
    expect(response.headers.get("x-ratelimit-reset-tokens")).toBe("1m1.5s");
    expect(providers.log[0]).toMatchObject({
      status: 200,
      responseId: data.id,
      requestId: response.headers.get("x-request-id"),
      stream: false,
      finishReason: "stop",
    });
  });

  it("derives the same usage for the same request", async () => {
    const first = await openai().chat.completions.create(ask);
    const second = await openai().chat.completions.create(ask);
    expect(second.usage).toEqual(first.usage);
    expect(second.id).not.toBe(first.id);
  });

  it.each([true, false])("streams with include_usage %s", async (include) => {
    providers.setScript([{ text: "one two three four", chunks: 4, tokens: { input: 10, output: 4 } }]);
    const stream = await openai().chat.completions.create({
      ...ask,
      stream: true,
      ...(include ? { stream_options: { include_usage: true } } : {}),
    });
    let text = "";
    const usages: unknown[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.usage) usages.push(chunk.usage);
    }
    expect(text).toBe("one two three four");
    expect(usages).toHaveLength(include ? 1 : 0);
    expect(providers.log[0]?.wireUsage === null).toBe(!include);
    expect(providers.log[0]?.tokens?.output).toBe(4);
  });

  it("assembles a tool call from stream deltas", async () => {
    providers.setScript([{ toolCall: { name: "search", arguments: { query: "ledger" } } }]);
    const final = await openai()
      .chat.completions.stream({ ...ask, stream_options: { include_usage: true } })
      .finalChatCompletion();
    const call = final.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ function: { name: "search", arguments: '{"query":"ledger"}' } });
    expect(final.choices[0]?.finish_reason).toBe("tool_calls");
  });

  it("refuses twice, then succeeds; the client marks its retries", async () => {
    providers.setScript([{ status: 429, retryAfterMs: 1 }, { status: 429, retryAfterMs: 1 }, {}]);
    await openai().chat.completions.create(ask);
    expect(providers.log.map(({ status, retryCount }) => [status, retryCount])).toEqual([
      [429, 0],
      [429, 1],
      [200, 2],
    ]);
    expect(providers.log[0]).toMatchObject({ retryAfterMs: 1, tokens: null });
  });

  it("answers error bodies that the client understands", async () => {
    providers.setScript([{ status: 429, errorType: "insufficient_quota" }]);
    await expect(openai(0).chat.completions.create(ask)).rejects.toMatchObject({
      status: 429,
      code: "insufficient_quota",
      type: "insufficient_quota",
    });
  });

  it("cuts a stream, and reports an error in a running one", async () => {
    providers.setScript([{ cutAfterChunks: 2 }, { errorAfterChunks: 1 }]);
    const read = async (): Promise<number> => {
      let seen = 0;
      for await (const chunk of await openai(0).chat.completions.create({ ...ask, stream: true })) {
        if (chunk.choices[0]?.delta.content) seen += 1;
      }
      return seen;
    };
    await expect(read()).rejects.toThrow();
    await expect(read()).rejects.toThrow();
    expect(providers.log[0]).toMatchObject({ end: "cut", contentEventsSent: 2 });
    expect(providers.log[1]).toMatchObject({ errorEventSent: true, contentEventsSent: 1 });
  });

  it("sees a client that leaves a stalled stream", async () => {
    providers.setScript([{ stallAfterChunks: 1 }]);
    const stream = await openai().chat.completions.create({ ...ask, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await until(() => typeof providers.log[0]?.endedAtMs === "number");
    expect(providers.log[0]?.end).toBe("client_closed");
  });

  it("sends large bodies whole", async () => {
    providers.setScript([{ padBytes: 3_000_000 }]);
    const answer = await openai().chat.completions.create(ask);
    expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(3_000_000);
  });
});

describe("OpenAI embeddings and responses", () => {
  it("answers vectors", async () => {
    providers.setScript([{ tokens: { input: 9 } }]);
    const answer = await openai().embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] });
    expect(answer.data).toHaveLength(2);
    expect(answer.data[0]?.embedding.length).toBe(16);
    expect(answer.usage).toEqual({ prompt_tokens: 9, total_tokens: 9 });
  });

  it("answers and streams a response", async () => {
    const tokens = { input: 5, cacheRead: 20, output: 7, reasoning: 3 };
    providers.setScript([
      { tokens, text: "pong" },
      { tokens, text: "pong" },
    ]);
    const request = { model: "gpt-5.4", input: "ping" };
    const whole = await openai().responses.create(request);
    const streamed = await openai().responses.stream(request).finalResponse();
    expect(whole.output_text).toBe("pong");
    expect(streamed.output_text).toBe("pong");
    expect(streamed.usage).toEqual(whole.usage);
    expect(whole.usage).toMatchObject({ input_tokens: 25, output_tokens: 10, total_tokens: 35 });
  });
});

describe("Anthropic messages", () => {
  const tokens = {
    input: 50,
    cacheRead: 1000,
    cacheWrite5m: 200,
    cacheWrite1h: 100,
    output: 60,
    reasoning: 30,
  };

  it("answers usage with the cache split, and limits", async () => {
    providers.setScript([{ tokens }]);
    const { data, response } = await anthropic().messages.create(askClaude).withResponse();
    expect(data.usage).toMatchObject({
      input_tokens: 50,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
      output_tokens: 90,
      output_tokens_details: { thinking_tokens: 30 },
    });
    expect(response.headers.get("anthropic-ratelimit-input-tokens-limit")).toBe("2000000");
    expect(response.headers.get("anthropic-ratelimit-requests-reset")).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    );
    expect(response.headers.get("request-id")).toBe(providers.log[0]?.requestId);
  });

  it("streams thinking, text and cumulative usage", async () => {
    providers.setScript([{ tokens, thinking: "let me see", text: "forty two", chunks: 3 }]);
    const final = await anthropic().messages.stream(askClaude).finalMessage();
    expect(final.content.map((block) => block.type)).toEqual(["thinking", "text"]);
    expect(final.content[1]).toMatchObject({ text: "forty two" });
    expect(final.usage).toMatchObject({ input_tokens: 50, output_tokens: 90, cache_read_input_tokens: 1000 });
    expect(final.stop_reason).toBe("end_turn");
  });

  it("streams a tool call", async () => {
    providers.setScript([{ toolCall: { name: "search", arguments: { query: "x" } } }]);
    const final = await anthropic().messages.stream(askClaude).finalMessage();
    expect(final.content[0]).toMatchObject({ type: "tool_use", name: "search", input: { query: "x" } });
    expect(final.stop_reason).toBe("tool_use");
  });

  it("refuses with 529 and reports overload in a running stream", async () => {
    providers.setScript([{ status: 529 }, { errorAfterChunks: 1 }]);
    await expect(anthropic(0).messages.create(askClaude)).rejects.toMatchObject({
      status: 529,
      type: "overloaded_error",
    });
    await expect(anthropic(0).messages.stream(askClaude).finalMessage()).rejects.toThrow(
      /overloaded_error|Stand-in/,
    );
  });
});

it("tells a script that throws, and unknown paths, to the client", async () => {
  providers.setScript(() => {
    throw new Error("script is wrong");
  });
  await expect(openai(0).chat.completions.create(ask)).rejects.toMatchObject({ status: 599 });
  expect((await fetch(`${providers.url}/nowhere`)).status).toBe(404);
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("condition not met within 5 s");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
