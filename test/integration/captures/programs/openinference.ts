import { trace } from "@opentelemetry/api";
import { AnthropicInstrumentation } from "@arizeai/openinference-instrumentation-anthropic";
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import * as sdk from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { ANTHROPIC_OPTIONS, anthropicSituations } from "./anthropic-calls.js";
import { OPENAI_OPTIONS, openaiSituations } from "./openai-calls.js";
import { play, startTracing } from "./session.js";

const provider = startTracing();
const flush = () => provider.forceFlush();
const openai = new OpenAIInstrumentation({ tracerProvider: provider });
openai.manuallyInstrument(OpenAI as unknown as Parameters<typeof openai.manuallyInstrument>[0]);
await play(
  flush,
  openaiSituations((more) => new OpenAI({ ...OPENAI_OPTIONS, ...more })),
);

const situations = anthropicSituations((more) => new sdk.Anthropic({ ...ANTHROPIC_OPTIONS, ...more }));
// The client writes spans of its own into the global provider.
await play(flush, situations, ".native");
const anthropic = new AnthropicInstrumentation({ tracerProvider: provider });
anthropic.manuallyInstrument(sdk.Anthropic as unknown as Parameters<typeof anthropic.manuallyInstrument>[0]);
await play(flush, situations, ".both");
trace.disable();
await play(flush, situations, ".instrumented");
process.exit(0);
