import { context, trace, type Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

/** Base addresses of the laboratory and of the stand-in servers. */
export const LAB = required("LAB");
export const STAND_IN = required("STAND_IN");

/** A tracer provider with the official exporter, registered globally; `more` come before the exporter. */
export function startTracing(
  more: SpanProcessor[] = [],
  exporting: SpanProcessor[] = [
    new BatchSpanProcessor(new OTLPTraceExporter({ url: `${LAB}/v1/traces` }), {
      scheduledDelayMillis: 60_000,
      maxQueueSize: 10_000,
    }),
  ],
): NodeTracerProvider {
  const provider = new NodeTracerProvider({ spanProcessors: [...more, ...exporting] });
  provider.register();
  return provider;
}

/** A tracer as an application has one, for parents. */
export function applicationTracer(): Tracer {
  return trace.getTracer("application");
}

/** Runs `work` below a span of the application, with the attributes of an agent that repeats `usage`. */
export async function belowAgent(work: () => Promise<unknown>, usage: Record<string, number>): Promise<void> {
  const span = applicationTracer().startSpan("invoke_agent helper", {
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper", ...usage },
  });
  await context.with(trace.setSpan(context.active(), span), work);
  span.end();
}

export type Situations = Readonly<Record<string, () => Promise<unknown>>>;

/** Runs the situations one after the other; what one exports is sent before the next begins. A refused call is no failure. */
export async function play(flush: () => Promise<void>, situations: Situations, suffix = ""): Promise<void> {
  for (const [name, run] of Object.entries(situations)) {
    await fetch(`${LAB}/begin/${name}${suffix}`, { method: "POST" });
    await run().catch((error: unknown) => {
      if (!/-(400|429|aborted|broken)$/.test(name)) throw error;
    });
    // Instrumentations end the span of a stream a moment after its last chunk was read.
    await new Promise((resolve) => setTimeout(resolve, 15));
    await flush();
    await fetch(`${LAB}/end/${name}${suffix}`, { method: "POST" });
  }
}

process.on("unhandledRejection", () => {
  // Some instrumentations leave one behind when a stream is cut: that is theirs, and what they export is looked at all the same.
});
