import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import OpenAI from "openai";
import { OPENAI_OPTIONS, openaiSituations } from "./openai-calls.js";
import { LAB, play, startTracing } from "./session.js";

const exporter = new OTLPTraceExporter({ url: `${LAB}/v1/traces` });
const provider = startTracing(
  [],
  [new LangfuseSpanProcessor({ exporter, publicKey: "pk-test", secretKey: "sk-test", baseUrl: LAB })],
);
await play(
  () => provider.forceFlush(),
  openaiSituations((more) => observeOpenAI(new OpenAI({ ...OPENAI_OPTIONS, ...more }))),
);
process.exit(0);
