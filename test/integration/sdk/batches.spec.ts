import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { flush, observe, shutdown } from "@spanledger/sdk";
import { ProviderServer } from "../../support/sdk/provider-server.js";
import { SpanProbe, startMs } from "../../support/sdk/span-probe.js";

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.close());
beforeEach(() => probe.reset());

const OPTIONS = { tracerProvider: probe.provider };
const jsonl = (...lines: object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

describe("batch results", () => {
  it("of OpenAI are one record per line, priced as batch at their own time", async () => {
    const line = (id: string, body: object, status = 200): object => ({
      id: `batch_req_${id}`,
      custom_id: `mine-${id}`,
      response: { status_code: status, request_id: `req_${id}`, body },
      error: null,
    });
    const created = Date.UTC(2026, 9, 3) / 1000;
    const text = jsonl(
      line("1", {
        id: "chatcmpl-1",
        object: "chat.completion",
        created,
        model: "gpt-5.4-2026",
        choices: [{ finish_reason: "stop", message: { content: "secret" } }],
        usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
      }),
      line("2", {
        object: "list",
        data: [],
        model: "text-embedding-3-small",
        usage: { prompt_tokens: 8, total_tokens: 8 },
      }),
      line("3", { error: { message: "secret", code: "context_length_exceeded" } }, 400),
      { unrelated: true },
    );
    server.script({
      chunks: [text.slice(0, 200), text.slice(200)],
      headers: { "content-type": "application/octet-stream" },
    });
    const client = observe(new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }), OPTIONS);
    const content = await client.files.content("file-1");
    expect(await content.text()).toBe(text);
    const spans = await probe.atLeast(3);
    expect(spans.map((span) => span.attributes)).toMatchObject([
      {
        "spanledger.batch": true,
        "gen_ai.operation.name": "chat",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "gpt-5.4-2026",
        "spanledger.request.id": "req_1",
        "gen_ai.usage.input_tokens": 10,
      },
      {
        "spanledger.batch": true,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.response.id": "batch_req_2",
        "gen_ai.usage.input_tokens": 8,
      },
      { "spanledger.batch": true, "spanledger.outcome": "error", "error.type": "context_length_exceeded" },
    ]);
    expect(startMs(spans[0] as (typeof spans)[number])).toBe(created * 1000);
    expect(JSON.stringify(spans.map((span) => span.attributes))).not.toContain("secret");
  });

  it("of Anthropic are one record per answered request", async () => {
    const message = {
      id: "msg_b1",
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-6",
      content: [],
      stop_reason: "end_turn",
      usage: {
        input_tokens: 3,
        output_tokens: 2,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
        service_tier: "batch",
      },
    };
    const results = jsonl(
      { custom_id: "a", result: { type: "succeeded", message } },
      {
        custom_id: "b",
        result: { type: "errored", error: { type: "error", error: { type: "invalid_request_error" } } },
      },
    );
    const path = "/v1/messages/batches/batch_1/results";
    server.script(
      { json: { id: "batch_1", processing_status: "ended", results_url: `${server.url}${path}` } },
      { chunks: [results], headers: { "content-type": "application/x-jsonl" } },
    );
    const client = observe(new Anthropic({ apiKey: "k", baseURL: server.url }), OPTIONS);
    const seen: string[] = [];
    for await (const result of await client.messages.batches.results("batch_1")) seen.push(result.custom_id);
    expect(seen).toEqual(["a", "b"]);
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.batch": true,
      "gen_ai.response.id": "msg_b1",
      "spanledger.service_tier": "batch",
      "gen_ai.usage.output_tokens": 2,
    });
  });
});

describe("the total of an OpenAI batch job", () => {
  const job = (id: string): object => ({
    id,
    object: "batch",
    endpoint: "/v1/chat/completions",
    model: "gpt-5.4-mini-2026-03-17",
    status: "completed",
    output_file_id: `file-of-${id}`,
    created_at: Date.UTC(2026, 10, 2) / 1000,
    usage: {
      input_tokens: 900,
      input_tokens_details: { cached_tokens: 100 },
      output_tokens: 70,
      output_tokens_details: { reasoning_tokens: 20 },
      total_tokens: 970,
    },
  });
  const line = {
    id: "batch_req_of_line",
    custom_id: "a",
    response: {
      status_code: 200,
      request_id: "req_of_line",
      body: {
        id: "chatcmpl-of-line",
        object: "chat.completion",
        model: "gpt-5.4-mini-2026-03-17",
        choices: [],
        usage: { prompt_tokens: 900, completion_tokens: 70, total_tokens: 970 },
      },
    },
  };
  const client = (): OpenAI => observe(new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }), OPTIONS);

  it("is recorded once when the lines are not read, and the lines not after it", async () => {
    server.script({ json: job("batch_a") });
    await client().batches.retrieve("batch_a");
    await client().batches.retrieve("batch_a");
    expect(probe.spans).toEqual([]);
    await flush();
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.batch": true,
      "gen_ai.response.id": "batch_a",
      "gen_ai.response.model": "gpt-5.4-mini-2026-03-17",
      "spanledger.usage.input_uncached": 800,
      "spanledger.usage.cache_read": 100,
      "spanledger.usage.output": 50,
      "spanledger.usage.output_reasoning": 20,
    });
    server.script({ chunks: [jsonl(line)], headers: { "content-type": "application/octet-stream" } });
    await (await client().files.content("file-of-batch_a")).text();
    await flush();
    expect(probe.spans).toHaveLength(1);
  });

  it("is not recorded when the lines are read, which count once however often", async () => {
    const text = jsonl(line);
    server.script({ json: job("batch_b") });
    await client().batches.retrieve("batch_b");
    server.script({ chunks: [text], headers: { "content-type": "application/octet-stream" } });
    await (await client().files.content("file-of-batch_b")).text();
    await (await client().files.content("file-of-batch_b")).text();
    server.script({ json: job("batch_b") });
    await client().batches.retrieve("batch_b");
    await flush();
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.response.id": "chatcmpl-of-line",
      "gen_ai.usage.input_tokens": 900,
    });
  });

  it("comes by itself after a moment", async () => {
    server.script({ json: job("batch_c") });
    await client().batches.retrieve("batch_c");
    expect((await probe.one()).attributes["gen_ai.response.id"]).toBe("batch_c");
  });

  it("is not there while the job runs or has no usage", async () => {
    server.script(
      { json: { ...job("batch_d"), status: "in_progress" } },
      { json: { ...job("batch_e"), usage: undefined } },
    );
    await client().batches.retrieve("batch_d");
    await client().batches.retrieve("batch_e");
    await flush();
    expect(probe.spans).toEqual([]);
  });
});

describe("a response that runs in the background", () => {
  it("is one record, which the poll that sees its end completes, however often it is polled", async () => {
    const base = { id: "resp_1", object: "response", model: "gpt-5.4", background: true, output: [] };
    const usage = { input_tokens: 9, output_tokens: 4, total_tokens: 13 };
    server.script(
      { json: { ...base, status: "queued", usage: null } },
      { json: { ...base, status: "in_progress", usage: null } },
      { json: { ...base, status: "completed", usage } },
    );
    const client = observe(new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }), OPTIONS);
    await client.responses.create({ model: "gpt-5.4", input: "hi", background: true });
    await client.responses.retrieve("resp_1");
    await client.responses.retrieve("resp_1");
    await client.responses.retrieve("resp_1");
    const { attributes, events } = await probe.one();
    expect(attributes).toMatchObject({
      "gen_ai.request.model": "gpt-5.4",
      "gen_ai.response.id": "resp_1",
      "gen_ai.usage.input_tokens": 9,
      "gen_ai.usage.output_tokens": 4,
      "spanledger.outcome": "ok",
    });
    expect(events).toHaveLength(1);
    expect(attributes).not.toHaveProperty(["spanledger.batch"]);
  });

  it("is recorded with unknown usage when nobody sees its end, and by the poll alone when another process made it", async () => {
    const base = { object: "response", model: "gpt-5.4", background: true, output: [] };
    server.script(
      { json: { ...base, id: "resp_2", status: "queued", usage: null } },
      {
        json: {
          ...base,
          id: "resp_3",
          status: "completed",
          usage: { input_tokens: 5, output_tokens: 1, total_tokens: 6 },
        },
      },
    );
    const client = observe(new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }), OPTIONS);
    await client.responses.create({ model: "gpt-5.4", input: "hi", background: true });
    await client.responses.retrieve("resp_3");
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.response.id": "resp_3",
      "gen_ai.usage.input_tokens": 5,
    });
    await shutdown();
    expect((await probe.atLeast(2))[1]?.attributes).toMatchObject({
      "gen_ai.response.id": "resp_2",
      "spanledger.usage.source": "none",
    });
  });
});

describe("a streamed response that runs in the background", () => {
  const response = (id: string, more: object): object => ({
    id,
    object: "response",
    model: "gpt-5.4",
    background: true,
    output: [],
    status: "in_progress",
    usage: null,
    ...more,
  });
  const usage = { input_tokens: 9, output_tokens: 4, total_tokens: 13 };
  const event = (type: string, more: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const created = (id: string): string =>
    event("response.created", { sequence_number: 0, response: response(id, {}) });
  const delta = (number: number): string =>
    event("response.output_text.delta", { sequence_number: number, delta: "secret" });
  const completed = (id: string): string =>
    event("response.completed", {
      sequence_number: 9,
      response: response(id, { status: "completed", usage }),
    });
  const EVENTS = { "content-type": "text/event-stream" };
  const client = (): OpenAI => observe(new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }), OPTIONS);
  const request = { model: "gpt-5.4", input: "hi", background: true, stream: true } as const;

  async function resume(id: string): Promise<string[]> {
    const types: string[] = [];
    const stream = await client().responses.retrieve(id, { stream: true, starting_after: 1 });
    for await (const { type } of stream) types.push(type);
    return types;
  }

  it.each([
    { ending: "was left", id: "resp_that_was_left", after: "hang" as const },
    { ending: "was cut", id: "resp_that_was_cut", after: "destroy" as const },
    { ending: "ended early", id: "resp_that_ended_early", after: "end" as const },
  ])("is one record with its usage once, when the stream $ending and is resumed", async ({ id, after }) => {
    server.script(
      { chunks: [created(id), delta(1), ": waiting\n\n"], headers: EVENTS, gapMs: 40, after },
      { chunks: [delta(2), completed(id)], headers: EVENTS },
      { chunks: [delta(2), completed(id)], headers: EVENTS },
    );
    const stream = await client().responses.create(request);
    const reading = (async () => {
      for await (const { type } of stream) if (after === "hang" && type.endsWith("delta")) break;
    })();
    await reading.catch(() => undefined);
    expect(probe.spans).toEqual([]);
    expect(await resume(id)).toEqual(["response.output_text.delta", "response.completed"]);
    // Read once more, it is known already.
    await resume(id);
    await flush();
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.request.model": "gpt-5.4",
      "gen_ai.request.stream": true,
      "gen_ai.response.id": id,
      "gen_ai.usage.input_tokens": 9,
      "spanledger.usage.output": 4,
      "spanledger.outcome": "ok",
      "spanledger.result.id": expect.stringMatching(/^[0-9a-f]{32}-[0-9a-f]{16}$/),
    });
  });

  it("is recorded by its own stream, and not again when it is asked for later", async () => {
    const id = "resp_streamed_to_its_end";
    server.script(
      { chunks: [created(id), delta(1), completed(id)], headers: EVENTS },
      { chunks: [delta(2), completed(id)], headers: EVENTS },
      { json: response(id, { status: "completed", usage }) },
    );
    for await (const _event of await client().responses.create(request)) continue;
    await resume(id);
    await client().responses.retrieve(id);
    await flush();
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.response.id": id,
      "gen_ai.usage.input_tokens": 9,
    });
  });

  it("is recorded by the resumed stream where another process began it", async () => {
    const id = "resp_begun_elsewhere";
    server.script({ chunks: [delta(2), completed(id)], headers: EVENTS });
    await resume(id);
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.response.id": id,
      "gen_ai.request.stream": true,
      "gen_ai.usage.input_tokens": 9,
    });
  });
});
