import { createServer } from "node:http2";
import type { Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { observe } from "@spanledger/sdk";
import { eventFrame } from "../../support/sdk/event-stream.js";
import { attemptsOf, SpanProbe } from "../../support/sdk/span-probe.js";

interface Reply {
  status?: number;
  error?: string;
  headers?: Record<string, string>;
  json?: unknown;
  frames?: Buffer[];
  open?: boolean;
}

const probe = new SpanProbe();
let replies: Reply[] = [];
const server: Http2Server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
    response.writeHead(reply.status ?? 200, {
      "content-type": reply.frames ? "application/vnd.amazon.eventstream" : "application/json",
      "x-amzn-requestid": "rq-1",
      ...reply.headers,
      ...(reply.error === undefined ? {} : { "x-amzn-errortype": reply.error }),
    });
    for (const frame of reply.frames ?? []) response.write(frame);
    if (reply.open === true) return;
    if (reply.frames === undefined) response.write(JSON.stringify(reply.json ?? {}));
    response.end();
  });
});
const sessions = new Set<{ destroy(): void }>();
beforeAll(async () => {
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  for (const session of sessions) session.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
beforeEach(() => probe.reset());

function bare(): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
}
const seen = (): BedrockRuntimeClient =>
  observe(bare(), { tracerProvider: probe.provider, fingerprint: false });

const MODEL = "us.anthropic.claude-sonnet-4-6-v1:0";
const INPUT = { modelId: MODEL, messages: [{ role: "user" as const, content: [{ text: "hi" }] }] };
const USAGE = {
  inputTokens: 50,
  cacheReadInputTokens: 1000,
  cacheWriteInputTokens: 300,
  cacheDetails: [
    { ttl: "1h", inputTokens: 100 },
    { ttl: "5m", inputTokens: 200 },
  ],
  outputTokens: 90,
  totalTokens: 1440,
};
const CONVERSE = {
  output: { message: { role: "assistant", content: [{ text: "Blue" }] } },
  stopReason: "end_turn",
  usage: USAGE,
  metrics: { latencyMs: 5 },
};
const FRAMES = [
  eventFrame("messageStart", { role: "assistant" }),
  eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Blue" } }),
  eventFrame("messageStop", { stopReason: "end_turn" }),
  eventFrame("metadata", { usage: USAGE, metrics: { latencyMs: 5 } }),
];
const EXPECTED = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "aws.bedrock",
  "spanledger.client.flavor": "bedrock",
  "gen_ai.request.model": MODEL,
  "spanledger.geo": "us",
  "spanledger.request.id": "rq-1",
  "spanledger.outcome": "ok",
  "http.response.status_code": 200,
  "gen_ai.response.finish_reasons": ["stop"],
  "spanledger.usage.input_uncached": 50,
  "spanledger.usage.cache_read": 1000,
  "spanledger.usage.cache_write_1h": 100,
  "spanledger.usage.cache_write_5m": 200,
  "gen_ai.usage.output_tokens": 90,
};

async function readAll(events: AsyncIterable<unknown> | undefined): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const event of events ?? []) parts.push(event);
  return parts;
}

describe("@aws-sdk/client-bedrock-runtime", () => {
  it("records Converse with cache details", async () => {
    replies = [{ json: CONVERSE }];
    const expected = await bare().send(new ConverseCommand(INPUT));
    expect(await seen().send(new ConverseCommand(INPUT))).toEqual(expected);
    expect((await probe.one()).attributes).toMatchObject({ ...EXPECTED, "gen_ai.request.stream": false });
  });

  it("records ConverseStream", async () => {
    replies = [{ frames: FRAMES }];
    const expected = await readAll((await bare().send(new ConverseStreamCommand(INPUT))).stream);
    expect(await readAll((await seen().send(new ConverseStreamCommand(INPUT))).stream)).toEqual(expected);
    expect(expected).toHaveLength(4);
    const { attributes } = await probe.one();
    expect(attributes).toMatchObject({ ...EXPECTED, "gen_ai.request.stream": true });
    expect(attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
  });

  it("records InvokeModel by the vendor's body", async () => {
    const body = {
      id: "msg_1",
      stop_reason: "end_turn",
      usage: {
        input_tokens: 3,
        output_tokens: 4,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      },
    };
    replies = [{ json: body }];
    const command = (): InvokeModelCommand =>
      new InvokeModelCommand({ modelId: MODEL, body: JSON.stringify({ max_tokens: 9, messages: [] }) });
    const expected = (await bare().send(command())).body.transformToString();
    expect((await seen().send(command())).body.transformToString()).toBe(expected);
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.response.id": "msg_1",
      "gen_ai.usage.input_tokens": 3,
      "gen_ai.usage.output_tokens": 4,
      "spanledger.usage.rule": "bedrock.invoke:anthropic",
    });
  });

  const COUNTED = {
    "x-amzn-bedrock-input-token-count": "21",
    "x-amzn-bedrock-output-token-count": "8",
    "x-amzn-bedrock-invocation-latency": "700",
  };
  it.each([
    {
      say: "counts in headers what a body without usage does not say",
      modelId: "mistral.mistral-large-2407-v1:0",
      headers: COUNTED,
      body: { outputs: [{ text: "Blue", stop_reason: "stop" }] },
      expected: {
        "gen_ai.usage.input_tokens": 21,
        "gen_ai.usage.output_tokens": 8,
        "spanledger.usage.rule": "bedrock.invoke:headers",
      },
    },
    {
      say: "believes a body that states usage, and does not add the headers to it",
      modelId: MODEL,
      headers: COUNTED,
      body: {
        stop_reason: "end_turn",
        usage: {
          input_tokens: 3,
          output_tokens: 4,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
        },
      },
      expected: {
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 4,
        "spanledger.usage.rule": "bedrock.invoke:anthropic",
      },
    },
    {
      say: "knows of no usage where neither states it",
      modelId: "mistral.mistral-large-2407-v1:0",
      headers: { "x-amzn-bedrock-input-token-count": "many" },
      body: { outputs: [{ text: "Blue", stop_reason: "stop" }] },
      expected: { "gen_ai.usage.input_tokens": undefined, "spanledger.usage.source": "none" },
    },
  ])("InvokeModel $say", async ({ modelId, headers, body, expected }) => {
    replies = [{ headers, json: body }];
    await seen().send(new InvokeModelCommand({ modelId, body: "{}" }));
    const { attributes } = await probe.one();
    for (const [name, value] of Object.entries(expected)) expect(attributes[name]).toEqual(value);
    expect(attributes["gen_ai.response.finish_reasons"]).toEqual(["stop"]);
  });

  it.each([
    {
      vendor: "Anthropic",
      chunks: [
        { type: "message_start", message: { id: "msg_2", usage: { input_tokens: 7, output_tokens: 1 } } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Blue" } },
        { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
        {
          type: "message_stop",
          "amazon-bedrock-invocationMetrics": { inputTokenCount: 7, outputTokenCount: 5 },
        },
      ],
    },
    {
      vendor: "Llama",
      chunks: [
        { generation: "Blue", stop_reason: null },
        {
          generation: "",
          stop_reason: "stop",
          "amazon-bedrock-invocationMetrics": { inputTokenCount: 7, outputTokenCount: 5 },
        },
      ],
    },
  ])("records InvokeModelWithResponseStream of $vendor", async ({ chunks }) => {
    const frames = chunks.map((chunk) =>
      eventFrame("chunk", { bytes: Buffer.from(JSON.stringify(chunk)).toString("base64") }),
    );
    replies = [{ frames }];
    const command = (): InvokeModelWithResponseStreamCommand =>
      new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body: "{}" });
    const expected = await readAll((await bare().send(command())).body);
    expect(await readAll((await seen().send(command())).body)).toEqual(expected);
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.outcome": "ok",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 5,
    });
  });

  it("links throttled attempts", async () => {
    replies = [{ status: 429, error: "ThrottlingException", json: { message: "slow" } }, { json: CONVERSE }];
    await seen().send(new ConverseCommand(INPUT));
    const span = await probe.one();
    expect(attemptsOf(span)).toEqual([
      {
        "spanledger.attempt.index": 0,
        "http.response.status_code": 429,
        "error.type": "ThrottlingException",
      },
      { "spanledger.attempt.index": 1, "http.response.status_code": 200 },
    ]);
  });

  it("gives the same error and records it", async () => {
    replies = [{ status: 400, error: "ValidationException", json: { message: "secret in a message" } }];
    const failure = async (client: BedrockRuntimeClient): Promise<unknown> =>
      client.send(new ConverseCommand(INPUT)).then(
        () => null,
        (error: unknown) => [(error as Error).name, (error as Error).message],
      );
    const expected = await failure(bare());
    expect(await failure(seen())).toEqual(expected);
    const span = await probe.one();
    expect(span.attributes).toMatchObject({
      "spanledger.outcome": "error",
      "error.type": "ValidationException",
      "http.response.status_code": 400,
    });
    expect(JSON.stringify(span.attributes)).not.toContain("secret");
  });

  it("records a stream that is left, which the client goes on receiving, and an exception inside one", async () => {
    replies = [{ frames: FRAMES.slice(0, 2), open: true }];
    for await (const event of (await seen().send(new ConverseStreamCommand(INPUT))).stream ?? []) {
      void event;
      break;
    }
    expect((await probe.one()).attributes["spanledger.outcome"]).toBe("abandoned");
    probe.reset();
    const exception = eventFrame("throttlingException", { message: "no" }, "exception");
    replies = [{ frames: [...FRAMES.slice(0, 2), exception] }];
    const { stream } = await seen().send(new ConverseStreamCommand(INPUT));
    await expect(readAll(stream)).rejects.toThrow();
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.outcome": "error",
      "http.response.status_code": 200,
    });
  });

  it("keeps an opaque profile as a deployment", async () => {
    replies = [{ json: CONVERSE }];
    const modelId = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    await seen().send(new ConverseCommand({ ...INPUT, modelId }));
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.request.model": modelId,
      "spanledger.deployment": modelId,
    });
  });
});
