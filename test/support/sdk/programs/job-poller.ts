import OpenAI from "openai";
import { flush, observe, withAttribution } from "../../../../src/sdk/src/index.js";

/**
 * One worker of several that look after the same jobs: starts a background response if told to, polls it to its end, and reads the results
 * of a batch. Its calls carry the feature `jobs`.
 */
const client = observe(new OpenAI({ apiKey: "sk-test", baseURL: process.env["PROVIDER_URL"] ?? "" }), {
  provider: "openai",
});
await withAttribution({ feature: "jobs" }, async () => {
  if (process.env["STARTS"] === "yes") {
    await client.responses.create({ model: "gpt-4o-mini", input: "hi", background: true });
  }
  for (let status = ""; status !== "completed";) {
    ({ status = "" } = await client.responses.retrieve("resp_shared_by_two"));
  }
  await (await client.files.content("file-shared")).text();
});
await flush();
process.stdout.write("done\n");
