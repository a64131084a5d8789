import { describe, it } from "@jest/globals";
import { type EmitterCase, expectReading } from "../../../../test/support/emitter-case.js";

const chat = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "gpt-4o-mini",
  "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
  "gen_ai.provider.name": "openai",
};
const claude = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "claude-sonnet-4-5",
  "gen_ai.provider.name": "anthropic",
};

/** One sender of which nothing is known but what it writes. */
const CASES: readonly EmitterCase[] = [
  [
    "GenAI usage as a map",
    { ...chat, "gen_ai.usage": { input_tokens: 1200, output_tokens: 85 } },
    {},
    { kind: "call", input: [1200, 1200, null, 0], output: [85, 85, 0] },
  ],
  [
    "GenAI usage as JSON text",
    {
      ...chat,
      "gen_ai.usage":
        '{"prompt_tokens":1200,"completion_tokens":85,"total_tokens":1285,"prompt_tokens_details":{"cached_tokens":1024}}',
    },
    {},
    { kind: "call", input: [1200, 176, 1024, 0], output: [85, 85, 0] },
  ],
  [
    "usage as bytes is none",
    { ...chat, "gen_ai.usage.input_tokens": new Uint8Array([1, 2]) },
    {},
    { kind: "call", source: "none", quality: "unknown" },
  ],
  [
    "a list where a number is expected",
    { ...chat, "gen_ai.usage.input_tokens": [1200], "gen_ai.usage.output_tokens": 85 },
    {},
    { kind: "call", input: [null, null, null, 0], output: [85, 85, 0] },
  ],
  [
    "negative, NaN and huge numbers are unknown",
    {
      ...chat,
      "gen_ai.usage.input_tokens": -5,
      "gen_ai.usage.output_tokens": Number.NaN,
      "gen_ai.usage.total_tokens": 5e12,
    },
    {},
    { kind: "call", source: "none", quality: "unknown" },
  ],
  [
    "a total below its parts",
    {
      ...chat,
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 85,
      "gen_ai.usage.total_tokens": 900,
    },
    {},
    { kind: "call", input: [1200, 1200, null, 0], output: [85, 85, 0], quality: "conflict" },
  ],
  [
    "a total that nothing explains",
    {
      ...chat,
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.cache_read.input_tokens": 1024,
      "gen_ai.usage.output_tokens": 85,
      "gen_ai.usage.total_tokens": 1500,
    },
    {},
    { kind: "call", quality: "conflict" },
  ],
  [
    "input alone",
    { ...chat, "gen_ai.usage.input_tokens": 1200 },
    {},
    { kind: "call", input: [1200, 1200, null, 0], output: [null, null, null], quality: "partial" },
  ],
  [
    "zero output is known",
    { ...chat, "gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 0 },
    {},
    { kind: "call", output: [0, 0, 0] },
  ],
  [
    "Anthropic: plain SDK copy with raw vendor names",
    {
      ...claude,
      "gen_ai.usage.input_tokens": 21,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.cache_read_input_tokens": 1800,
      "gen_ai.usage.cache_creation_input_tokens": 188,
    },
    {},
    { kind: "call", input: [2009, 21, 1800, 188], output: [320, 320, 0] },
  ],
  [
    "Anthropic: convention 1.40",
    {
      ...claude,
      "gen_ai.usage.input_tokens": 2009,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.cache_read.input_tokens": 1800,
      "gen_ai.usage.cache_creation.input_tokens": 188,
    },
    {},
    { kind: "call", input: [2009, 21, 1800, 188] },
  ],
  [
    "Anthropic: small cache under new names, exclusive by total",
    {
      ...claude,
      "gen_ai.usage.input_tokens": 2000,
      "gen_ai.usage.output_tokens": 320,
      "gen_ai.usage.cache_read.input_tokens": 100,
      "gen_ai.usage.total_tokens": 2420,
    },
    {},
    { kind: "call", input: [null, 2000, 100, null] },
  ],
  [
    "Gemini: thoughts outside by total",
    {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.model": "gemini-2.5-pro",
      "gen_ai.usage.input_tokens": 1500,
      "gen_ai.usage.output_tokens": 90,
      "gen_ai.usage.reasoning_tokens": 210,
      "gen_ai.usage.total_tokens": 1800,
    },
    {},
    { kind: "call", output: [300, 90, 210], operation: "generate_content" },
  ],
  [
    "Gemini: more thoughts than output",
    {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.model": "gemini-2.5-pro",
      "gen_ai.usage.input_tokens": 1500,
      "gen_ai.usage.output_tokens": 90,
      "gen_ai.usage.reasoning.output_tokens": 210,
    },
    {},
    { kind: "call", output: [300, 90, 210] },
  ],
  [
    "xAI: reasoning outside",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "xai",
      "gen_ai.request.model": "grok-4",
      "gen_ai.usage.input_tokens": 125,
      "gen_ai.usage.output_tokens": 48,
      "gen_ai.usage.reasoning_tokens": 200,
      "gen_ai.usage.total_tokens": 373,
      "gen_ai.usage.cached_tokens": 98,
    },
    {},
    { kind: "call", provider: "x_ai", input: [125, 27, 98, 0], output: [248, 48, 200] },
  ],
  [
    "audio parts",
    {
      ...chat,
      "gen_ai.request.model": "gpt-4o-audio-preview",
      "gen_ai.response.model": "",
      "gen_ai.usage.input_tokens": 300,
      "gen_ai.usage.audio.input_tokens": 100,
      "gen_ai.usage.output_tokens": 80,
      "gen_ai.usage.audio.output_tokens": 50,
    },
    {},
    { kind: "call", input: [300, 200, null, 0], output: [80, 30, 0] },
  ],
  [
    "HTTP client span of a provider",
    { "http.request.method": "POST", "server.address": "api.openai.com", "http.response.status_code": 429 },
    { parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "moderation",
    {
      "gen_ai.operation.name": "moderation",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "omni-moderation-latest",
    },
    { parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "fetch_response",
    {
      "gen_ai.operation.name": "fetch_response",
      "gen_ai.provider.name": "openai",
      "gen_ai.response.id": "resp_1",
      "gen_ai.usage.input_tokens": 5,
    },
    { parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "search memory",
    { "gen_ai.operation.name": "search_memory", "gen_ai.request.model": "gpt-4o" },
    { parent: "p", trace: "t" },
    { kind: "link" },
  ],
  [
    "streaming without usage",
    { ...chat, "gen_ai.request.stream": true, "gen_ai.response.id": "c" },
    {},
    { kind: "call", source: "none", quality: "unknown", streaming: true },
  ],
  [
    "an error with usage",
    { ...chat, "error.type": "timeout", "gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 3 },
    { error: true },
    { kind: "call", outcome: "error", input: [1200, 1200, null, 0] },
  ],
  [
    "a refusal",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "error.type": "429",
    },
    { error: true },
    { kind: "call", outcome: "error", billable: false, input: [0, 0, 0, 0] },
  ],
  [
    "embeddings: 0 output written",
    {
      "gen_ai.operation.name": "embeddings",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "text-embedding-3-small",
      "gen_ai.usage.input_tokens": 18,
      "gen_ai.usage.output_tokens": 0,
    },
    {},
    { kind: "call", operation: "embeddings", input: [18, 18, 0, 0], output: [0, 0, 0], quality: "exact" },
  ],
  [
    "embeddings: only a total",
    {
      "gen_ai.operation.name": "embeddings",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "text-embedding-3-small",
      "gen_ai.usage.total_tokens": 18,
    },
    {},
    { kind: "call", operation: "embeddings", input: [18, 18, 0, 0], output: [0, 0, 0] },
  ],
  [
    "cost alone is no usage",
    { ...chat, "gen_ai.usage.cost": 0.002 },
    {},
    { kind: "call", source: "none", cost: "0.002" },
  ],
  [
    "OpenAI images",
    {
      "gen_ai.operation.name": "image_generation",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-image-1",
      "gen_ai.usage.input_tokens": 20,
      "gen_ai.usage.output_tokens": 1056,
    },
    {},
    { kind: "call", operation: "image" },
  ],
  [
    "an inference in process",
    {
      ...chat,
      "gen_ai.provider.name": "huggingface",
      "gen_ai.usage.input_tokens": 5,
      "gen_ai.usage.output_tokens": 6,
    },
    { kind: 1 },
    { kind: "call", provider: "huggingface" },
  ],
  [
    "a span with a model and a framework's name, no usage",
    { "gen_ai.system": "langchain", "gen_ai.request.model": "gpt-4o" },
    { kind: 1, parent: "p", trace: "t" },
    { kind: "link" },
  ],
];

describe("numbers of unknown senders", () => {
  it.each(CASES)("%s", (_name, attributes, options, wanted) => {
    expectReading(attributes, options, wanted);
  });
});
