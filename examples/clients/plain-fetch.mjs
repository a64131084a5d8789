// No client library: anything that takes a fetch, or calls one.
import { observeFetch } from "@spanledger/sdk";

const observed = observeFetch(fetch, { provider: "openai", attribution: { feature: "shell" } });
const url = `${process.env.OPENAI_BASE_URL ?? "https://api.openai.com/v1"}/chat/completions`;
const response = await observed(url, {
  method: "POST",
  headers: { "content-type": "application/json", authorization: `Bearer ${process.env.OPENAI_API_KEY}` },
  body: JSON.stringify({ model: "gpt-5.4-mini", messages: [{ role: "user", content: "Hello" }] }),
});
console.log((await response.json()).choices[0].message.content);
