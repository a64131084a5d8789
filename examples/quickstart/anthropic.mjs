// The same line wraps the Anthropic client. The system prompt is cached for an hour, the conversation for five minutes:
// the first call writes the cache, the second reads it, and the ledger shows both with their own prices.
import Anthropic from "@anthropic-ai/sdk";
import { observe } from "@spanledger/sdk";

const anthropic = observe(new Anthropic(), { provider: "anthropic" });

const request = {
  model: "claude-sonnet-4-6",
  max_tokens: 200,
  system: [
    {
      type: "text",
      text: "You keep a ledger. ".repeat(400),
      cache_control: { type: "ephemeral", ttl: "1h" },
    },
  ],
  messages: [
    {
      role: "user",
      content: [{ type: "text", text: "What did we spend?", cache_control: { type: "ephemeral" } }],
    },
  ],
};

const first = await anthropic.messages.create(request);
console.log("written to the cache ", first.usage.cache_creation_input_tokens);

const second = await anthropic.messages.stream(request).finalMessage();
console.log("read from the cache  ", second.usage.cache_read_input_tokens);
