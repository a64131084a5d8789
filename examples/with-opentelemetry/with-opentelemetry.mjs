// An application with OpenTelemetry of its own: calls become spans of its tracer provider, children of its spans, sent by its exporter.
// The Anthropic client emits spans itself when a provider is registered; the ledger still counts each call once.
import Anthropic from "@anthropic-ai/sdk";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { observe } from "@spanledger/sdk";
import OpenAI from "openai";

const endpoint = process.env.SPANLEDGER_ENDPOINT ?? "http://127.0.0.1:4318";
const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
});
provider.register();

const openai = observe(new OpenAI(), { provider: "openai" });
const anthropic = observe(new Anthropic(), { provider: "anthropic" });
const messages = [{ role: "user", content: "Hello" }];

await trace.getTracer("app").startActiveSpan("handle request", async (span) => {
  await openai.chat.completions.create({ model: "gpt-5.4-mini", messages });
  await anthropic.messages.create({ model: "claude-haiku-4-5", max_tokens: 100, messages });
  console.log("trace", span.spanContext().traceId);
  span.end();
});
await provider.shutdown();
