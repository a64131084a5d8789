import { observe } from "@spanledger/sdk";
import Together from "together-ai";

const together = observe(new Together(), { provider: "together" });
const answer = await together.chat.completions.create({
  model: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.usage);
