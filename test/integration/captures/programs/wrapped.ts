import { OpenAIInstrumentation as TraceloopInstrumentation } from "@traceloop/instrumentation-openai";
import { Mistral } from "@mistralai/mistralai";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { observe } from "../../../../src/sdk/src/index.js";
import { ANTHROPIC_OPTIONS, anthropicSituations } from "./anthropic-calls.js";
import { OPENAI_OPTIONS, openaiSituations } from "./openai-calls.js";
import { play, type Situations, STAND_IN, startTracing } from "./session.js";

const provider = startTracing();
const flush = () => provider.forceFlush();

// Mistral's client writes spans of its own into the global provider.
const mistralSituations = (client: () => Mistral): Situations => {
  const request = { model: "mistral-large-latest", messages: [{ role: "user" as const, content: "Where?" }] };
  return {
    "mistral-plain": () => client().chat.complete(request),
    "mistral-stream": async () => {
      for await (const event of await client().chat.stream(request)) void event;
    },
    "mistral-400": () => client().chat.complete(request),
  };
};
const mistral = () => new Mistral({ apiKey: "test-key", serverURL: `${STAND_IN}/mistral` });
await play(flush, mistralSituations(mistral), ".native");
await play(
  flush,
  mistralSituations(() => observe(mistral())),
  ".with-ours",
);

// Anthropic's client does so too: its own spans and ours.
await play(
  flush,
  anthropicSituations((more) => observe(new Anthropic({ ...ANTHROPIC_OPTIONS, ...more }))),
  ".with-ours",
);

const traceloop = new TraceloopInstrumentation();
traceloop.setTracerProvider(provider);
traceloop.manuallyInstrument(OpenAI as unknown as Parameters<typeof traceloop.manuallyInstrument>[0]);
await play(
  flush,
  openaiSituations((more) => observe(new OpenAI({ ...OPENAI_OPTIONS, ...more }))),
  ".with-ours",
);
process.exit(0);
