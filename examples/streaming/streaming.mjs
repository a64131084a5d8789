// Streams: the helper, a user who leaves early, and a stream that does not ask for usage.
import { observe } from "@spanledger/sdk";
import OpenAI from "openai";

// `includeUsage` asks for usage on streams that do not ask themselves, and hides the extra chunk from the application.
const openai = observe(new OpenAI(), { provider: "openai", includeUsage: true });
const request = { model: "gpt-5.4-mini", messages: [{ role: "user", content: "Count to twelve." }] };

const final = await openai.chat.completions.stream(request).finalContent();
console.log("helper    ", final);

let chunks = 0;
for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
  chunks += 1;
  if (chunk.choices.length === 0)
    throw new Error("the chunk that carries usage must not reach the application");
}
console.log("chunks    ", chunks, "each with a choice");

// Breaking out of the loop cancels the request; the call is recorded as cancelled.
for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
  if (chunk.choices[0]?.delta.content) break;
}
console.log("left after the first words");
