import { anthropicUsage } from "../../src/sdk/src/usage/anthropic-usage.js";
import { bedrockConverseUsage, bedrockInvokeUsage } from "../../src/sdk/src/usage/bedrock-usage.js";
import { cohereUsage } from "../../src/sdk/src/usage/cohere-usage.js";
import { deepseekUsage } from "../../src/sdk/src/usage/deepseek-usage.js";
import { geminiGroundingUsage, geminiUsage } from "../../src/sdk/src/usage/gemini-usage.js";
import { groqUsage } from "../../src/sdk/src/usage/groq-usage.js";
import { mistralUsage } from "../../src/sdk/src/usage/mistral-usage.js";
import { ollamaUsage } from "../../src/sdk/src/usage/ollama-usage.js";
import {
  openaiChatUsage,
  openaiEmbeddingsUsage,
  openaiImagesUsage,
  openaiResponsesUsage,
  openaiToolUsage,
  openaiTranscriptionUsage,
} from "../../src/sdk/src/usage/openai-usage.js";
import { openrouterUsage } from "../../src/sdk/src/usage/openrouter-usage.js";
import { perplexityUsage } from "../../src/sdk/src/usage/perplexity-usage.js";
import type { UsageReading } from "../../src/sdk/src/usage/usage-reading.js";
import { xaiUsage } from "../../src/sdk/src/usage/xai-usage.js";
import type { Operation } from "../../src/server/domain/call.js";

type Reader = (raw: unknown) => UsageReading;

const BY_PROVIDER: Readonly<Record<string, Reader>> = {
  x_ai: xaiUsage,
  deepseek: deepseekUsage,
  mistral_ai: mistralUsage,
  groq: groqUsage,
  openrouter: openrouterUsage,
  perplexity: perplexityUsage,
  cohere: cohereUsage,
};

const BY_API: readonly [RegExp, Reader, Operation][] = [
  [/anthropic|rawPredict/i, anthropicUsage, "chat"],
  [/converse/i, bedrockConverseUsage, "chat"],
  [/bedrock/i, bedrockInvokeUsage, "chat"],
  [/generateContent|gemini|vertex/i, geminiUsage, "generate_content"],
  [/ollama/i, ollamaUsage, "chat"],
  [/rerank/i, cohereUsage, "rerank"],
  [/cohere.*embed/i, cohereUsage, "embeddings"],
  [/cohere/i, cohereUsage, "chat"],
  [/ocr/i, mistralUsage, "other"],
  [/embed/i, openaiEmbeddingsUsage, "embeddings"],
  [/image/i, openaiImagesUsage, "image"],
  [/transcription|translation/i, openaiTranscriptionUsage, "audio"],
  [/speech|audio/i, openaiTranscriptionUsage, "audio"],
  [/responses/i, openaiResponsesUsage, "chat"],
];

/** The wrapper's reader for a case's API, and the operation that the API stands for. */
export function readerFor(provider: string, api: string): { read: Reader; operation: Operation } {
  const found = BY_API.find(([pattern]) => pattern.test(api));
  const operation = /embed/i.test(api) ? "embeddings" : (found?.[2] ?? "chat");
  const compatible = /openai_compatible|openai\.chat|^chat/i.test(api) ? BY_PROVIDER[provider] : undefined;
  return { read: compatible ?? found?.[1] ?? openaiChatUsage, operation };
}

const UNIT_FIELDS: readonly [string, string, RegExp][] = [
  ["characters", "characters", /./],
  ["input_characters", "characters", /./],
  ["input_chars", "characters", /./],
  ["chars", "characters", /./],
  ["num_characters", "characters", /./],
  ["character_count", "characters", /./],
  ["pages", "pages", /./],
  ["pages_processed", "pages", /./],
  ["images", "images", /image/i],
  ["n", "images", /image/i],
  ["n", "images", /imagen/i],
  ["number_of_images", "images", /image/i],
  ["sampleCount", "images", /image/i],
  ["page_count", "pages", /ocr|document/i],
  ["seconds", "videoSeconds", /video/i],
  ["duration", "videoSeconds", /video/i],
  ["duration_seconds", "videoSeconds", /video/i],
  ["video_seconds", "videoSeconds", /./],
  ["duration", "audioSeconds", /audio|transcri/i],
  ["duration_seconds", "audioSeconds", /audio|transcri/i],
];

/** A whole number, written as one or as text. */
function whole(value: unknown): number | null {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number.parseInt(value, 10) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : null;
}

/** Billed units that a reply shows outside its usage object, and quantities that only the request tells (images, characters). */
export function unitsBeside(
  request: Readonly<Record<string, unknown>>,
  response: Readonly<Record<string, unknown>>,
  api: string,
): Record<string, number> {
  const units: Record<string, number> = { ...openaiToolUsage(response), ...geminiGroundingUsage(response) };
  for (const [field, name, apis] of UNIT_FIELDS) {
    for (const from of [response, request]) {
      const value = whole(from[field]);
      if (value !== null && apis.test(api)) units[name] ??= value;
    }
  }
  if (/image/i.test(api) && Array.isArray(response["data"])) units["images"] = response["data"].length;
  const queries = whole(request["web_search_queries"]) ?? whole(response["web_search_queries"]);
  if (queries !== null) units["webSearchRequests"] = queries;
  return units;
}
