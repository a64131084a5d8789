import OpenAI from "openai";
import { observe } from "../../../../src/sdk/src/index.js";

/** Twenty observed calls and nothing else: no flush, no shutdown. Prints `done` when the application itself is done. */
const client = observe(new OpenAI({ apiKey: "sk-test", baseURL: process.env["PROVIDER_URL"] ?? "" }));
const started = performance.now();
for (let index = 0; index < 20; index += 1) {
  await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] });
}
process.stdout.write(`done ${Math.round(performance.now() - started)}\n`);
