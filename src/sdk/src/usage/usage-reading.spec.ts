import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { anthropicUsage } from "./anthropic-usage.js";
import { bedrockConverseUsage, bedrockInvokeUsage } from "./bedrock-usage.js";
import { cohereUsage } from "./cohere-usage.js";
import { deepseekUsage } from "./deepseek-usage.js";
import { geminiGroundingUsage, geminiUsage } from "./gemini-usage.js";
import { groqUsage } from "./groq-usage.js";
import { mistralUsage } from "./mistral-usage.js";
import { ollamaUsage } from "./ollama-usage.js";
import {
  openaiChatUsage,
  openaiEmbeddingsUsage,
  openaiImagesUsage,
  openaiResponsesUsage,
  openaiToolUsage,
  openaiTranscriptionUsage,
} from "./openai-usage.js";
import { decimalText, openrouterCost, openrouterUsage } from "./openrouter-usage.js";
import { perplexityUsage } from "./perplexity-usage.js";
import type { UsageReading } from "./usage-reading.js";
import { xaiUsage } from "./xai-usage.js";

describe("worked examples of each family", () => {
  it("takes cache reads, writes and reasoning out of OpenAI Responses totals", () => {
    const reading = openaiResponsesUsage({
      input_tokens: 1200,
      input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 100 },
      output_tokens: 300,
      output_tokens_details: { reasoning_tokens: 128 },
      total_tokens: 1500,
    });
    expect(reading).toEqual({
      usage: { inputUncached: 76, cacheRead: 1024, cacheWriteOther: 100, output: 172, outputReasoning: 128 },
      inputTotal: 1200,
      outputTotal: 300,
      quality: "exact",
      rule: "openai.responses:inclusive",
    });
  });

  it("adds Anthropic caches to the input and takes thinking out of the output", () => {
    const reading = anthropicUsage({
      input_tokens: 50,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
      cache_read_input_tokens: 1000,
      output_tokens: 90,
      output_tokens_details: { thinking_tokens: 30 },
      server_tool_use: { web_search_requests: 2 },
    });
    expect(reading).toMatchObject({
      usage: {
        inputUncached: 50,
        cacheRead: 1000,
        cacheWrite5m: 200,
        cacheWrite1h: 100,
        output: 60,
        outputReasoning: 30,
        webSearchRequests: 2,
      },
      inputTotal: 1350,
      outputTotal: 90,
      quality: "exact",
    });
  });

  it("keeps Gemini thoughts and tool prompts apart", () => {
    const reading = geminiUsage({
      promptTokenCount: 1200,
      cachedContentTokenCount: 1000,
      candidatesTokenCount: 40,
      thoughtsTokenCount: 60,
      toolUsePromptTokenCount: 10,
      totalTokenCount: 1310,
    });
    expect(reading).toMatchObject({
      usage: { inputUncached: 200, cacheRead: 1000, inputTool: 10, output: 40, outputReasoning: 60 },
      inputTotal: 1210,
      outputTotal: 100,
      quality: "exact",
    });
  });

  it("splits Bedrock writes by lifetime", () => {
    const reading = bedrockConverseUsage({
      inputTokens: 50,
      cacheReadInputTokens: 1000,
      cacheWriteInputTokens: 300,
      cacheDetails: [
        { ttl: "1h", inputTokens: 100 },
        { ttl: "5m", inputTokens: 200 },
      ],
      outputTokens: 90,
      totalTokens: 1440,
    });
    expect(reading).toMatchObject({
      usage: { inputUncached: 50, cacheRead: 1000, cacheWrite1h: 100, cacheWrite5m: 200, output: 90 },
      inputTotal: 1350,
      quality: "exact",
      rule: "bedrock.converse:exclusive",
    });
  });

  it.each([
    [373, { output: 48, outputReasoning: 200 }, "xai:reasoning-extra"],
    [undefined, { output: 48, outputReasoning: 200 }, "xai:reasoning-extra"],
  ])("reads xAI reasoning beside the completion (total %s)", (total, output, rule) => {
    const reading = xaiUsage({
      prompt_tokens: 125,
      prompt_tokens_details: { cached_tokens: 98 },
      completion_tokens: 48,
      completion_tokens_details: { reasoning_tokens: 200 },
      total_tokens: total,
    });
    expect(reading).toMatchObject({
      usage: { inputUncached: 27, cacheRead: 98, ...output },
      quality: "exact",
      rule,
    });
  });

  it("reads xAI reasoning inside the completion when the total says so", () => {
    const reading = xaiUsage({
      prompt_tokens: 125,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens: 48,
      completion_tokens_details: { reasoning_tokens: 20 },
      total_tokens: 173,
    });
    expect(reading).toMatchObject({ usage: { output: 28, outputReasoning: 20 }, quality: "exact" });
  });

  it("takes DeepSeek hits and misses as they are", () => {
    const reading = deepseekUsage({
      prompt_tokens: 500,
      prompt_cache_hit_tokens: 384,
      prompt_cache_miss_tokens: 116,
      completion_tokens: 90,
      completion_tokens_details: { reasoning_tokens: 40 },
      total_tokens: 590,
    });
    expect(reading).toMatchObject({
      usage: { inputUncached: 116, cacheRead: 384, output: 50, outputReasoning: 40 },
      quality: "exact",
    });
  });

  it("leaves what Groq does not tell unknown", () => {
    const reading = groqUsage({ x_groq: { usage: { prompt_tokens: 20, completion_tokens: 10 } } });
    expect(reading.usage).toEqual({ inputUncached: 20, output: 10 });
    expect(reading.quality).toBe("partial");
  });
});

describe("guards", () => {
  it("flags a total that does not fit", () => {
    const reading = openaiChatUsage({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 99 });
    expect(reading.quality).toBe("conflict");
  });

  it("reduces audio, then image, where cached tokens overlap them", () => {
    const reading = openaiChatUsage({
      prompt_tokens: 100,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 50, image_tokens: 20 },
      completion_tokens: 1,
      total_tokens: 101,
    });
    expect(reading.usage).toMatchObject({ inputUncached: 0, inputAudio: 20, inputImage: 20, cacheRead: 60 });
    expect(reading.quality).toBe("exact");
  });

  it("flags more cached than prompt tokens", () => {
    const reading = openaiChatUsage({
      prompt_tokens: 10,
      prompt_tokens_details: { cached_tokens: 60 },
      completion_tokens: 1,
    });
    expect(reading.quality).toBe("conflict");
  });

  it("flags a Bedrock total without the caches", () => {
    const reading = bedrockConverseUsage({
      inputTokens: 5,
      outputTokens: 5,
      cacheReadInputTokens: 100,
      totalTokens: 10,
    });
    expect(reading).toMatchObject({ quality: "conflict", rule: "bedrock.converse:ambiguous-total" });
  });

  it("takes unsplit Anthropic writes as 5-minute writes and says so", () => {
    const reading = anthropicUsage({
      input_tokens: 1,
      cache_creation_input_tokens: 7,
      cache_read_input_tokens: 0,
      output_tokens: 1,
    });
    expect(reading.usage.cacheWrite5m).toBe(7);
    expect(reading).toMatchObject({ quality: "partial", rule: "anthropic:write-5m-assumed" });
  });

  it("adds Anthropic compaction and not the breakdown", () => {
    const reading = anthropicUsage({
      input_tokens: 10,
      output_tokens: 5,
      iterations: [
        { type: "compaction", input_tokens: 100, output_tokens: 20 },
        { type: "message", input_tokens: 10, output_tokens: 5 },
      ],
    });
    expect(reading.usage).toMatchObject({ inputUncached: 110, output: 25 });
  });

  const readers: [string, (raw: unknown) => UsageReading][] = Object.entries({
    anthropicUsage,
    bedrockConverseUsage,
    bedrockInvokeUsage,
    cohereUsage,
    deepseekUsage,
    geminiUsage,
    groqUsage,
    mistralUsage,
    ollamaUsage,
    openaiChatUsage,
    openaiEmbeddingsUsage,
    openaiImagesUsage,
    openaiResponsesUsage,
    openaiTranscriptionUsage,
    openrouterUsage,
    perplexityUsage,
    xaiUsage,
  });

  it.each(readers)("%s reads garbage as unknown", (_name, read) => {
    for (const raw of [
      null,
      undefined,
      "x",
      3,
      [],
      {},
      { prompt_tokens: "5" },
      { input_tokens: -1 },
      { inputTokens: NaN },
    ]) {
      expect(read(raw)).toMatchObject({ usage: {}, quality: "unknown", inputTotal: null, outputTotal: null });
    }
  });

  const field = fc.oneof(fc.integer({ min: -5, max: 500 }), fc.string(), fc.constant(null), fc.double());
  const names = [
    "prompt_tokens",
    "input_tokens",
    "completion_tokens",
    "output_tokens",
    "total_tokens",
    "reasoning_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "promptTokenCount",
    "candidatesTokenCount",
    "cachedContentTokenCount",
    "inputTokens",
    "outputTokens",
    "prompt_cache_hit_tokens",
    "prompt_cache_miss_tokens",
  ];
  const details = fc.record(
    {
      cached_tokens: field,
      audio_tokens: field,
      image_tokens: field,
      reasoning_tokens: field,
      cache_write_tokens: field,
    },
    { requiredKeys: [] },
  );
  const usages = fc
    .tuple(fc.dictionary(fc.constantFrom(...names), field), details, details)
    .map(([flat, input, output]) => ({
      ...flat,
      prompt_tokens_details: input,
      completion_tokens_details: output,
    }));

  it.each(readers)("%s never throws and never returns a negative or fractional count", (_name, read) => {
    fc.assert(
      fc.property(usages, (raw) => {
        for (const value of Object.values(read(raw).usage)) {
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
        }
      }),
    );
  });
});

describe("other families", () => {
  it("reads embeddings as input only", () => {
    expect(openaiEmbeddingsUsage({ prompt_tokens: 7, total_tokens: 7 })).toMatchObject({
      usage: { inputUncached: 7, output: 0, cacheRead: 0 },
      inputTotal: 7,
      outputTotal: 0,
      quality: "exact",
    });
  });

  it("reads image generation by modality", () => {
    const reading = openaiImagesUsage({
      input_tokens: 373,
      output_tokens: 1056,
      total_tokens: 1429,
      input_tokens_details: { text_tokens: 50, image_tokens: 323 },
    });
    expect(reading).toMatchObject({
      usage: { inputUncached: 50, inputImage: 323, outputImage: 1056, output: 0 },
      quality: "exact",
    });
  });

  it("reads a transcription by duration or by tokens", () => {
    expect(openaiTranscriptionUsage({ type: "duration", seconds: 95 }).usage).toEqual({ audioSeconds: 95 });
    expect(
      openaiTranscriptionUsage({
        type: "tokens",
        input_tokens: 14,
        input_token_details: { text_tokens: 4, audio_tokens: 10 },
        output_tokens: 45,
        total_tokens: 59,
      }),
    ).toMatchObject({ usage: { inputUncached: 4, inputAudio: 10, output: 45 }, quality: "exact" });
  });

  it("counts billed tool calls of a Responses reply", () => {
    expect(
      openaiToolUsage({
        output: [
          { type: "web_search_call", action: { type: "search" } },
          { type: "web_search_call", action: { type: "open_page" } },
          { type: "file_search_call" },
          { type: "file_search_call" },
          { type: "code_interpreter_call", container_id: "a" },
          { type: "code_interpreter_call", container_id: "a" },
        ],
      }),
    ).toEqual({ webSearchRequests: 1, fileSearchCalls: 2, containerSessions: 1 });
    expect(openaiToolUsage({ tool_usage: { web_search: { num_requests: 4 } } })).toEqual({
      webSearchRequests: 4,
    });
  });

  it("counts Gemini grounding queries", () => {
    expect(
      geminiGroundingUsage({ candidates: [{ groundingMetadata: { webSearchQueries: ["a", "b"] } }] }),
    ).toEqual({ webSearchRequests: 2 });
    expect(geminiGroundingUsage({ candidates: [{}] })).toEqual({});
  });

  it("splits Gemini modalities", () => {
    const reading = geminiUsage({
      promptTokenCount: 3600,
      candidatesTokenCount: 200,
      totalTokenCount: 3800,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 400 },
        { modality: "AUDIO", tokenCount: 3200 },
      ],
    });
    expect(reading).toMatchObject({ usage: { inputUncached: 400, inputAudio: 3200 }, quality: "exact" });
  });

  it("bills what Cohere bills", () => {
    expect(cohereUsage({ billed_units: { search_units: 3 } })).toMatchObject({
      usage: { searchUnits: 3 },
      quality: "exact",
    });
    expect(
      cohereUsage({ billed_units: { input_tokens: 10, output_tokens: 4 }, tokens: { input_tokens: 500 } })
        .usage,
    ).toEqual({ inputUncached: 10, output: 4 });
  });

  it("reads Bedrock bodies by vendor", () => {
    expect(bedrockInvokeUsage({ usage: { input_tokens: 3, output_tokens: 4 } }).rule).toBe(
      "bedrock.invoke:anthropic",
    );
    expect(bedrockInvokeUsage({ prompt_token_count: 3, generation_token_count: 4 }).usage).toMatchObject({
      inputUncached: 3,
      output: 4,
    });
    expect(
      bedrockInvokeUsage({ "amazon-bedrock-invocationMetrics": { inputTokenCount: 3, outputTokenCount: 4 } })
        .usage,
    ).toMatchObject({ inputUncached: 3, output: 4 });
  });

  it("reads Perplexity's extra classes", () => {
    expect(
      perplexityUsage({
        prompt_tokens: 500,
        completion_tokens: 3000,
        citation_tokens: 20000,
        num_search_queries: 18,
        reasoning_tokens: 90000,
      }),
    ).toMatchObject({
      usage: { output: 3000, outputReasoning: 90000, citationTokens: 20000, searchQueries: 18 },
      outputTotal: 93000,
    });
  });

  it("states OpenRouter's cost as plain decimal text", () => {
    expect(openrouterCost({ cost: 1.5e-7 })).toBe("0.00000015");
    expect(openrouterCost({ cost: "0.00625" })).toBe("0.00625");
    expect(openrouterCost({})).toBeNull();
    expect([decimalText(12e21), decimalText("007.50"), decimalText(-1), decimalText("1e9999")]).toEqual([
      "12000000000000000000000",
      "7.5",
      null,
      null,
    ]);
  });
});
