import { describe, expect, it } from "@jest/globals";
import { normalizeFinishReasons } from "./finish-reason.js";
import { normalizeProviderName, providerOfHost } from "./provider-name.js";

describe("provider names", () => {
  it.each([
    ["openai", "openai"],
    ["OpenAI", "openai"],
    ["openai.chat", "openai"],
    ["openai.responses", "openai"],
    ["azure-openai.chat", "azure.ai.openai"],
    ["az.ai.openai", "azure.ai.openai"],
    ["Anthropic", "anthropic"],
    ["anthropic.messages", "anthropic"],
    ["AWS", "aws.bedrock"],
    ["amazon-bedrock", "aws.bedrock"],
    ["gcp.gen_ai", "gcp.gemini"],
    ["google.generative-ai", "gcp.gemini"],
    ["google.vertex.chat", "gcp.vertex_ai"],
    ["vertex_ai", "gcp.vertex_ai"],
    ["xai", "x_ai"],
    ["mistral.chat", "mistral_ai"],
    ["new-vendor", "new-vendor"],
    ["langchain", null],
    ["", null],
    [null, null],
  ])("%p is %p", (written, expected) => {
    expect(normalizeProviderName(written)).toBe(expected);
  });

  it.each([
    ["api.openai.com", "openai"],
    ["eu.api.openai.com:443", "openai"],
    ["my-resource.openai.azure.com", "azure.ai.openai"],
    ["bedrock-runtime.eu-central-1.amazonaws.com", "aws.bedrock"],
    ["us-central1-aiplatform.googleapis.com", "gcp.vertex_ai"],
    ["generativelanguage.googleapis.com", "gcp.gemini"],
    ["https://openrouter.ai/api/v1", "openrouter"],
    ["notopenai.com", null],
    ["openai.com.evil.example", null],
    ["127.0.0.1", null],
    ["llm.internal", null],
    [null, null],
  ])("the host %p belongs to %p", (host, expected) => {
    expect(providerOfHost(host)).toBe(expected);
  });
});

describe("finish reasons", () => {
  it.each([
    [["end_turn"], ["stop"]],
    [["STOP"], ["stop"]],
    [["FinishReason.STOP"], ["stop"]],
    [["tool-calls"], ["tool_calls"]],
    [["tool_use"], ["tool_calls"]],
    [["MAX_TOKENS"], ["length"]],
    [["SAFETY"], ["content_filter"]],
    [
      ["stop", "stop", "tool_call"],
      ["stop", "tool_calls"],
    ],
    [["something_new"], ["something_new"]],
    [["unknown", ""], []],
  ])("%p become %p", (words, expected) => {
    expect(normalizeFinishReasons(words)).toEqual(expected);
  });
});
