import { createRequire } from "node:module";
import type OpenAIClient from "openai";
import type AnthropicClient from "@anthropic-ai/sdk";
import { trace } from "@opentelemetry/api";
import { ANTHROPIC_OPTIONS, anthropicSituations } from "./anthropic-calls.js";
import { OPENAI_OPTIONS, openaiSituations } from "./openai-calls.js";
import { LAB, play } from "./session.js";

const require = createRequire(import.meta.url);
const { default: openlit } = require("openlit") as typeof import("openlit");
const openaiModule = require("openai") as { OpenAI: typeof OpenAIClient };
const anthropicModule = require("anthropic0137") as { Anthropic: typeof AnthropicClient };
openlit.init({
  otlpEndpoint: LAB,
  applicationName: "capture",
  disableMetrics: true,
  disableEvents: true,
  pricingJson: `${LAB}/no-prices`,
  instrumentations: { openai: openaiModule, anthropic: anthropicModule } as never,
});

const provider = trace.getTracerProvider() as { getDelegate?: () => { forceFlush(): Promise<void> } };
const flush = async () => provider.getDelegate?.().forceFlush();
const { OpenAI } = openaiModule;
const { Anthropic } = anthropicModule;
await play(
  flush,
  openaiSituations((more) => new OpenAI({ ...OPENAI_OPTIONS, ...more })),
);
await play(
  flush,
  anthropicSituations((more) => new Anthropic({ ...ANTHROPIC_OPTIONS, ...more })),
);
process.exit(0);
