// LangChain: observe the model; its own retries are attempts of one call.
import { ChatOpenAI } from "@langchain/openai";
import { observeModel } from "@spanledger/sdk";

const model = observeModel(new ChatOpenAI({ model: "gpt-5.4-mini" }), { provider: "openai" });

const answer = await model.invoke("Hello");
console.log("answer  ", answer.usage_metadata.total_tokens, "tokens");

let chunks = 0;
for await (const _chunk of await model.stream("Hello")) chunks += 1;
console.log("streamed", chunks, "chunks");
