import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { CohereClientV2 } from "cohere-ai";
import { GoogleGenAI as GoogleGenAI1 } from "genai1";
import { GoogleGenAI as GoogleGenAI3 } from "genai3";
import { Ollama } from "ollama";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { flush, observe } from "@spanledger/sdk";
import { ProviderServer, sse } from "../../support/sdk/provider-server.js";
import { attemptsOf, SpanProbe } from "../../support/sdk/span-probe.js";

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.close());
beforeEach(() => probe.reset());

const OPTIONS = { tracerProvider: probe.provider, fingerprint: false };

/** One client library: how its calls are made, what the provider answers, and what the record must say. */
interface Subject {
  name: string;
  make(): object;
  call(client: never): Promise<unknown>;
  stream(client: never): Promise<AsyncIterable<unknown>>;
  /** A call that the signal aborts; absent where the client has no such thing. */
  abortable?: (client: never, signal: AbortSignal) => Promise<unknown>;
  whole: unknown;
  pieces: string[];
  contentType?: string;
  expected: Record<string, unknown>;
  /** What only one of the two ways of calling tells. */
  wholeOnly?: Record<string, unknown>;
  refusal: unknown;
  refusalType: string;
  /** Attempts that the client makes by itself when refused for good, and how it is told to make more. */
  retries: "none" | "own";
  /** How a loop that is left ends: most clients cancel, some leave the provider sending. */
  onBreak: "cancelled" | "abandoned";
}

const GEMINI = {
  candidates: [{ index: 0, finishReason: "STOP", content: { role: "model", parts: [{ text: "Blue" }] } }],
  modelVersion: "gemini-3-flash-001",
  responseId: "gem-1",
  usageMetadata: {
    promptTokenCount: 1200,
    cachedContentTokenCount: 1000,
    candidatesTokenCount: 40,
    thoughtsTokenCount: 60,
    toolUsePromptTokenCount: 10,
    totalTokenCount: 1310,
  },
};
const { usageMetadata: usage, ...unfinished } = GEMINI;
const gemini = (version: string, Client: typeof GoogleGenAI, retries: Subject["retries"]): Subject => ({
  name: `@google/genai ${version}`,
  make: () =>
    new Client({
      apiKey: "k",
      httpOptions: {
        baseUrl: server.url,
        // Inside the test runner the client's own dispatcher and the platform's fetch do not know each other.
        fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
        ...(retries === "own" ? { retryOptions: { attempts: 3, initialDelay: 0.01, maxDelay: 0.02 } } : {}),
      },
    } as ConstructorParameters<typeof GoogleGenAI>[0]),
  call: async (client: GoogleGenAI) =>
    (await client.models.generateContent({ model: "gemini-3-flash", contents: "hi" })).text,
  stream: (client: GoogleGenAI) =>
    client.models.generateContentStream({ model: "gemini-3-flash", contents: "hi" }),
  abortable: (client: GoogleGenAI, abortSignal: AbortSignal) =>
    client.models.generateContent({ model: "gemini-3-flash", contents: "hi", config: { abortSignal } }),
  whole: GEMINI,
  pieces: sse(
    {
      ...unfinished,
      candidates: [{ content: { parts: [{ text: "Bl" }] } }],
      usageMetadata: { ...usage, candidatesTokenCount: 1, totalTokenCount: 1271 },
    },
    GEMINI,
  ),
  expected: {
    "gen_ai.operation.name": "generate_content",
    "gen_ai.provider.name": "gcp.gemini",
    "gen_ai.request.model": "gemini-3-flash",
    "gen_ai.response.model": "gemini-3-flash-001",
    "gen_ai.response.id": "gem-1",
    "gen_ai.response.finish_reasons": ["stop"],
    "spanledger.usage.input_uncached": 200,
    "spanledger.usage.cache_read": 1000,
    "spanledger.usage.input_tool": 10,
    "spanledger.usage.output": 40,
    "spanledger.usage.output_reasoning": 60,
    "gen_ai.usage.input_tokens": 1210,
    "gen_ai.usage.output_tokens": 100,
  },
  refusal: { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "quota" } },
  refusalType: "RESOURCE_EXHAUSTED",
  retries,
  onBreak: "abandoned",
});

const SUBJECTS: Subject[] = [
  gemini("1", GoogleGenAI1 as unknown as typeof GoogleGenAI, "none"),
  gemini("2", GoogleGenAI, "own"),
  gemini("3", GoogleGenAI3 as unknown as typeof GoogleGenAI, "own"),
  {
    name: "@mistralai/mistralai 2",
    make: () =>
      new Mistral({
        apiKey: "k",
        serverURL: server.url,
        retryConfig: {
          strategy: "backoff",
          backoff: { initialInterval: 5, maxInterval: 10, exponent: 1, maxElapsedTime: 60 },
          retryConnectionErrors: false,
        },
      }),
    call: (client: Mistral) =>
      client.chat.complete({ model: "mistral-large", messages: [{ role: "user", content: "hi" }] }),
    stream: (client: Mistral) =>
      client.chat.stream({ model: "mistral-large", messages: [{ role: "user", content: "hi" }] }),
    abortable: (client: Mistral, signal: AbortSignal) =>
      client.chat.complete(
        { model: "mistral-large", messages: [{ role: "user", content: "hi" }] },
        { signal },
      ),
    whole: {
      id: "mis-1",
      object: "chat.completion",
      model: "mistral-large-2512",
      created: 1,
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Blue" } }],
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, num_cached_tokens: 64 },
    },
    pieces: sse(
      {
        id: "mis-1",
        model: "mistral-large-2512",
        choices: [{ index: 0, delta: { role: "assistant", content: "Bl" }, finish_reason: null }],
      },
      {
        id: "mis-1",
        model: "mistral-large-2512",
        choices: [{ index: 0, delta: { content: "ue" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, num_cached_tokens: 64 },
      },
      "[DONE]",
    ),
    expected: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "mistral_ai",
      "gen_ai.request.model": "mistral-large",
      "gen_ai.response.model": "mistral-large-2512",
      "gen_ai.response.id": "mis-1",
      "spanledger.usage.input_uncached": 36,
      "spanledger.usage.cache_read": 64,
      "gen_ai.usage.output_tokens": 20,
    },
    refusal: { error: { message: "slow", type: "rate_limited", code: "1300" } },
    refusalType: "1300",
    retries: "own",
    onBreak: "cancelled",
  },
  {
    name: "cohere-ai 8",
    make: () => new CohereClientV2({ token: "k", environment: server.url }),
    call: (client: CohereClientV2) =>
      client.chat({ model: "command-a", messages: [{ role: "user", content: "hi" }] }),
    stream: (client: CohereClientV2) =>
      client.chatStream({ model: "command-a", messages: [{ role: "user", content: "hi" }] }),
    abortable: (client: CohereClientV2, abortSignal: AbortSignal) =>
      client.chat(
        { model: "command-a", messages: [{ role: "user", content: "hi" }] },
        // This client leaves its timeout's timer running after an abort.
        { abortSignal, timeoutInSeconds: 1 },
      ),
    whole: {
      id: "coh-1",
      finish_reason: "COMPLETE",
      message: { role: "assistant", content: [{ type: "text", text: "Blue" }] },
      usage: {
        billed_units: { input_tokens: 30, output_tokens: 12 },
        tokens: { input_tokens: 130, output_tokens: 14 },
        cached_tokens: 10,
      },
    },
    pieces: sse(
      { type: "message-start", id: "coh-1", delta: { message: { role: "assistant" } } },
      { type: "content-delta", index: 0, delta: { message: { content: { text: "Blue" } } } },
      {
        type: "message-end",
        delta: {
          finish_reason: "COMPLETE",
          usage: { billed_units: { input_tokens: 30, output_tokens: 12 }, cached_tokens: 10 },
        },
      },
    ),
    expected: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "cohere",
      "gen_ai.request.model": "command-a",
      "gen_ai.response.id": "coh-1",
      "gen_ai.response.finish_reasons": ["stop"],
      "spanledger.usage.input_uncached": 20,
      "spanledger.usage.cache_read": 10,
      "gen_ai.usage.output_tokens": 12,
    },
    refusal: { message: "too many" },
    refusalType: "429",
    retries: "own",
    onBreak: "cancelled",
  },
  {
    name: "ollama 0.6",
    make: () => new Ollama({ host: server.url }),
    call: (client: Ollama) => client.chat({ model: "llama4", messages: [{ role: "user", content: "hi" }] }),
    stream: (client: Ollama) =>
      client.chat({ model: "llama4", messages: [{ role: "user", content: "hi" }], stream: true }),
    whole: {
      model: "llama4",
      message: { role: "assistant", content: "Blue" },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 26,
      eval_count: 9,
    },
    pieces: [
      { model: "llama4", message: { role: "assistant", content: "Bl" }, done: false },
      { model: "llama4", message: { role: "assistant", content: '"done":true' }, done: false },
      {
        model: "llama4",
        message: { role: "assistant", content: "" },
        done: true,
        done_reason: "stop",
        prompt_eval_count: 26,
        eval_count: 9,
      },
    ].map((line) => `${JSON.stringify(line)}\n`),
    contentType: "application/x-ndjson",
    expected: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "llama4",
      "gen_ai.response.model": "llama4",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 26,
      "gen_ai.usage.output_tokens": 9,
    },
    refusal: { error: "busy" },
    refusalType: "provider_error",
    retries: "none",
    onBreak: "abandoned",
  },
];

/** The only span beside those of streams that earlier tests left open, whenever these are collected. */
async function oneNot(outcome: string): Promise<ReadableSpan> {
  const left = (): ReadableSpan[] =>
    probe.spans.filter((each) => each.attributes["spanledger.outcome"] !== outcome);
  const deadline = Date.now() + 3000;
  while (left().length === 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 5));
  const [span, ...others] = left();
  if (span === undefined || others.length > 0) throw new Error(`${probe.spans.length} spans`);
  return span;
}

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    const { constructor, message } = error as Error;
    return { class: constructor.name, message };
  }
  throw new Error("no failure");
}

describe.each(SUBJECTS)("$name", (subject) => {
  const bare = (): never => subject.make() as never;
  const seen = (): never => observe(subject.make(), OPTIONS) as never;
  const stream = (after: "end" | "hang" = "end"): object => ({
    chunks: after === "end" ? subject.pieces : subject.pieces.slice(0, 1),
    headers: { "content-type": subject.contentType ?? "text/event-stream" },
    after,
  });

  it("gives the same result and records the call", async () => {
    server.script({ json: subject.whole });
    const expected = await subject.call(bare());
    expect(await subject.call(seen())).toEqual(expected);
    const span = await oneNot("abandoned");
    expect(span.attributes).toMatchObject({
      ...subject.expected,
      "spanledger.outcome": "ok",
      "gen_ai.request.stream": false,
    });
    expect(attemptsOf(span)).toEqual([{ "spanledger.attempt.index": 0, "http.response.status_code": 200 }]);
  });

  it("gives the same stream and records it", async () => {
    server.script(stream());
    const expected = await readAll(await subject.stream(bare()));
    expect(await readAll(await subject.stream(seen()))).toEqual(expected);
    const { attributes } = await oneNot("abandoned");
    expect(attributes).toMatchObject({
      ...subject.expected,
      "spanledger.outcome": "ok",
      "gen_ai.request.stream": true,
    });
    expect(attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
  });

  it("links the attempts of a retried call", async () => {
    if (subject.retries === "none") return;
    const refusal = { status: 429, json: subject.refusal };
    server.script(refusal, { json: subject.whole });
    await subject.call(seen());
    const span = await oneNot("abandoned");
    expect(attemptsOf(span)).toMatchObject([
      { "http.response.status_code": 429, "error.type": subject.refusalType },
      { "http.response.status_code": 200 },
    ]);
    expect(span.attributes).toMatchObject(subject.expected);
  });

  it("gives the same final error and records it", async () => {
    server.script({ status: 400, json: subject.refusal });
    const expected = await failureOf(subject.call(bare()));
    expect(await failureOf(subject.call(seen()))).toEqual(expected);
    await flush();
    const span = await oneNot("abandoned");
    expect(span.attributes).toMatchObject({
      "spanledger.outcome": "error",
      "http.response.status_code": 400,
      "error.type": subject.refusalType === "429" ? "400" : subject.refusalType,
    });
  });

  it("does not mix concurrent calls, not even equal ones", async () => {
    const refusal = { status: 429, json: subject.refusal };
    if (subject.retries === "own") server.script(refusal, refusal, refusal, { json: subject.whole });
    else server.script({ json: subject.whole });
    const client = seen();
    await Promise.all([subject.call(client), subject.call(client), subject.call(client)]);
    const spans = (await probe.atLeast(3)).filter((span) => span.attributes["spanledger.outcome"] === "ok");
    expect(spans).toHaveLength(3);
    const attempts = spans.map((span) => attemptsOf(span));
    expect(attempts.flat()).toHaveLength(subject.retries === "own" ? 6 : 3);
    for (const each of attempts) expect(each.at(-1)?.["http.response.status_code"]).toBe(200);
  }, 15_000);

  it("records an abort as cancelled, with the same error", async () => {
    const { abortable } = subject;
    if (abortable === undefined) return;
    const aborted = async (client: never): Promise<unknown> => {
      server.script({ json: subject.whole, delayMs: 500 });
      const abort = new AbortController();
      const failure = failureOf(abortable(client, abort.signal));
      while (server.seen.length === 0) await new Promise((done) => setTimeout(done, 2));
      abort.abort();
      return failure;
    };
    const expected = await aborted(bare());
    expect(await aborted(seen())).toEqual(expected);
    expect((await oneNot("abandoned")).attributes["spanledger.outcome"]).toBe("cancelled");
  });

  it("records a stream that is left", async () => {
    server.script(stream("hang"));
    for await (const part of await subject.stream(seen())) {
      void part;
      break;
    }
    // Clients that leave the connection open are recorded when their reader is collected, or at the end.
    if (subject.onBreak === "abandoned") return;
    expect((await oneNot("abandoned")).attributes["spanledger.outcome"]).toBe(subject.onBreak);
  });
});
