import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";
import { flush, observe, withAttribution } from "../../../../src/sdk/src/index.js";

/**
 * One worker of several that look after the same jobs: starts a background response if told to, polls it to its end, and reads the results
 * of a batch, or its total alone. Its calls carry the feature `jobs`. Sends by itself, or through a provider of its own.
 */
const ledger = `${process.env["SPANLEDGER_ENDPOINT"]}/v1/traces`;
const traced = process.env["TRACED"] === "yes";
const exporter = traced ? [new BatchSpanProcessor(new OTLPTraceExporter({ url: ledger }))] : [];
const provider = new NodeTracerProvider({ spanProcessors: exporter });
const client = observe(new OpenAI({ apiKey: "sk-test", baseURL: process.env["PROVIDER_URL"] ?? "" }), {
  provider: "openai",
  ...(traced ? { tracerProvider: provider } : {}),
});

async function look(): Promise<void> {
  if (process.env["TOTAL"] === "yes") {
    await client.batches.retrieve("batch_shared_by_all");
    return;
  }
  if (process.env["STARTS"] === "yes") {
    await client.responses.create({ model: "gpt-4o-mini", input: "hi", background: true });
  }
  for (let status = ""; status !== "completed";) {
    ({ status = "" } = await client.responses.retrieve("resp_shared_by_all"));
  }
  await (await client.files.content("file-shared-by-all")).text();
}

await withAttribution({ feature: "jobs" }, () =>
  provider.getTracer("worker").startActiveSpan("look after jobs", async (span) => {
    await look();
    span.end();
  }),
);
await flush();
process.stdout.write("done\n");
