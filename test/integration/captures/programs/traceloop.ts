import { trace } from "@opentelemetry/api";
import { AnthropicInstrumentation } from "@traceloop/instrumentation-anthropic";
import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";
import * as sdk from "anthropic0137";
import OpenAI from "openai";
import { type AnyAnthropic, ANTHROPIC_OPTIONS, anthropicSituations } from "./anthropic-calls.js";
import { OPENAI_OPTIONS, openaiSituations } from "./openai-calls.js";
import { play, startTracing } from "./session.js";

const provider = startTracing();
const flush = () => provider.forceFlush();
const openai = new OpenAIInstrumentation();
openai.setTracerProvider(provider);
openai.manuallyInstrument(OpenAI as unknown as Parameters<typeof openai.manuallyInstrument>[0]);
await play(
  flush,
  openaiSituations((more) => new OpenAI({ ...OPENAI_OPTIONS, ...more })),
);

const anthropic = new AnthropicInstrumentation();
anthropic.setTracerProvider(provider);
anthropic.manuallyInstrument(sdk as unknown as Parameters<typeof anthropic.manuallyInstrument>[0]);
const situations = anthropicSituations(
  (more) => new sdk.Anthropic({ ...ANTHROPIC_OPTIONS, ...more }) as unknown as AnyAnthropic,
);
// The client writes spans of its own into the global provider: first both, then the instrumentation alone.
await play(flush, situations, ".native-too");
trace.disable();
await play(flush, situations);
process.exit(0);
