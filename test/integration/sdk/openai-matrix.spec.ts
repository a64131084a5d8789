import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import OpenAI from "openai";
import OpenAI4 from "openai4";
import OpenAI5 from "openai5";
import OpenAI7 from "openai7";
import { observe } from "@spanledger/sdk";
import { ProviderServer, sse } from "../../support/sdk/provider-server.js";
import { SpanProbe, attemptsOf } from "../../support/sdk/span-probe.js";

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => probe.reset());

const VERSIONS = [
  { version: "4", Client: OpenAI4 as unknown as typeof OpenAI },
  { version: "5", Client: OpenAI5 as unknown as typeof OpenAI },
  { version: "6", Client: OpenAI },
  { version: "7", Client: OpenAI7 as unknown as typeof OpenAI },
];

const REQUEST = {
  model: "gpt-5.4",
  messages: [{ role: "user" as const, content: "Name a colour." }],
};
const LIMITS = {
  "x-request-id": "req_1",
  "x-ratelimit-limit-requests": "5000",
  "x-ratelimit-remaining-requests": "4999",
  "x-ratelimit-reset-requests": "12ms",
};
const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "gpt-5.4-2026-03-05",
  service_tier: "default",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Blue" } }],
  usage: {
    prompt_tokens: 1200,
    completion_tokens: 300,
    total_tokens: 1500,
    prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 128, audio_tokens: 0 },
  },
};
function chunk(delta: object, more: object = {}): object {
  return {
    id: "chatcmpl-2",
    object: "chat.completion.chunk",
    created: 1,
    model: "gpt-5.4-2026-03-05",
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  };
}
const STREAM = sse(
  chunk({ role: "assistant", content: "" }),
  chunk({ content: "Bl" }),
  chunk({ content: "ue" }),
  chunk({}, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
  chunk({}, { choices: [], usage: COMPLETION.usage }),
  "[DONE]",
);

describe.each(VERSIONS)("openai $version", ({ Client }) => {
  const bare = (): OpenAI => new Client({ apiKey: "sk-test", baseURL: `${server.url}/v1` });
  const seen = (options = {}): OpenAI =>
    observe(bare(), { tracerProvider: probe.provider, fingerprint: false, ...options });

  it("records a call with every attribute", async () => {
    server.script({ json: COMPLETION, headers: LIMITS });
    const expected = await bare().chat.completions.create(REQUEST);
    const got = await seen().chat.completions.create(REQUEST);
    expect(got).toEqual(expected);
    const span = await probe.one();
    const {
      "spanledger.rate_limit.requests.reset_at": resetAt,
      "server.port": port,
      ...rest
    } = span.attributes;
    expect(resetAt).toMatch(/Z$/);
    expect(port).toBe(Number(new URL(server.url).port));
    expect(rest).toEqual({
      "spanledger.sdk.version": "0.1.0",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "spanledger.client.flavor": "openai",
      "server.address": "127.0.0.1",
      "gen_ai.request.model": "gpt-5.4",
      "gen_ai.response.model": "gpt-5.4-2026-03-05",
      "gen_ai.response.id": "chatcmpl-1",
      "spanledger.request.id": "req_1",
      "spanledger.outcome": "ok",
      "gen_ai.request.stream": false,
      "http.response.status_code": 200,
      "gen_ai.response.finish_reasons": ["stop"],
      "spanledger.service_tier": "default",
      "spanledger.usage.source": "provider",
      "spanledger.usage.quality": "exact",
      "spanledger.usage.rule": "openai.chat:inclusive",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.cache_read.input_tokens": 1024,
      "gen_ai.usage.reasoning.output_tokens": 128,
      "spanledger.usage.input_uncached": 176,
      "spanledger.usage.input_audio": 0,
      "spanledger.usage.cache_read": 1024,
      "spanledger.usage.output": 172,
      "spanledger.usage.output_reasoning": 128,
      "spanledger.usage.output_audio": 0,
      "http.response.header.x-ratelimit-limit-requests": ["5000"],
      "http.response.header.x-ratelimit-remaining-requests": ["4999"],
      "http.response.header.x-ratelimit-reset-requests": ["12ms"],
      "spanledger.rate_limit.requests.limit": 5000,
      "spanledger.rate_limit.requests.remaining": 4999,
    });
    expect(span.name).toBe("chat gpt-5.4");
    expect(attemptsOf(span)).toEqual([{ "spanledger.attempt.index": 0, "http.response.status_code": 200 }]);
  });

  it("records a stream", async () => {
    server.script({ chunks: STREAM });
    const request = { ...REQUEST, stream: true as const, stream_options: { include_usage: true } };
    const expected: unknown[] = [];
    for await (const part of await bare().chat.completions.create(request)) expected.push(part);
    const got: unknown[] = [];
    for await (const part of await seen().chat.completions.create(request)) got.push(part);
    expect(got).toEqual(expected);
    expect(got).toHaveLength(5);
    const { attributes } = await probe.one();
    expect(attributes).toMatchObject({
      "gen_ai.response.id": "chatcmpl-2",
      "gen_ai.request.stream": true,
      "spanledger.outcome": "ok",
      "gen_ai.response.finish_reasons": ["stop"],
      "spanledger.usage.cache_read": 1024,
      "gen_ai.usage.output_tokens": 300,
    });
    expect(attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
  });

  it("makes one span of 429, 429, 200", async () => {
    const limited = {
      status: 429,
      headers: { "retry-after-ms": "20" },
      json: { error: { message: "slow down", type: "requests", code: "rate_limit_exceeded" } },
    };
    server.script(limited, limited, { json: COMPLETION });
    expect(await seen().chat.completions.create(REQUEST)).toEqual(COMPLETION);
    const span = await probe.one();
    const refused = {
      "http.response.status_code": 429,
      "error.type": "rate_limit_exceeded",
      "spanledger.attempt.retry_after_ms": 20,
    };
    expect(attemptsOf(span)).toEqual([
      { "spanledger.attempt.index": 0, ...refused },
      { "spanledger.attempt.index": 1, ...refused },
      { "spanledger.attempt.index": 2, "http.response.status_code": 200 },
    ]);
    expect(span.attributes["spanledger.outcome"]).toBe("ok");
  });

  it("makes one failed span of a final 429, with the same error", async () => {
    const limited = {
      status: 429,
      headers: { "retry-after-ms": "10", "x-request-id": "req_9" },
      json: { error: { message: "slow down", type: "requests", code: "rate_limit_exceeded" } },
    };
    server.script(limited);
    const errorOf = async (client: OpenAI): Promise<Record<string, unknown>> => {
      try {
        await client.chat.completions.create(REQUEST);
      } catch (error) {
        const { name, message, status, code, constructor } = error as Error & Record<string, unknown>;
        return { name, message, status, code, constructor };
      }
      throw new Error("no error");
    };
    const expected = await errorOf(bare());
    expect(await errorOf(seen())).toEqual(expected);
    const span = await probe.one();
    expect(attemptsOf(span)).toHaveLength(3);
    expect(span.attributes).toMatchObject({
      "spanledger.outcome": "error",
      "error.type": "rate_limit_exceeded",
      "http.response.status_code": 429,
      "spanledger.request.id": "req_9",
    });
    expect(span.status).toEqual({ code: 2 });
  });

  it("records a stream that the user leaves", async () => {
    server.script({ chunks: [...STREAM.slice(0, 3), ...STREAM.slice(0, 3)], gapMs: 5, after: "hang" });
    for await (const part of await seen().chat.completions.create({ ...REQUEST, stream: true })) {
      void part;
      break;
    }
    const { attributes } = await probe.one();
    expect(attributes["spanledger.outcome"]).toBe("cancelled");
    expect(attributes["gen_ai.response.id"]).toBe("chatcmpl-2");
  });

  it("records a stream that is cut", async () => {
    server.script({ chunks: STREAM.slice(0, 3), after: "destroy", gapMs: 5 });
    const read = async (client: OpenAI): Promise<string> => {
      try {
        for await (const part of await client.chat.completions.create({ ...REQUEST, stream: true }))
          void part;
      } catch (error) {
        return `${(error as Error).constructor.name} ${(error as Error).message}`;
      }
      return "no error";
    };
    const expected = await read(bare());
    expect(await read(seen())).toBe(expected);
    const { attributes } = await probe.one();
    expect(attributes["spanledger.outcome"]).toBe("error");
    expect(attributes["error.type"]).toMatch(/^\w+$/);
  });

  it("records a connection that is refused at once", async () => {
    const gone = await new ProviderServer().start();
    const baseURL = `${gone.url}/v1`;
    await gone.close();
    const client = observe(new Client({ apiKey: "sk-test", baseURL, maxRetries: 1 }), {
      tracerProvider: probe.provider,
    });
    await expect(client.chat.completions.create(REQUEST)).rejects.toThrow("Connection error");
    const span = await probe.one();
    expect(attemptsOf(span)).toHaveLength(2);
    expect(span.attributes["error.type"]).toBe("ECONNREFUSED");
  });

  it("hides the usage chunk it asked for", async () => {
    server.script({ chunks: STREAM });
    const expected: unknown[] = [];
    for await (const part of await bare().chat.completions.create({ ...REQUEST, stream: true }))
      expected.push(part);
    const got: unknown[] = [];
    const client = seen({ includeUsage: true });
    for await (const part of await client.chat.completions.create({ ...REQUEST, stream: true }))
      got.push(part);
    expect(got).toEqual(expected.slice(0, 4));
    expect(JSON.parse(server.seen.at(-1)?.body ?? "")).toEqual({
      ...REQUEST,
      stream: true,
      stream_options: { include_usage: true },
    });
    const { attributes } = await probe.one();
    expect(attributes["gen_ai.usage.input_tokens"]).toBe(1200);
  });
});
