import { OpenInferenceBatchSpanProcessor } from "@arizeai/openinference-vercel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { createOpenAI } from "aisdkopenai3";
import { embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai6";
import { LAB, play, startTracing } from "./session.js";
import { NO_INPUT, VERCEL_OPTIONS, type VercelKit, vercelSituations } from "./vercel-calls.js";

const exporter = new OTLPTraceExporter({ url: `${LAB}/v1/traces` });
const provider = startTracing([], [new OpenInferenceBatchSpanProcessor({ exporter })]);
const openai = createOpenAI(VERCEL_OPTIONS);
const kit: VercelKit = {
  generateText: generateText as unknown as VercelKit["generateText"],
  streamText: streamText as unknown as VercelKit["streamText"],
  embedMany: embedMany as unknown as VercelKit["embedMany"],
  steps: (count) => stepCountIs(count),
  tool: tool({ inputSchema: jsonSchema(NO_INPUT), execute: () => Promise.resolve("in Berlin") }),
  chat: (model) => openai.chat(model),
  responses: (model) => openai.responses(model),
  embedding: (model) => openai.embedding(model),
  telemetry: { experimental_telemetry: { isEnabled: true, functionId: "weather" } },
};
await play(() => provider.forceFlush(), vercelSituations(kit));
process.exit(0);
