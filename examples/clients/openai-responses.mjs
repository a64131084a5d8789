// The openai client's other endpoints: responses, whole and streamed, and embeddings.
import { observe } from "@spanledger/sdk";
import OpenAI from "openai";

const openai = observe(new OpenAI(), { provider: "openai" });

const response = await openai.responses.create({ model: "gpt-5.5", input: "Review this change." });
console.log("response ", response.output_text);

const stream = openai.responses.stream({ model: "gpt-5.5", input: "And this one." });
console.log("streamed ", (await stream.finalResponse()).output_text);

const vectors = await openai.embeddings.create({ model: "text-embedding-3-small", input: ["one", "two"] });
console.log("vectors  ", vectors.data.length);
