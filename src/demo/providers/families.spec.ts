import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { InvokeModelCommand, InvokeModelWithResponseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { CohereClientV2 } from "cohere-ai";
import Groq from "groq-sdk";
import { Ollama } from "ollama";
import OpenAI, { AzureOpenAI } from "openai";
import Together from "together-ai";
import { type Reply, type StandInProviders, startStandInProviders } from "./index.js";

let providers: StandInProviders;
const script = (...replies: Reply[]): void => providers.setScript(replies);
const messages = [{ role: "user" as const, content: "hello" }];

beforeEach(async () => {
  providers = await startStandInProviders();
});
afterEach(() => providers.close());

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe("Gemini", () => {
  const tokens = { input: 200, cacheRead: 1000, inputTool: 10, output: 40, reasoning: 60 };
  const client = (): GoogleGenAI =>
    new GoogleGenAI({
      apiKey: "test",
      // The client's own fetch looks for undici's dispatcher on the global object, which a test's sandbox does not have.
      httpOptions: { baseUrl: providers.url, fetch: globalThis.fetch },
    });
  const request = { model: "gemini-2.5-flash", contents: "hello" };

  it("answers and streams with the same usage on the last chunk", async () => {
    script({ tokens, text: "a b c d" }, { tokens, text: "a b c d" });
    const whole = await client().models.generateContent(request);
    expect(whole.text).toBe("a b c d");
    expect(whole.usageMetadata).toMatchObject({
      promptTokenCount: 1200,
      cachedContentTokenCount: 1000,
      candidatesTokenCount: 40,
      thoughtsTokenCount: 60,
      toolUsePromptTokenCount: 10,
      totalTokenCount: 1310,
    });
    const chunks = await collect(await client().models.generateContentStream(request));
    expect(chunks.map((chunk) => chunk.text).join("")).toBe("a b c d");
    expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata);
    expect(providers.log.map((entry) => [entry.requestModel, entry.stream])).toEqual([
      ["gemini-2.5-flash", false],
      ["gemini-2.5-flash", true],
    ]);
  });

  it("refuses with Google's status", async () => {
    script({ status: 429, retryAfterSeconds: 17 });
    await expect(client().models.generateContent(request)).rejects.toMatchObject({ status: 429 });
    expect(providers.log[0]?.retryAfterMs).toBe(17_000);
  });
});

describe("Bedrock", () => {
  const client = (maxAttempts = 3): BedrockRuntimeClient =>
    new BedrockRuntimeClient({
      region: "eu-central-1",
      endpoint: providers.url,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts,
    });
  const modelId = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
  const tokens = { input: 50, cacheRead: 1000, cacheWrite5m: 200, cacheWrite1h: 100, output: 90 };
  const usage = {
    inputTokens: 50,
    outputTokens: 90,
    totalTokens: 1440,
    cacheReadInputTokens: 1000,
    cacheWriteInputTokens: 300,
  };
  const input = { modelId, messages: [{ role: "user" as const, content: [{ text: "hello" }] }] };

  it("converses, whole and as a binary event stream", async () => {
    script({ tokens, text: "one two" }, { tokens, text: "one two" });
    const whole = await client().send(new ConverseCommand(input));
    expect(whole.output?.message?.content).toEqual([{ text: "one two" }]);
    expect(whole.usage).toMatchObject(usage);
    expect(whole.$metadata.requestId).toBe(providers.log[0]?.requestId);

    const streamed = await client().send(new ConverseStreamCommand(input));
    const events = await collect(streamed.stream ?? (async function* () {})());
    expect(events.map((event) => event.contentBlockDelta?.delta?.text ?? "").join("")).toBe("one two");
    expect(events.at(-1)?.metadata?.usage).toMatchObject(usage);
    expect(providers.log[1]).toMatchObject({ requestModel: modelId, stream: true, end: "complete" });
  });

  it("throttles, and the client says which attempt it is", async () => {
    script({ status: 429 }, { tokens });
    await client().send(new ConverseCommand(input));
    expect(providers.log.map((entry) => [entry.status, entry.retryCount])).toEqual([
      [429, 0],
      [200, 1],
    ]);
    script({ errorAfterChunks: 1 });
    const streamed = await client(1).send(new ConverseStreamCommand(input));
    await expect(collect(streamed.stream ?? (async function* () {})())).rejects.toMatchObject({
      name: "ThrottlingException",
    });
  });

  it.each([
    ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "input_tokens", 50],
    ["amazon.nova-lite-v1:0", "inputTokens", 50],
    ["meta.llama3-70b-instruct-v1:0", "prompt_token_count", 1350],
  ])("invokes %s with the vendor's body", async (model, name, expected) => {
    script({ tokens }, { tokens });
    const body = JSON.stringify({ messages });
    const whole = await client().send(new InvokeModelCommand({ modelId: model, body }));
    const parsed = JSON.parse(new TextDecoder().decode(whole.body)) as Record<string, unknown>;
    expect((parsed["usage"] ?? parsed) as Record<string, unknown>).toMatchObject({ [name]: expected });

    const streamed = await client().send(new InvokeModelWithResponseStreamCommand({ modelId: model, body }));
    const events = await collect(streamed.body ?? (async function* () {})());
    const last = JSON.parse(new TextDecoder().decode(events.at(-1)?.chunk?.bytes)) as Record<string, unknown>;
    expect(last["amazon-bedrock-invocationMetrics"]).toMatchObject({
      inputTokenCount: 50,
      outputTokenCount: 90,
    });
  });
});

describe("Ollama", () => {
  const client = (): Ollama => new Ollama({ host: providers.url });

  it("answers whole and as lines, and embeds", async () => {
    const reply = { tokens: { input: 26, output: 12 }, text: "a b c d" };
    script(reply, reply, { tokens: { input: 5 } });
    const whole = await client().chat({ model: "llama3.2:3b", messages });
    expect(whole).toMatchObject({ prompt_eval_count: 26, eval_count: 12, done_reason: "stop" });
    const lines = await collect(await client().chat({ model: "llama3.2:3b", messages, stream: true }));
    expect(lines.map((line) => line.message.content).join("")).toBe("a b c d");
    expect(lines.at(-1)).toMatchObject({ done: true, prompt_eval_count: 26, eval_count: 12 });
    const embedded = await client().embed({ model: "nomic-embed-text", input: "x" });
    expect(embedded.prompt_eval_count).toBe(5);
  });
});

describe("Cohere", () => {
  const client = (): CohereClientV2 => new CohereClientV2({ token: "test", environment: providers.url });

  it("answers and streams billed units", async () => {
    const reply = { tokens: { input: 30, cacheRead: 10, output: 7 }, text: "a b c d" };
    script(reply, reply);
    const whole = await client().chat({ model: "command-a-03-2025", messages });
    expect(whole.usage?.billedUnits).toEqual({ inputTokens: 40, outputTokens: 7 });
    const events = await collect(await client().chatStream({ model: "command-a-03-2025", messages }));
    const end = events.find((event) => event.type === "message-end");
    expect(end).toMatchObject({ delta: { usage: { billedUnits: { inputTokens: 40, outputTokens: 7 } } } });
  });
});

describe("servers with OpenAI's protocol", () => {
  const tokens = { input: 27, cacheRead: 98, output: 48, reasoning: 200 };
  const chat = { model: "some-model", messages };

  it("Groq puts a stream's usage into x_groq", async () => {
    script({ tokens: { input: 20, output: 10 } });
    const client = new Groq({ apiKey: "test", baseURL: `${providers.url}/groq` });
    const chunks = await collect(await client.chat.completions.create({ ...chat, stream: true }));
    expect(chunks.at(-1)?.x_groq?.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 10 });
  });

  it("xAI leaves reasoning out of completion tokens", async () => {
    script({ tokens });
    const client = new OpenAI({ apiKey: "test", baseURL: `${providers.url}/xai/v1` });
    const { usage } = await client.chat.completions.create(chat);
    expect(usage).toMatchObject({ prompt_tokens: 125, completion_tokens: 48, total_tokens: 373 });
  });

  it("DeepSeek names hits and misses", async () => {
    script({ tokens: { input: 116, cacheRead: 384, output: 50, reasoning: 40 } });
    const client = new OpenAI({ apiKey: "test", baseURL: `${providers.url}/deepseek` });
    const { usage } = await client.chat.completions.create(chat);
    expect(usage).toMatchObject({
      prompt_tokens: 500,
      prompt_cache_hit_tokens: 384,
      prompt_cache_miss_tokens: 116,
      completion_tokens: 90,
    });
  });

  it("Mistral and Together always send usage in streams", async () => {
    script({ tokens: { input: 20, output: 10 } }, { tokens: { input: 20, output: 10 } });
    const mistral = new Mistral({ apiKey: "test", serverURL: `${providers.url}/mistral` });
    const events = await collect(await mistral.chat.stream({ model: "mistral-small-latest", messages }));
    expect(events.at(-1)?.data.usage).toMatchObject({ promptTokens: 20, completionTokens: 10 });
    const together = new Together({ apiKey: "test", baseURL: `${providers.url}/together/v1` });
    const chunks = await collect(await together.chat.completions.create({ ...chat, stream: true }));
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 10 });
  });

  it("Azure takes the deployment from the path and names the model in the answer", async () => {
    script({ model: "gpt-4.1-2025-04-14" });
    const client = new AzureOpenAI({ endpoint: providers.url, apiKey: "test", apiVersion: "2024-10-21" });
    const { data, response } = await client.chat.completions
      .create({ ...chat, model: "prod-chat" })
      .withResponse();
    expect(data.model).toBe("gpt-4.1-2025-04-14");
    expect(providers.log[0]).toMatchObject({ family: "azure-chat", requestModel: "prod-chat" });
    expect(response.headers.get("apim-request-id")).toBe(providers.log[0]?.requestId);
  });
});
