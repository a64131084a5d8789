import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import Anthropic from "@anthropic-ai/sdk";
import Anthropic0137 from "anthropic0137";
import Anthropic039 from "anthropic039";
import { context, trace } from "@opentelemetry/api";
import { observe } from "@spanledger/sdk";
import { AsyncContexts } from "../../support/sdk/async-contexts.js";
import { namedSse, ProviderServer } from "../../support/sdk/provider-server.js";
import { attemptsOf, SpanProbe } from "../../support/sdk/span-probe.js";

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
  context.setGlobalContextManager(new AsyncContexts());
});
afterAll(async () => {
  context.disable();
  await server.close();
});
beforeEach(() => probe.reset());

const VERSIONS = [
  { version: "0.39", Client: Anthropic039 as unknown as typeof Anthropic },
  { version: "0.137", Client: Anthropic0137 as unknown as typeof Anthropic },
  { version: "1.12", Client: Anthropic },
];

const REQUEST = {
  model: "claude-sonnet-4-6",
  max_tokens: 200,
  system: [{ type: "text" as const, text: "Be short.", cache_control: { type: "ephemeral" as const } }],
  messages: [{ role: "user" as const, content: "Name a colour." }],
};
const USAGE = {
  input_tokens: 50,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
  output_tokens: 90,
  output_tokens_details: { thinking_tokens: 30 },
  service_tier: "standard",
};
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-6",
  content: [{ type: "text", text: "Blue" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: USAGE,
};
const LIMITS = {
  "request-id": "req_a1",
  "anthropic-ratelimit-input-tokens-limit": "400000",
  "anthropic-ratelimit-input-tokens-remaining": "399000",
  "anthropic-ratelimit-input-tokens-reset": "2026-11-22T10:00:30Z",
};
const STREAM = namedSse(
  {
    type: "message_start",
    message: { ...MESSAGE, content: [], stop_reason: null, usage: { ...USAGE, output_tokens: 1 } },
  },
  { type: "ping" },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Blue" } },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: {
      output_tokens: 90,
      input_tokens: null,
      output_tokens_details: { thinking_tokens: 30 },
      server_tool_use: { web_search_requests: 2 },
    },
  },
  { type: "message_stop" },
);

const EXPECTED = {
  "spanledger.sdk.version": "0.1.0",
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "anthropic",
  "spanledger.client.flavor": "anthropic",
  "server.address": "127.0.0.1",
  "gen_ai.request.model": "claude-sonnet-4-6",
  "gen_ai.response.model": "claude-sonnet-4-6",
  "gen_ai.response.id": "msg_1",
  "spanledger.outcome": "ok",
  "http.response.status_code": 200,
  "gen_ai.response.finish_reasons": ["stop"],
  "spanledger.service_tier": "standard",
  "spanledger.usage.source": "provider",
  "spanledger.usage.quality": "exact",
  "gen_ai.usage.input_tokens": 1350,
  "gen_ai.usage.output_tokens": 90,
  "gen_ai.usage.cache_read.input_tokens": 1000,
  "gen_ai.usage.cache_write.input_tokens": 300,
  "gen_ai.usage.reasoning.output_tokens": 30,
  "spanledger.usage.input_uncached": 50,
  "spanledger.usage.cache_read": 1000,
  "spanledger.usage.cache_write_5m": 200,
  "spanledger.usage.cache_write_1h": 100,
  "spanledger.usage.output": 60,
  "spanledger.usage.output_reasoning": 30,
};

describe.each(VERSIONS)("@anthropic-ai/sdk $version", ({ version, Client }) => {
  const bare = (): Anthropic => new Client({ apiKey: "sk-ant-test", baseURL: server.url });
  const seen = (options = {}): Anthropic =>
    observe(bare(), { tracerProvider: probe.provider, fingerprint: false, ...options });

  it("records a call with cache reads and both cache writes", async () => {
    server.script({ json: MESSAGE, headers: LIMITS });
    const expected = await bare().messages.create(REQUEST);
    expect(await seen().messages.create(REQUEST)).toEqual(expected);
    const span = await probe.one();
    const { "server.port": port, "spanledger.usage.rule": rule, ...rest } = span.attributes;
    expect(port).toBe(Number(new URL(server.url).port));
    expect(rule).toMatch(/^anthropic/);
    expect(rest).toEqual({
      ...EXPECTED,
      "gen_ai.request.stream": false,
      "spanledger.request.id": "req_a1",
      "spanledger.rate_limit.input_tokens.limit": 400_000,
      "spanledger.rate_limit.input_tokens.remaining": 399_000,
      "spanledger.rate_limit.input_tokens.reset_at": "2026-11-22T10:00:30.000Z",
      "http.response.header.anthropic-ratelimit-input-tokens-limit": ["400000"],
      "http.response.header.anthropic-ratelimit-input-tokens-remaining": ["399000"],
      "http.response.header.anthropic-ratelimit-input-tokens-reset": ["2026-11-22T10:00:30Z"],
    });
    expect(span.name).toBe("chat claude-sonnet-4-6");
  });

  it("records a stream, whose deltas replace and never add", async () => {
    server.script({ chunks: STREAM });
    const expected: unknown[] = [];
    for await (const part of await bare().messages.create({ ...REQUEST, stream: true })) expected.push(part);
    const got: unknown[] = [];
    for await (const part of await seen().messages.create({ ...REQUEST, stream: true })) got.push(part);
    expect(got).toEqual(expected);
    const { attributes } = await probe.one();
    const {
      "gen_ai.response.time_to_first_chunk": first,
      "server.port": port,
      "spanledger.usage.rule": rule,
      ...rest
    } = attributes;
    expect([typeof first, typeof port, typeof rule]).toEqual(["number", "number", "string"]);
    expect(rest).toEqual({
      ...EXPECTED,
      "gen_ai.request.stream": true,
      "spanledger.usage.web_search_requests": 2,
    });
  });

  it("records the stream helper", async () => {
    server.script({ chunks: STREAM });
    const expected = await bare().messages.stream(REQUEST).finalMessage();
    expect(await seen().messages.stream(REQUEST).finalMessage()).toEqual(expected);
    expect((await probe.one()).attributes).toMatchObject(EXPECTED);
  });

  it("makes one span of 529, 429, 200", async () => {
    const refusal = (status: number, type: string): object => ({
      status,
      headers: { "retry-after-ms": "20" },
      json: { type: "error", error: { type, message: "wait" } },
    });
    server.script(refusal(529, "overloaded_error"), refusal(429, "rate_limit_error"), { json: MESSAGE });
    await seen().messages.create(REQUEST);
    const span = await probe.one();
    expect(attemptsOf(span)).toEqual([
      {
        "spanledger.attempt.index": 0,
        "http.response.status_code": 529,
        "error.type": "overloaded_error",
        "spanledger.attempt.retry_after_ms": 20,
      },
      {
        "spanledger.attempt.index": 1,
        "http.response.status_code": 429,
        "error.type": "rate_limit_error",
        "spanledger.attempt.retry_after_ms": 20,
      },
      { "spanledger.attempt.index": 2, "http.response.status_code": 200 },
    ]);
  });

  it("makes one failed span of a final refusal, with the same error", async () => {
    server.script({
      status: 400,
      json: { type: "error", error: { type: "invalid_request_error", message: "secret prompt quoted" } },
    });
    const errorOf = async (client: Anthropic): Promise<unknown> => {
      const error = await client.messages.create(REQUEST).then(
        () => null,
        (reason: unknown) => reason,
      );
      const { message, status, constructor } = error as Error & { status: number };
      return { message, status, constructor };
    };
    const expected = await errorOf(bare());
    expect(await errorOf(seen())).toEqual(expected);
    const span = await probe.one();
    expect(span.attributes).toMatchObject({
      "spanledger.outcome": "error",
      "error.type": "invalid_request_error",
      "http.response.status_code": 400,
    });
    expect(JSON.stringify([span.attributes, span.events, span.status])).not.toContain("secret");
  });

  it("records an error in the middle of a stream", async () => {
    const [start = "", ...more] = STREAM;
    const failure = namedSse({ type: "error", error: { type: "overloaded_error", message: "no" } });
    server.script({ chunks: [start, ...more.slice(0, 3), ...failure] });
    const read = async (client: Anthropic): Promise<string> => {
      try {
        for await (const part of await client.messages.create({ ...REQUEST, stream: true })) void part;
      } catch (error) {
        return (error as Error).constructor.name;
      }
      return "no error";
    };
    const expected = await read(bare());
    expect(await read(seen())).toBe(expected);
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.outcome": "error",
      "error.type": "overloaded_error",
      "http.response.status_code": 200,
      "spanledger.usage.cache_read": 1000,
    });
  });

  it("records a stream that the user leaves, with the input that is known", async () => {
    server.script({ chunks: STREAM.slice(0, 4), after: "hang" });
    for await (const part of await seen().messages.create({ ...REQUEST, stream: true })) {
      if (part.type === "content_block_delta") break;
    }
    const { attributes } = await probe.one();
    expect(attributes).toMatchObject({
      "spanledger.outcome": "cancelled",
      "spanledger.usage.cache_write_1h": 100,
      "spanledger.usage.quality": "partial",
    });
    expect(Object.keys(attributes)).not.toContain("gen_ai.usage.output_tokens");
  });

  it("records an abort while waiting as cancelled", async () => {
    server.script({ chunks: [], after: "hang", headers: {} });
    const abort = new AbortController();
    const call = seen().messages.create({ ...REQUEST, stream: true }, { signal: abort.signal });
    const stream = await call;
    setTimeout(() => abort.abort(), 20);
    for await (const part of stream) void part;
    expect((await probe.one()).attributes["spanledger.outcome"]).toBe("cancelled");
  });

  it("gives the same error for a connection that is refused, after the same attempts", async () => {
    const gone = await new ProviderServer().start();
    const baseURL = gone.url;
    await gone.close();
    const failure = async (client: Anthropic): Promise<string> =>
      client.messages.create(REQUEST).then(
        () => "no error",
        (error: unknown) => `${(error as Error).constructor.name}: ${(error as Error).message}`,
      );
    const make = (): Anthropic => new Client({ apiKey: "sk-ant-test", baseURL, maxRetries: 1 });
    const expected = await failure(make());
    expect(expected).toContain("APIConnectionError");
    expect(await failure(observe(make(), { tracerProvider: probe.provider }))).toBe(expected);
    const span = await probe.one();
    expect(attemptsOf(span).map((attempt) => attempt["error.type"])).toEqual([
      "ECONNREFUSED",
      "ECONNREFUSED",
    ]);
    expect(span.attributes["spanledger.outcome"]).toBe("error");
  });

  it("does not mix concurrent calls and records those of a clone", async () => {
    const refusal = {
      status: 429,
      headers: { "retry-after-ms": "10" },
      json: { type: "error", error: { type: "rate_limit_error" } },
    };
    server.script(refusal, refusal, refusal, { json: MESSAGE });
    const client = seen();
    const clone = version === "0.39" ? client : client.withOptions({ timeout: 9000 });
    await Promise.all([client, clone, client].map((each) => each.messages.create(REQUEST)));
    const attempts = (await probe.atLeast(3)).map((span) => attemptsOf(span));
    expect(attempts).toHaveLength(3);
    expect(attempts.flat()).toHaveLength(6);
    for (const each of attempts) expect(each.at(-1)?.["http.response.status_code"]).toBe(200);
  });

  it("stands beside the client's own span, in the same trace and with the same response", async () => {
    server.script({ json: MESSAGE });
    trace.setGlobalTracerProvider(probe.provider);
    try {
      await seen({ tracerProvider: undefined }).messages.create(REQUEST);
      const spans = await probe.atLeast(version === "0.39" ? 1 : 2);
      expect(new Set(spans.map((span) => span.attributes["gen_ai.response.id"]))).toEqual(new Set(["msg_1"]));
      expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    } finally {
      trace.disable();
    }
  });

  it("does not record token counting", async () => {
    server.script({ json: { input_tokens: 12 } });
    const client = seen();
    await client.post("/v1/messages/count_tokens", { body: REQUEST });
    expect(probe.spans).toHaveLength(0);
  });
});
