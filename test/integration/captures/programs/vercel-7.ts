import { OpenTelemetry } from "@ai-sdk/otel";
import { createOpenAI } from "aisdkopenai4";
import { embedMany, generateText, isStepCount, jsonSchema, registerTelemetry, streamText, tool } from "ai7";
import { play, startTracing } from "./session.js";
import { NO_INPUT, VERCEL_OPTIONS, type VercelKit, vercelSituations } from "./vercel-calls.js";

const provider = startTracing();
registerTelemetry(new OpenTelemetry());
const openai = createOpenAI(VERCEL_OPTIONS);
const kit: VercelKit = {
  generateText: generateText as unknown as VercelKit["generateText"],
  streamText: streamText as unknown as VercelKit["streamText"],
  embedMany: embedMany as unknown as VercelKit["embedMany"],
  steps: (count) => isStepCount(count),
  tool: tool({ inputSchema: jsonSchema(NO_INPUT), execute: () => Promise.resolve("in Berlin") }),
  chat: (model) => openai.chat(model),
  responses: (model) => openai.responses(model),
  embedding: (model) => openai.embedding(model),
  telemetry: {},
};
await play(() => provider.forceFlush(), vercelSituations(kit));
process.exit(0);
