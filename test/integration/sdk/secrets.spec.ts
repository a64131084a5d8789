import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { CohereClientV2 } from "cohere-ai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { flush, observe } from "@spanledger/sdk";
import { namedSse, ProviderServer, sse } from "../../support/sdk/provider-server.js";
import type { Answer } from "../../support/sdk/provider-server.js";
import { SpanProbe } from "../../support/sdk/span-probe.js";

/** Stands in every field of every request, answer, header and error below. */
const SECRET = "zq-secret-9431";
const SECRET_BYTES = Buffer.from(SECRET);

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.close());

const text = (what: string): string => `${what} ${SECRET}`;
const tool = { name: text("tool"), description: text("d"), parameters: { type: "object", title: text("t") } };
const user = text("prompt");
const observed = <T extends object>(client: T): T => observe(client, { tracerProvider: probe.provider });
const url = (): string => server.url;

const openai = (): OpenAI => observed(new OpenAI({ apiKey: SECRET, baseURL: `${url()}/v1`, maxRetries: 0 }));
const anthropic = (): Anthropic => observed(new Anthropic({ apiKey: SECRET, baseURL: url(), maxRetries: 0 }));
const gemini = (): GoogleGenAI =>
  observed(
    new GoogleGenAI({
      apiKey: SECRET,
      httpOptions: { baseUrl: url(), fetch: (...args: Parameters<typeof fetch>) => fetch(...args) },
    }),
  );

const FAMILIES: { family: string; answer: unknown; call: () => Promise<unknown> }[] = [
  {
    family: "openai chat",
    answer: {
      id: "c-1",
      model: "m",
      choices: [{ finish_reason: "stop", message: { content: text("answer") } }],
    },
    call: () =>
      openai().chat.completions.create({
        model: "m",
        user: text("user"),
        metadata: { key: text("meta") },
        messages: [
          { role: "system", content: text("system"), name: SECRET },
          { role: "user", content: [{ type: "image_url", image_url: { url: `https://x/${SECRET}.png` } }] },
          {
            role: "assistant",
            tool_calls: [{ id: SECRET, type: "function", function: { name: SECRET, arguments: user } }],
          },
          { role: "tool", tool_call_id: SECRET, content: user },
        ],
        tools: [{ type: "function", function: tool }],
        prompt_cache_key: SECRET,
      }),
  },
  {
    family: "openai responses",
    answer: {
      id: "resp-1",
      model: "m",
      status: "completed",
      output: [{ type: "message", content: [{ text: user }] }],
    },
    call: () =>
      openai().responses.create({
        model: "m",
        instructions: text("system"),
        input: user,
        previous_response_id: SECRET,
        tools: [{ type: "function", strict: true, ...tool }],
      }),
  },
  {
    family: "embeddings",
    answer: { data: [], model: "m", usage: { prompt_tokens: 1, total_tokens: 1 } },
    call: () => openai().embeddings.create({ model: "m", input: [user, text("second")] }),
  },
  {
    family: "images",
    answer: { data: [{ revised_prompt: user, b64_json: SECRET }] },
    call: () => openai().images.generate({ model: "m", prompt: user }),
  },
  {
    family: "speech",
    answer: { audio: SECRET },
    call: async () =>
      (await openai().audio.speech.create({ model: "m", input: user, voice: "alloy" })).text(),
  },
  {
    family: "anthropic",
    answer: {
      id: "msg-1",
      model: "m",
      content: [{ type: "text", text: user }],
      stop_reason: "end_turn",
      usage: {},
    },
    call: () =>
      anthropic().messages.create({
        model: "m",
        max_tokens: 1,
        system: [{ type: "text", text: text("system"), cache_control: { type: "ephemeral", ttl: "1h" } }],
        metadata: { user_id: SECRET },
        messages: [
          { role: "user", content: [{ type: "text", text: user, cache_control: { type: "ephemeral" } }] },
          {
            role: "assistant",
            content: [{ type: "tool_use", id: SECRET, name: SECRET, input: { a: SECRET } }],
          },
        ],
        tools: [{ name: "x", description: SECRET, input_schema: { type: "object" } }],
      }),
  },
  {
    family: "gemini",
    answer: { candidates: [{ content: { parts: [{ text: user }] }, finishReason: "STOP" }] },
    call: () =>
      gemini().models.generateContent({
        model: "m",
        contents: [
          { role: "user", parts: [{ text: user }, { inlineData: { data: SECRET, mimeType: "image/png" } }] },
        ],
        config: { systemInstruction: text("system"), cachedContent: SECRET },
      }),
  },
  {
    family: "mistral",
    answer: {
      id: "x",
      object: "o",
      model: "m",
      created: 1,
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: user } }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    },
    call: () =>
      observed(new Mistral({ apiKey: SECRET, serverURL: url() })).chat.complete({
        model: "m",
        messages: [{ role: "user", content: user }],
      }),
  },
  {
    family: "cohere",
    answer: {
      id: "x",
      finish_reason: "COMPLETE",
      message: { role: "assistant", content: [{ type: "text", text: user }] },
    },
    call: () =>
      observed(new CohereClientV2({ token: SECRET, environment: url() })).chat(
        { model: "m", messages: [{ role: "user", content: user }], documents: [user] },
        { maxRetries: 0 },
      ),
  },
  {
    family: "ollama",
    answer: { model: "m", message: { role: "assistant", content: user }, done: true, done_reason: "stop" },
    call: () =>
      observed(new Ollama({ host: url() })).chat({
        model: "m",
        messages: [{ role: "user", content: user, images: [SECRET] }],
      }),
  },
];

/** Everything that an exporter could send. */
function exported(): string {
  return JSON.stringify(
    probe.spans.map(({ name, attributes, events, status, resource }) => ({
      name,
      attributes,
      events,
      status,
      resource: resource.attributes,
    })),
  );
}

function expectNoSecret(): void {
  const bytes = exported();
  expect(probe.spans.length).toBeGreaterThan(0);
  for (const form of [SECRET, SECRET_BYTES.toString("base64").slice(0, -2), SECRET_BYTES.toString("hex")]) {
    expect(bytes).not.toContain(form);
  }
  probe.reset();
}

const HEADERS = { "x-request-id": "req-1", "x-custom": SECRET, "set-cookie": SECRET };

describe.each(FAMILIES)("no content leaves with a call of $family", ({ answer, call }) => {
  it("that succeeds", async () => {
    server.script({ json: answer, headers: HEADERS });
    await call();
    expectNoSecret();
  });

  it.each<{ kind: string; refusal: Answer }>([
    {
      kind: "an error that quotes the request",
      refusal: {
        status: 400,
        json: {
          error: { message: user, type: text("type"), code: text("code"), status: text("s"), param: user },
          message: user,
          type: text("t"),
        },
      },
    },
    { kind: "a page instead of JSON", refusal: { status: 502, chunks: [`<html>${user}</html>`] } },
    {
      kind: "a request id that is none",
      refusal: { status: 401, json: {}, headers: { "x-request-id": user } },
    },
  ])("that fails with $kind", async ({ refusal }) => {
    server.script(refusal);
    await call().catch(() => undefined);
    await flush();
    expectNoSecret();
  });
});

describe("no content leaves with a stream", () => {
  it.each([
    {
      family: "openai chat",
      chunks: sse(
        { id: "c", model: "m", choices: [{ index: 0, delta: { content: user } }] },
        { error: { message: user, type: user, code: user } },
      ),
      read: async () => {
        for await (const part of await openai().chat.completions.create({
          model: "m",
          messages: [],
          stream: true,
        }))
          void part;
      },
    },
    {
      family: "anthropic",
      chunks: namedSse(
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: user } },
        { type: "error", error: { type: user, message: user } },
      ),
      read: async () => {
        const stream = await anthropic().messages.create({
          model: "m",
          max_tokens: 1,
          messages: [],
          stream: true,
        });
        for await (const part of stream) void part;
      },
    },
  ])("of $family that fails halfway", async ({ chunks, read }) => {
    server.script({ chunks });
    await read().catch(() => undefined);
    expectNoSecret();
  });
});
