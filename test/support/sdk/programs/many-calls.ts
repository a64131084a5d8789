import { diag } from "@opentelemetry/api";
import OpenAI from "openai";
import { observe } from "../../../../src/sdk/src/index.js";

/**
 * Observes `CALLS` calls, every tenth a stream, while the ledger is away. Prints how much the memory in use (the heap and the buffers
 * beside it) grew, in KiB, from when the queue of records was full; what it was then and at the end, in KiB; and how many warnings the diag
 * logger was given.
 */
let warnings = 0;
const ignore = (): void => undefined;
const warn = (): void => void (warnings += 1);
diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const choice = { index: 0, finish_reason: "stop" };
const body = JSON.stringify({
  id: "c",
  model: "m",
  choices: [{ ...choice, message: { role: "assistant", content: "x" } }],
  usage,
});
const events = [{ ...choice, delta: { content: "x" } }]
  .map((part) => `data: ${JSON.stringify({ id: "c", model: "m", choices: [part], usage })}\n\n`)
  .join("");
const answer = async (_url: unknown, init?: { body?: unknown }): Promise<Response> =>
  String(init?.body).includes('"stream":true')
    ? new Response(`${events}data: [DONE]\n\n`, { headers: { "content-type": "text/event-stream" } })
    : new Response(body, { headers: { "content-type": "application/json" } });
const client = observe(new OpenAI({ apiKey: "k", fetch: answer as typeof fetch }));
const request = { model: "m", messages: [{ role: "user" as const, content: "hi" }] };

async function calls(count: number): Promise<number> {
  for (let index = 0; index < count; index += 1) {
    if (index % 10 === 0)
      for await (const part of await client.chat.completions.create({ ...request, stream: true })) void part;
    else await client.chat.completions.create(request);
    // The exporter gets its turns, as in an application that waits for a network.
    if (index % 100 === 0) await new Promise((done) => setImmediate(done));
  }
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1024);
}

const full = await calls(9000);
const later = await calls(Number(process.env["CALLS"] ?? 12_000));
process.stdout.write(`done ${later - full} ${full} ${later} ${warnings}\n`);
