// Any server that speaks OpenAI's protocol: say who bills. Here DeepSeek, through the openai client.
import { observe } from "@spanledger/sdk";
import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.DEEPSEEK_API_KEY,
  baseURL: process.env.DEEPSEEK_BASE_URL ?? "https://api.deepseek.com",
});
const deepseek = observe(client, { provider: "deepseek" });
const answer = await deepseek.chat.completions.create({
  model: "deepseek-v4-flash",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.usage);
