// Vercel AI SDK: observe the model; each attempt that the framework makes is one attempt of a call.
import { createOpenAI } from "@ai-sdk/openai";
import { observeModel } from "@spanledger/sdk";
import { generateText, streamText } from "ai";

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL ?? "https://api.openai.com/v1" });
const model = observeModel(openai.chat("gpt-5.4-mini"), {
  provider: "openai",
  attribution: { feature: "assistant" },
});

const { usage } = await generateText({ model, prompt: "Hello" });
console.log("answer  ", usage.totalTokens, "tokens");

let characters = 0;
for await (const text of streamText({ model, prompt: "Hello" }).textStream) characters += text.length;
console.log("streamed", characters, "characters");
