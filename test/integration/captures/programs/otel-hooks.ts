import { createRequire } from "node:module";
import { metrics } from "@opentelemetry/api";
import { AwsInstrumentation } from "@opentelemetry/instrumentation-aws-sdk";
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";
import type OpenAIClient from "openai";
import { OPENAI_OPTIONS, openaiSituations } from "./openai-calls.js";
import { play, type Situations, STAND_IN, startTracing } from "./session.js";

const provider = startTracing();
const flush = () => provider.forceFlush();
// Its instruments are made when it is given a meter provider, and it counts on them.
const openai = new OpenAIInstrumentation();
openai.setMeterProvider(metrics.getMeterProvider());
for (const instrumentation of [openai, new AwsInstrumentation()]) instrumentation.setTracerProvider(provider);

// Both hook the loading of CommonJS modules, so the clients are loaded after them.
const require = createRequire(import.meta.url);
const { OpenAI } = require("openai") as { OpenAI: typeof OpenAIClient };
const bedrock =
  require("@aws-sdk/client-bedrock-runtime") as typeof import("@aws-sdk/client-bedrock-runtime");
await play(
  flush,
  openaiSituations((more) => new OpenAI({ ...OPENAI_OPTIONS, ...more })),
);

const client = new bedrock.BedrockRuntimeClient({
  region: "eu-central-1",
  endpoint: STAND_IN,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
});
const modelId = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const conversation = { modelId, messages: [{ role: "user" as const, content: [{ text: "Where?" }] }] };
const invocation = {
  modelId,
  contentType: "application/json",
  body: JSON.stringify({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 400,
    messages: [{ role: "user", content: "Where?" }],
  }),
};

async function drain(stream: AsyncIterable<unknown> | undefined): Promise<void> {
  if (stream !== undefined) for await (const event of stream) void event;
}

const situations: Situations = {
  "bedrock-converse": () => client.send(new bedrock.ConverseCommand(conversation)),
  "bedrock-converse-stream": async () =>
    drain((await client.send(new bedrock.ConverseStreamCommand(conversation))).stream),
  "bedrock-invoke": () => client.send(new bedrock.InvokeModelCommand(invocation)),
  "bedrock-invoke-stream": async () =>
    drain((await client.send(new bedrock.InvokeModelWithResponseStreamCommand(invocation))).body),
  "bedrock-400": () => client.send(new bedrock.ConverseCommand(conversation)),
};
await play(flush, situations);
process.exit(0);
