import { Mistral } from "@mistralai/mistralai";
import { observe } from "@spanledger/sdk";

const client = new Mistral({
  apiKey: process.env.MISTRAL_API_KEY,
  ...(process.env.MISTRAL_BASE_URL ? { serverURL: process.env.MISTRAL_BASE_URL } : {}),
});
const mistral = observe(client, { provider: "mistral_ai" });
const request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Hello" }] };

const answer = await mistral.chat.complete(request);
console.log("answer  ", answer.usage.totalTokens, "tokens");

let events = 0;
for await (const _event of await mistral.chat.stream(request)) events += 1;
console.log("streamed", events, "events");
