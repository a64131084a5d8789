// One contestant of the wrapper bench, in a process of its own: an openai client that answers from memory, instrumented in one way.
// Told by its parent which workload to run how often, it answers with the CPU time that took. Plain JavaScript, run by plain Node: a
// loader that rewrites sources would be measured too.
import { createRequire } from "node:module";
import { WORKLOADS, answerFromMemory } from "./wrapper-workloads.mjs";

const require = createRequire(import.meta.url);

/**
 * A provider as a traced application has it: spans go through a batch processor to an exporter that drops them. Asynchronous context is in
 * use, as it is wherever spans are made: from its first use on every promise of a process costs more, whoever observes.
 */
function tracing() {
  const { context } = require("@opentelemetry/api");
  const { NodeTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-node");
  const exporter = {
    export: (spans, done) => {
      exported += spans.length;
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  context.with(context.active(), () => undefined);
  flush = () => provider.forceFlush();
  return provider;
}

let exported = 0;
/** Sends what the calls left to be sent: it is part of what they cost. */
let flush = () => Promise.resolve();

const newClient = () => {
  const { OpenAI } = require("openai");
  return new OpenAI({ apiKey: "sk-bench", maxRetries: 0, fetch: answerFromMemory });
};

async function observed(options) {
  const wrapper = await import("../src/sdk/dist/index.js");
  if (options.tracerProvider === undefined) flush = wrapper.flush;
  return wrapper.observe(newClient(), options);
}

/** By the instrumentation's own documented way for modules that are loaded already. */
function instrumented(name, provider) {
  const { OpenAIInstrumentation } = require(name);
  const instrumentation = new OpenAIInstrumentation();
  instrumentation.setTracerProvider(provider);
  instrumentation.manuallyInstrument(require("openai").OpenAI);
  return newClient();
}

const CONTESTANTS = {
  bare: () => newClient(),
  observed: () => observed({ fingerprint: false }),
  "observed-fingerprint": () => observed({}),
  "traced-bare": () => tracing() && newClient(),
  "traced-observed": () => observed({ fingerprint: false, tracerProvider: tracing() }),
  "traced-observed-fingerprint": () => observed({ tracerProvider: tracing() }),
  "traced-traceloop": () => instrumented("@traceloop/instrumentation-openai", tracing()),
  "traced-openinference": () => instrumented("@arizeai/openinference-instrumentation-openai", tracing()),
};

const client = await CONTESTANTS[process.argv[2]]();

async function timed({ workload, calls }) {
  const run = WORKLOADS[workload];
  const alreadyExported = exported;
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) await run(client);
  await flush();
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: (user + system) / calls, spans: exported - alreadyExported };
}

process.on("message", (order) => {
  timed(order).then(
    (result) => process.send(result),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
