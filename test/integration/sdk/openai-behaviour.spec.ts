import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { context, trace } from "@opentelemetry/api";
import Groq from "groq-sdk";
import OpenAI, { AzureOpenAI } from "openai";
import OpenAI4 from "openai4";
import OpenAI5 from "openai5";
import OpenAI7 from "openai7";
import Together from "together-ai";
import { observe, withAttribution } from "@spanledger/sdk";
import { AsyncContexts } from "../../support/sdk/async-contexts.js";
import { ProviderServer, sse } from "../../support/sdk/provider-server.js";
import { attemptsOf, endMs, SpanProbe, startMs } from "../../support/sdk/span-probe.js";

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

const REQUEST = { model: "m-1", messages: [{ role: "user" as const, content: "hello" }] };
const completion = (id: string): object => ({
  id,
  model: "m-1-served",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: '{"a":1}' } }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
});
const STREAM = sse(
  ...["Hel", "lo"].map((content) => ({
    id: "s-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m-1-served",
    choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }],
  })),
  {
    id: "s-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m-1-served",
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
  },
  "[DONE]",
);
const LIMITED = {
  status: 429,
  headers: { "retry-after-ms": "15" },
  json: { error: { message: "no", type: "tokens", code: "rate_limit_exceeded" } },
};
const REFUSED = {
  status: 400,
  json: { error: { message: "bad", type: "invalid_request_error", code: null } },
};

const VERSIONS = [
  { version: "4", Client: OpenAI4 as unknown as typeof OpenAI, clones: false },
  { version: "5", Client: OpenAI5 as unknown as typeof OpenAI, clones: true },
  { version: "6", Client: OpenAI, clones: true },
  { version: "7", Client: OpenAI7 as unknown as typeof OpenAI, clones: true },
];

describe.each(VERSIONS)("openai $version behaves as before", ({ Client, clones }) => {
  const bare = (): OpenAI => new Client({ apiKey: "sk-test", baseURL: `${server.url}/v1` });
  const seen = (options = {}): OpenAI => observe(bare(), { tracerProvider: probe.provider, ...options });

  it("is the same object, with the same visible members", () => {
    const client = bare();
    const keys = Object.keys(client);
    expect(observe(client)).toBe(client);
    expect(Object.keys(client)).toEqual(keys);
  });

  it("does not record twice when observed twice, and takes the later options", async () => {
    server.script({ json: completion("c-1") });
    const client = seen({ attribution: { team: "a", feature: "f" } });
    await observe(client, { attribution: { team: "b" } }).chat.completions.create(REQUEST);
    const { attributes } = await probe.one();
    expect(attributes).toMatchObject({ "spanledger.team": "b", "spanledger.feature": "f" });
  });

  it("gives withResponse() and asResponse()", async () => {
    server.script({ json: completion("c-2"), headers: { "x-request-id": "r-2" } });
    const both = await seen().chat.completions.create(REQUEST).withResponse();
    expect(both.data).toEqual(await bare().chat.completions.create(REQUEST));
    expect(both.response.headers.get("x-request-id")).toBe("r-2");
    const raw = await seen().chat.completions.create(REQUEST).asResponse();
    expect(await raw.json()).toEqual(completion("c-2"));
    const [first, second] = await probe.atLeast(2);
    expect([
      first?.attributes["gen_ai.usage.input_tokens"],
      second?.attributes["gen_ai.usage.input_tokens"],
    ]).toEqual([10, 10]);
  });

  it("gives the same .stream() results", async () => {
    server.script({ chunks: STREAM });
    const helper = (client: OpenAI): { finalChatCompletion(): Promise<unknown> } => {
      const api =
        "stream" in client.chat.completions ? client.chat : (client as unknown as { beta: OpenAI }).beta.chat;
      return (api.completions as OpenAI["chat"]["completions"]).stream({ ...REQUEST, stream: true });
    };
    const expected = await helper(bare()).finalChatCompletion();
    expect(await helper(seen()).finalChatCompletion()).toEqual(expected);
    const { attributes } = await probe.one();
    expect(attributes).toMatchObject({
      "spanledger.outcome": "ok",
      "gen_ai.response.finish_reasons": ["stop"],
      "spanledger.usage.source": "none",
      "spanledger.usage.quality": "unknown",
    });
    expect(attributes).not.toHaveProperty(["gen_ai.usage.input_tokens"]);
  });

  it("keeps tee() and toReadableStream()", async () => {
    server.script({ chunks: STREAM });
    const stream = await seen().chat.completions.create({ ...REQUEST, stream: true });
    const [left, right] = stream.tee();
    const read = async (source: AsyncIterable<unknown>): Promise<unknown[]> => {
      const parts: unknown[] = [];
      for await (const part of source) parts.push(part);
      return parts;
    };
    expect(await read(left)).toEqual(await read(right));
    const other = await seen().chat.completions.create({ ...REQUEST, stream: true });
    const text = await new Response(
      other.toReadableStream() as ConstructorParameters<typeof Response>[0],
    ).text();
    expect(text.trim().split("\n")).toHaveLength(3);
    expect((await probe.atLeast(2)).map((span) => span.attributes["spanledger.outcome"])).toEqual([
      "ok",
      "ok",
    ]);
  });

  it("records calls of clones, with their attempts", async () => {
    if (!clones) return;
    server.script(LIMITED, { json: completion("c-3") });
    const clone = seen({ attribution: { team: "t" } }).withOptions({ maxRetries: 1 });
    await clone.chat.completions.create(REQUEST);
    const span = await probe.one();
    expect(attemptsOf(span)).toHaveLength(2);
    expect(span.attributes["spanledger.team"]).toBe("t");
  });

  it("does not mix concurrent calls, not even equal ones", async () => {
    server.script(LIMITED, LIMITED, LIMITED, LIMITED, LIMITED, { json: completion("c-4") });
    const client = seen();
    await Promise.all(Array.from({ length: 5 }, () => client.chat.completions.create(REQUEST)));
    const spans = await probe.atLeast(5);
    expect(spans).toHaveLength(5);
    const counts = spans.map((span) => attemptsOf(span).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
    for (const span of spans) {
      const attempts = attemptsOf(span);
      expect(attempts.map((attempt) => attempt["spanledger.attempt.index"])).toEqual(
        attempts.map((_, index) => index),
      );
      expect(attempts.at(-1)?.["http.response.status_code"]).toBe(200);
    }
  });

  it("ends as cancelled when the user aborts between two attempts", async () => {
    server.script({ ...LIMITED, headers: { "retry-after-ms": "60" } });
    const abort = new AbortController();
    const call = seen().chat.completions.create(REQUEST, { signal: abort.signal });
    while (server.seen.length === 0) await new Promise((done) => setTimeout(done, 5));
    setTimeout(() => abort.abort(), 20);
    await expect(call).rejects.toThrow("aborted");
    const span = await probe.one();
    expect(span.attributes["spanledger.outcome"]).toBe("cancelled");
    expect(attemptsOf(span).map((attempt) => attempt["http.response.status_code"])).toEqual([429]);
  });

  it("records an abort before the answer as cancelled", async () => {
    server.script({ chunks: [], after: "hang" });
    const abort = new AbortController();
    const pending = seen().chat.completions.create(REQUEST, { signal: abort.signal });
    while (server.seen.length === 0) await new Promise((done) => setTimeout(done, 5));
    abort.abort();
    await expect(pending).rejects.toThrow();
    expect((await probe.one()).attributes["spanledger.outcome"]).toBe("cancelled");
  });

  it("records a timeout as an error, attempt by attempt", async () => {
    server.script({ chunks: [], after: "hang", delayMs: 2000 });
    const failure = (client: OpenAI): Promise<string> =>
      client.chat.completions.create(REQUEST, { timeout: 40, maxRetries: 1 }).then(
        () => "no error",
        (error: unknown) => (error as Error).message,
      );
    expect(await failure(seen())).toBe(await failure(bare()));
    const span = await probe.one();
    expect(attemptsOf(span).map((attempt) => attempt["error.type"])).toEqual(["timeout", "timeout"]);
    expect(span.attributes).toMatchObject({ "spanledger.outcome": "error", "error.type": "timeout" });
  });

  it("makes the span a child of what is active at the call, whatever ends later", async () => {
    server.script({ chunks: STREAM });
    const tracer = probe.provider.getTracer("app");
    const parent = tracer.startSpan("handler");
    const stream = await context.with(trace.setSpan(context.active(), parent), () =>
      seen().chat.completions.create({ ...REQUEST, stream: true }),
    );
    parent.end();
    for await (const part of stream) void part;
    const spans = await probe.atLeast(2);
    const call = spans.find((span) => span.name.startsWith("chat"));
    expect(call?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(call?.spanContext().traceId).toBe(parent.spanContext().traceId);
  });

  it("carries the surrounding attribution", async () => {
    server.script({ json: completion("c-5") });
    const client = seen({ attribution: { team: "base", feature: "base", tags: { plan: "pro" } } });
    await withAttribution({ feature: "outer", user: "u-1" }, () =>
      withAttribution({ user: "u-2", session: "s-9", customer: "acme" }, async () => {
        await new Promise((done) => setTimeout(done, 1));
        return client.chat.completions.create(REQUEST);
      }),
    );
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.team": "base",
      "spanledger.feature": "outer",
      "user.id": "u-2",
      "session.id": "s-9",
      "spanledger.customer": "acme",
      "spanledger.tag.plan": "pro",
    });
  });

  it("takes every time from a given clock", async () => {
    server.script(LIMITED, { json: completion("c-6") });
    let now = Date.UTC(2026, 9, 1, 12, 0, 0);
    const client = seen({ clock: () => (now += 1000) });
    await client.chat.completions.create(REQUEST);
    const span = await probe.one();
    expect(new Date(startMs(span)).toISOString()).toMatch(/^2026-10-01T12:00:0/);
    expect(endMs(span) - startMs(span)).toBeGreaterThanOrEqual(3000);
    expect(endMs(span)).toBeLessThanOrEqual(now);
  });

  it("records a refusal that is not retried", async () => {
    server.script(REFUSED);
    await expect(seen().chat.completions.create(REQUEST)).rejects.toThrow("400");
    const span = await probe.one();
    expect(span.attributes["error.type"]).toBe("invalid_request_error");
    expect(attemptsOf(span)).toHaveLength(1);
  });

  it("records embeddings", async () => {
    const values = Array.from({ length: 3000 }, (_, index) => index / 7);
    const json = {
      object: "list",
      data: [{ object: "embedding", index: 0, embedding: values }],
      model: "text-embedding-3-small",
      usage: { prompt_tokens: 8, total_tokens: 8 },
    };
    server.script({ json });
    const got = await seen().embeddings.create({
      model: "text-embedding-3-small",
      input: "x",
      encoding_format: "float",
    });
    expect(got.data[0]?.embedding).toEqual(values);
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.operation.name": "embeddings",
      "gen_ai.response.model": "text-embedding-3-small",
      "spanledger.usage.input_uncached": 8,
      "gen_ai.usage.output_tokens": 0,
    });
  });

  it("records Responses, whole and streamed", async () => {
    const response = {
      id: "resp_1",
      object: "response",
      status: "completed",
      model: "gpt-5.4-2026-03-05",
      service_tier: "flex",
      output: [],
      usage: {
        input_tokens: 1200,
        input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 100 },
        output_tokens: 300,
        output_tokens_details: { reasoning_tokens: 128 },
        total_tokens: 1500,
      },
    };
    const expected = {
      "gen_ai.operation.name": "chat",
      "gen_ai.response.id": "resp_1",
      "spanledger.service_tier": "flex",
      "gen_ai.response.finish_reasons": ["stop"],
      "spanledger.usage.input_uncached": 76,
      "spanledger.usage.cache_read": 1024,
      "spanledger.usage.cache_write_other": 100,
      "spanledger.usage.output": 172,
      "spanledger.usage.output_reasoning": 128,
    };
    server.script({ json: response });
    await seen().responses.create({ model: "gpt-5.4", input: "hi" });
    expect((await probe.one()).attributes).toMatchObject(expected);
    probe.reset();
    server.script({
      chunks: sse(
        { type: "response.created", response: { ...response, status: "in_progress", usage: null } },
        { type: "response.output_text.delta", delta: '"type":"response.completed"' },
        { type: "response.completed", response },
      ),
    });
    for await (const part of await seen().responses.create({ model: "gpt-5.4", input: "hi", stream: true }))
      void part;
    const { attributes } = await probe.one();
    expect(attributes).toMatchObject({ ...expected, "gen_ai.request.stream": true });
    expect(attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
  });
});

describe("clients of the same make", () => {
  const flavors = [
    {
      name: "groq-sdk",
      flavor: "groq",
      provider: "groq",
      make: () => new Groq({ apiKey: "k", baseURL: server.url }),
    },
    {
      name: "together-ai",
      flavor: "together",
      provider: "together",
      make: () => new Together({ apiKey: "k", baseURL: `${server.url}/v1` }),
    },
    {
      name: "AzureOpenAI",
      flavor: "azure",
      provider: "azure.ai.openai",
      make: () =>
        new AzureOpenAI({
          apiKey: "k",
          endpoint: server.url,
          apiVersion: "2026-01-01",
          deployment: "prod-gpt",
        }),
    },
  ];

  it.each(flavors)("$name: sync, stream and retries", async ({ flavor, provider, make }) => {
    const client = observe(make(), {
      tracerProvider: probe.provider,
      fingerprint: false,
    }) as unknown as OpenAI;
    server.script(LIMITED, { json: completion("c-7") });
    expect(await client.chat.completions.create(REQUEST)).toMatchObject(completion("c-7"));
    const span = await probe.one();
    expect(attemptsOf(span)).toHaveLength(2);
    expect(span.attributes).toMatchObject({
      "spanledger.client.flavor": flavor,
      "gen_ai.provider.name": provider,
      "gen_ai.response.model": "m-1-served",
    });
    expect(span.attributes["spanledger.deployment"]).toBe(flavor === "azure" ? "prod-gpt" : undefined);
    probe.reset();
    server.script({ chunks: STREAM });
    for await (const part of await client.chat.completions.create({ ...REQUEST, stream: true })) void part;
    expect((await probe.one()).attributes["spanledger.outcome"]).toBe("ok");
  });
});
