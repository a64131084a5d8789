import { createOpenAI } from "aisdkopenai3";
import { embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai6";
import { observeFetch } from "../../../../src/sdk/src/index.js";
import { play, startTracing } from "./session.js";
import { NO_INPUT, VERCEL_OPTIONS, type VercelKit, vercelSituations } from "./vercel-calls.js";

const provider = startTracing();
const kit = (openai: ReturnType<typeof createOpenAI>): VercelKit => ({
  generateText: generateText as unknown as VercelKit["generateText"],
  streamText: streamText as unknown as VercelKit["streamText"],
  embedMany: embedMany as unknown as VercelKit["embedMany"],
  steps: (count) => stepCountIs(count),
  tool: tool({ inputSchema: jsonSchema(NO_INPUT), execute: () => Promise.resolve("in Berlin") }),
  chat: (model) => openai.chat(model),
  responses: (model) => openai.responses(model),
  embedding: (model) => openai.textEmbeddingModel(model),
  telemetry: { experimental_telemetry: { isEnabled: true, functionId: "weather" } },
});
const flush = () => provider.forceFlush();
await play(flush, vercelSituations(kit(createOpenAI(VERCEL_OPTIONS))));
// The SDK's spans, and ours of the requests below them.
const observed = createOpenAI({ ...VERCEL_OPTIONS, fetch: observeFetch(fetch) });
await play(flush, vercelSituations(kit(observed)), ".with-ours");
process.exit(0);
