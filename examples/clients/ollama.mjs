// A model of your own: the ledger counts it; what it costs is for you to say (a price per token or per GPU hour).
import { observe } from "@spanledger/sdk";
import { Ollama } from "ollama";

const ollama = observe(new Ollama({ host: process.env.OLLAMA_HOST ?? "http://127.0.0.1:11434" }));
const request = { model: "llama3.2:3b", messages: [{ role: "user", content: "Hello" }] };

const answer = await ollama.chat(request);
console.log("answer  ", answer.prompt_eval_count + answer.eval_count, "tokens");

let lines = 0;
for await (const _line of await ollama.chat({ ...request, stream: true })) lines += 1;
console.log("streamed", lines, "lines");
