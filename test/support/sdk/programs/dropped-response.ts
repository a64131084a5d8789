import { observeFetch } from "../../../../src/sdk/src/index.js";
import { SpanProbe } from "../span-probe.js";

/** Drops the responses of three observed calls (untouched, with a reader, in a loop that stalls) and prints how they ended. */
const probe = new SpanProbe();
const answer = async (): Promise<Response> =>
  new Response(
    new ReadableStream(
      {
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(": ping\n\n"));
        },
      },
      { highWaterMark: 0 },
    ),
    { headers: { "content-type": "text/event-stream" } },
  );
const fetch = observeFetch(answer, { tracerProvider: probe.provider }) as unknown as typeof globalThis.fetch;
const call = (): Promise<Response> =>
  fetch("https://api.openai.com/v1/chat/completions", { method: "POST", body: "{}" });

async function dropAll(): Promise<void> {
  await call();
  const reader = (await call()).body?.getReader();
  await reader?.read();
  const iterator = (await call()).body?.[Symbol.asyncIterator]();
  await iterator?.next();
}

/** A reader that is still held keeps its call open, although its response is gone. */
async function hold(): Promise<ReadableStreamDefaultReader | undefined> {
  return (await call()).body?.getReader();
}

await dropAll();
const held = await hold();
for (let round = 0; round < 600 && probe.spans.length < 3; round += 1) {
  globalThis.gc?.();
  await new Promise((done) => setTimeout(done, 5));
}
const outcomes = probe.spans.map((span) => span.attributes["spanledger.outcome"]);
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
await held?.cancel();
process.stdout.write(`${JSON.stringify(probe.spans.at(-1)?.attributes["spanledger.outcome"])}\n`);
