import { observe } from "@spanledger/sdk";
import Groq from "groq-sdk";

const groq = observe(new Groq(), { provider: "groq" });
const request = { model: "llama-3.3-70b-versatile", messages: [{ role: "user", content: "Hello" }] };

const answer = await groq.chat.completions.create(request);
console.log("answer  ", answer.usage.total_tokens, "tokens");

// Groq reports the usage of a stream without being asked.
let chunks = 0;
for await (const _chunk of await groq.chat.completions.create({ ...request, stream: true })) chunks += 1;
console.log("streamed", chunks, "chunks");
