import { context, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";
import { observe } from "@spanledger/sdk";
import { interleave, printTable, short } from "./measure.js";

const CALLS = 40;
const CHUNKS = 60;

const ANSWER = new TextEncoder().encode(
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1795374058,
    model: "gpt-4o-2024-08-06",
    choices: [{ index: 0, message: { role: "assistant", content: "Hello there." }, finish_reason: "stop" }],
    usage: {
      prompt_tokens: 1200,
      completion_tokens: 85,
      total_tokens: 1285,
      prompt_tokens_details: { cached_tokens: 1024 },
    },
  }),
);

function chunk(delta: object, finish: string | null, usage: object | null): string {
  const body = {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1795374058,
    model: "gpt-4o-2024-08-06",
    choices: usage === null ? [{ index: 0, delta, finish_reason: finish }] : [],
    usage,
  };
  return `data: ${JSON.stringify(body)}\n\n`;
}

const STREAM = [
  ...Array.from({ length: CHUNKS }, (_unused, index) => chunk({ content: `word ${index} ` }, null, null)),
  chunk({}, "stop", null),
  chunk({}, null, { prompt_tokens: 1200, completion_tokens: 85, total_tokens: 1285 }),
  "data: [DONE]\n\n",
].map((text) => new TextEncoder().encode(text));

const HEADERS = {
  "x-request-id": "req_1",
  "x-ratelimit-limit-requests": "10000",
  "x-ratelimit-remaining-requests": "9999",
  "x-ratelimit-limit-tokens": "2000000",
  "x-ratelimit-remaining-tokens": "1998800",
};

/** Chunks as a network body delivers them: one by one, as they are asked for. */
function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = chunks.values();
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

/** Answers from memory, so that only client and wrapper are measured. */
async function answerFromMemory(_url: unknown, init?: { body?: unknown }): Promise<Response> {
  const isStream = String(init?.body).includes('"stream":true');
  const type = isStream ? "text/event-stream" : "application/json";
  return new Response(bodyOf(isStream ? STREAM : [ANSWER]), {
    headers: { ...HEADERS, "content-type": type },
  });
}

const newClient = (): OpenAI =>
  new OpenAI({ apiKey: "sk-bench", maxRetries: 0, fetch: answerFromMemory as unknown as typeof fetch });

const MESSAGES = [
  { role: "system" as const, content: "You are a careful assistant. ".repeat(40) },
  { role: "user" as const, content: "Say hello." },
];

async function complete(client: OpenAI): Promise<void> {
  for (let call = 0; call < CALLS; call += 1) {
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages: MESSAGES });
    if (answer.choices.length !== 1) throw new Error("no answer");
  }
}

async function stream(client: OpenAI): Promise<void> {
  for (let call = 0; call < CALLS / 4; call += 1) {
    const answer = await client.chat.completions.create({
      model: "gpt-4o",
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    let chunks = 0;
    for await (const part of answer) chunks += part.choices.length;
    if (chunks !== CHUNKS + 1) throw new Error(`${chunks} chunks`);
  }
}

/** What observing a client costs per call: the bare openai client against the observed one, without a network. */
export async function benchWrapper(): Promise<void> {
  const memory = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  // As in a traced application: with AsyncLocalStorage enabled, which the bare client pays for too.
  tracerProvider.register();
  const bare = newClient();
  const observed = observe(newClient(), { tracerProvider });
  const results = await interleave(
    [
      { name: "bare, one answer (baseline)", run: () => complete(bare) },
      { name: "observed, one answer", run: () => complete(observed) },
      { name: `bare, stream of ${CHUNKS} chunks (baseline)`, run: () => stream(bare) },
      { name: `observed, stream of ${CHUNKS} chunks`, run: () => stream(observed) },
    ],
    40,
    10,
  );
  const spans = memory.getFinishedSpans().length;
  if (spans === 0) throw new Error("the observed client made no spans");
  await tracerProvider.shutdown();
  trace.disable();
  context.disable();
  printTable("Observing the openai client (spans ended in memory)", [
    ["", "us CPU/call", "added", "x baseline"],
    ...results.map(({ name, medianCpuNs }, index) => {
      const calls = index < 2 ? CALLS : CALLS / 4;
      const baseline = results[index < 2 ? 0 : 2]?.medianCpuNs ?? Number.NaN;
      return [
        name,
        short(medianCpuNs / 1000 / calls),
        short(Math.max(0, medianCpuNs - baseline) / 1000 / calls),
        (medianCpuNs / baseline).toFixed(2),
      ];
    }),
  ]);
}
