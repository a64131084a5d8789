// Azure OpenAI: the request names a deployment; the answer names the model, which decides the price.
import { observe } from "@spanledger/sdk";
import { AzureOpenAI } from "openai";

const azure = observe(new AzureOpenAI({ apiVersion: "2024-10-21" }), { provider: "azure.ai.openai" });
const answer = await azure.chat.completions.create({
  model: "production-chat",
  messages: [{ role: "user", content: "Hello from a deployment" }],
});
console.log(answer.model, answer.usage.total_tokens);
