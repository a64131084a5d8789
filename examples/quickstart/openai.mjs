// The README's five lines: wrap the client, then use it as before.
import { observe } from "@spanledger/sdk";
import OpenAI from "openai";

// `provider` says whose prices apply. It is only needed where the host cannot tell: here OPENAI_BASE_URL is a local address.
const openai = observe(new OpenAI(), { provider: "openai" });
const messages = [{ role: "user", content: "Say hello to the ledger." }];

const answer = await openai.chat.completions.create({ model: "gpt-5.4-mini", messages });
console.log("answer  ", answer.choices[0].message.content);

const stream = await openai.chat.completions.create({
  model: "gpt-5.4-mini",
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
process.stdout.write("streamed ");
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
console.log();
