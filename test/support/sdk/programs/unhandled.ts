import OpenAI from "openai";
import { observe } from "../../../../src/sdk/src/index.js";

/** A failing call that nobody awaits. Observed or not, by `OBSERVED`. */
const client = new OpenAI({ apiKey: "k", baseURL: process.env["PROVIDER_URL"] ?? "", maxRetries: 0 });
if (process.env["OBSERVED"] === "yes") observe(client);
void client.responses.create({ model: "m", input: "hi" }).asResponse();
