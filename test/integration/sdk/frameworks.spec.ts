import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { ChatOpenAI } from "@langchain/openai";
import { generateText as generateText5, streamText as streamText5 } from "ai5";
import { generateText as generateText6, streamText as streamText6 } from "ai6";
import { createOpenAI as createOpenAI2 } from "aisdkopenai2";
import { createOpenAI as createOpenAI3 } from "aisdkopenai3";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { flush, observeFetch, observeModel } from "@spanledger/sdk";
import { startStandInProviders } from "../../../src/demo/providers/index.js";
import type { LogEntry, StandInProviders } from "../../../src/demo/providers/index.js";
import { inOrder, servedUsage, success } from "../../support/sdk/matrix/driver.js";
import { attemptsOf, SpanProbe } from "../../support/sdk/span-probe.js";

jest.setTimeout(30_000);
const probe = new SpanProbe();
let server: StandInProviders;
beforeAll(async () => {
  server = await startStandInProviders();
});
afterAll(() => server.close());
beforeEach(() => {
  probe.reset();
  (server.log as LogEntry[]).length = 0;
});

const OPTIONS = { tracerProvider: probe.provider, fingerprint: false };
const CLASSES = ["input", "cacheRead", "output", "reasoning"] as const;
const ok = (seed: number): ReturnType<typeof success> => success(CLASSES, seed);
const refused = { status: 429, retryAfterMs: 5, retryAfterSeconds: 0 };
const platform: typeof fetch = (...args) => fetch(...args);

/** How a framework asks a model, with its own retries. */
interface Framework {
  name: string;
  ask: (model: never, signal?: AbortSignal) => Promise<unknown>;
  stream: (model: never, signal?: AbortSignal) => Promise<AsyncIterable<unknown>>;
  /** The model given an observed fetch at its construction, and one observed afterwards. */
  withFetch: (send: typeof fetch) => object;
}

type Generate = typeof generateText6;
type StreamText = typeof streamText6;
type CreateOpenAI = typeof createOpenAI3;

function vercel(
  version: string,
  parts: { generateText: Generate; streamText: StreamText; createOpenAI: CreateOpenAI },
  api: "chat" | "responses",
): Framework {
  const request = (model: never, signal?: AbortSignal) => ({
    model,
    prompt: "hi",
    maxRetries: 1,
    ...(signal === undefined ? {} : { abortSignal: signal }),
  });
  return {
    name: `ai ${version}, ${api}`,
    ask: async (model, signal) => {
      const { text, usage } = await parts.generateText(request(model, signal));
      return { text, usage };
    },
    stream: (model, signal) => {
      // Failures of streams are told here; the default writes them to the console.
      const { textStream } = parts.streamText({ ...request(model, signal), onError: () => undefined });
      return Promise.resolve(textStream);
    },
    withFetch: (send) =>
      parts.createOpenAI({ apiKey: "k", baseURL: `${server.url}/v1`, fetch: send })[api]("gpt-5.4"),
  };
}

const FIVE = {
  generateText: generateText5 as unknown as Generate,
  streamText: streamText5 as unknown as StreamText,
  createOpenAI: createOpenAI2 as unknown as CreateOpenAI,
};
const SIX = { generateText: generateText6, streamText: streamText6, createOpenAI: createOpenAI3 };

/** ai 7 is made for Node 22 and later: it is tested where the running Node is one. */
const major = Number(process.versions.node.split(".")[0]);
async function seven(): Promise<typeof SIX> {
  const [ai, provider] = await Promise.all([import("ai7"), import("aisdkopenai4")]);
  return {
    generateText: ai.generateText as unknown as Generate,
    streamText: ai.streamText as unknown as StreamText,
    createOpenAI: provider.createOpenAI as unknown as CreateOpenAI,
  };
}

const langchain: Framework = {
  name: "@langchain/openai 1",
  ask: async (model: ChatOpenAI, signal) => {
    const { content, usage_metadata: usage } = await model.invoke(
      "hi",
      signal === undefined ? {} : { signal },
    );
    return { content, usage };
  },
  stream: (model: ChatOpenAI, signal) => model.stream("hi", signal === undefined ? {} : { signal }),
  withFetch: (send) =>
    new ChatOpenAI({
      model: "gpt-5.4",
      apiKey: "k",
      maxRetries: 1,
      configuration: { baseURL: `${server.url}/v1`, fetch: send },
    }),
};

const FRAMEWORKS = [
  vercel("5", FIVE, "chat"),
  vercel("5", FIVE, "responses"),
  vercel("6", SIX, "chat"),
  vercel("6", SIX, "responses"),
  ...(major >= 22 ? [vercel("7", await seven(), "chat"), vercel("7", await seven(), "responses")] : []),
  langchain,
];

it(`runs ai 7 ${major >= 22 ? "here" : `on Node 22 and later; this is ${process.versions.node}`}`, () => {
  expect(FRAMEWORKS.some((each) => each.name.startsWith("ai 7"))).toBe(major >= 22);
});

async function one(): Promise<ReadableSpan> {
  await flush();
  return probe.one();
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return { class: (error as Error).constructor.name, message: (error as Error).message };
  }
  throw new Error("no failure");
}

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const text = (parts: unknown[]): string =>
  parts
    .map((part) => (typeof part === "string" ? part : String((part as { content: unknown }).content)))
    .join("");

describe.each(
  FRAMEWORKS.flatMap((framework) => [
    { ...framework, way: "observeFetch", make: () => framework.withFetch(observeFetch(platform, OPTIONS)) },
    { ...framework, way: "observeModel", make: () => observeModel(framework.withFetch(platform), OPTIONS) },
  ]),
)("$name by $way", ({ make, withFetch, ask, stream }) => {
  const bare = (): never => withFetch(platform) as never;
  const seen = (): never => make() as never;

  it("gives the same answer and makes one record", async () => {
    server.setScript(() => ok(1));
    const expected = await ask(bare());
    expect(await ask(seen())).toEqual(expected);
    const entry = server.log.at(-1) as LogEntry;
    expect((await one()).attributes).toMatchObject({
      ...servedUsage(entry, CLASSES),
      "gen_ai.provider.name": "openai",
      "gen_ai.response.id": entry.responseId,
      "spanledger.outcome": "ok",
    });
  });

  it("gives the same stream and makes one record", async () => {
    server.setScript(() => ok(2));
    const expected = text(await readAll(await stream(bare())));
    expect(expected).not.toBe("");
    expect(text(await readAll(await stream(seen())))).toBe(expected);
    expect((await one()).attributes).toMatchObject({
      ...servedUsage(server.log.at(-1) as LogEntry, CLASSES),
      "gen_ai.request.stream": true,
      "spanledger.outcome": "ok",
    });
  });

  it("links the framework's own retry", async () => {
    server.setScript(inOrder(refused, ok(3)));
    await ask(seen());
    expect(server.log).toHaveLength(2);
    const span = await one();
    expect(attemptsOf(span).map((each) => each["http.response.status_code"])).toEqual([429, 200]);
    expect(span.attributes).toMatchObject(servedUsage(server.log.at(-1) as LogEntry, CLASSES));
  });

  it("gives the same error and makes one failed record", async () => {
    server.setScript(() => ({ ...ok(4), status: 400 }));
    const expected = await failureOf(() => ask(bare()));
    expect(await failureOf(() => ask(seen()))).toEqual(expected);
    expect((await one()).attributes).toMatchObject({
      "spanledger.outcome": "error",
      "http.response.status_code": 400,
      "error.type": "invalid_request_error",
    });
  });

  it("records an abort as cancelled", async () => {
    server.setScript(() => ({ ...ok(5), latencyMs: 60_000 }));
    const abort = new AbortController();
    const failure = failureOf(() => ask(seen(), abort.signal));
    while (server.log.length === 0) await new Promise((done) => setTimeout(done, 3));
    abort.abort();
    await failure;
    expect((await one()).attributes["spanledger.outcome"]).toBe("cancelled");
  });
});
