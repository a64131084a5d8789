import { createOpenAI } from "aisdkopenai2";
import { embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai5";
import { play, startTracing } from "./session.js";
import { NO_INPUT, VERCEL_OPTIONS, type VercelKit, vercelSituations } from "./vercel-calls.js";

const provider = startTracing();
const openai = createOpenAI(VERCEL_OPTIONS);
const kit: VercelKit = {
  generateText: generateText as unknown as VercelKit["generateText"],
  streamText: streamText as unknown as VercelKit["streamText"],
  embedMany: embedMany as unknown as VercelKit["embedMany"],
  steps: (count) => stepCountIs(count),
  tool: tool({ inputSchema: jsonSchema(NO_INPUT), execute: () => Promise.resolve("in Berlin") }),
  chat: (model) => openai.chat(model),
  responses: (model) => openai.responses(model),
  embedding: (model) => openai.textEmbeddingModel(model),
  telemetry: { experimental_telemetry: { isEnabled: true, functionId: "weather" } },
};
await play(() => provider.forceFlush(), vercelSituations(kit));
process.exit(0);
