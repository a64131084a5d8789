import { GoogleGenAI } from "@google/genai";
import { observe } from "@spanledger/sdk";

const gemini = observe(new GoogleGenAI({}), { provider: "gcp.gemini" });
const request = { model: "gemini-2.5-flash", contents: "Hello" };

const answer = await gemini.models.generateContent(request);
console.log("answer  ", answer.usageMetadata.totalTokenCount, "tokens");

let chunks = 0;
for await (const _chunk of await gemini.models.generateContentStream(request)) chunks += 1;
console.log("streamed", chunks, "chunks");
