import OpenAI from "openai";
import { observe } from "../../../../src/sdk/src/index.js";

/** Observes many calls while the ledger is away and prints how much the heap grew once the queue of records was full. */
const body = JSON.stringify({
  id: "c",
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "x" } }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});
const headers = { "content-type": "application/json" };
const client = observe(new OpenAI({ apiKey: "k", fetch: async () => new Response(body, { headers }) }));

async function calls(count: number): Promise<number> {
  for (let index = 0; index < count; index += 1) {
    await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] });
  }
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const full = await calls(9000);
const later = await calls(12_000);
process.stdout.write(`done ${Math.round((later - full) / 1024)}\n`);
