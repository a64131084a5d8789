import { observe } from "@spanledger/sdk";
import { CohereClientV2 } from "cohere-ai";

const client = new CohereClientV2({
  token: process.env.COHERE_API_KEY,
  ...(process.env.COHERE_BASE_URL ? { environment: process.env.COHERE_BASE_URL } : {}),
});
const cohere = observe(client, { provider: "cohere" });
const request = { model: "command-a-03-2025", messages: [{ role: "user", content: "Hello" }] };

const answer = await cohere.chat(request);
console.log("billed  ", answer.usage.billedUnits);

let events = 0;
for await (const _event of await cohere.chatStream(request)) events += 1;
console.log("streamed", events, "events");
