import { describe, expect, it } from "@jest/globals";
import { isReadable } from "./content-attributes.js";

describe("isReadable", () => {
  it.each([
    "gen_ai.input.messages",
    "gen_ai.prompt.0.content",
    "gen_ai.completion.12.tool_calls.0.arguments",
    "llm.input_messages.3.message.content",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
    "llm.tools.0.tool.json_schema",
    "input.value",
    "ai.prompt.messages",
    "langfuse.observation.output",
    "exception.message",
    "exception.stacktrace",
  ])("drops %s", (key) => {
    expect(isReadable(key)).toBe(false);
  });

  it.each([
    "gen_ai.usage.prompt_tokens",
    "gen_ai.completion.0.finish_reason",
    "gen_ai.usage.completion_tokens",
    "gen_ai.operation.name",
    "llm.token_count.prompt",
    "llm.invocation_parameters",
    "output.value",
    "ai.response.providerMetadata",
    "ai.prompt_tokens",
    "langfuse.observation.usage_details",
    "exception.type",
    "spanledger.feature",
    "",
  ])("keeps %j", (key) => {
    expect(isReadable(key)).toBe(true);
  });
});
