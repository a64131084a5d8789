import { asCount, at, type Document } from "../attributes.js";
import { type CountField, hasTokens, noReportedUsage, type ReportedUsage } from "../reading.js";

type Path = readonly string[];

/**
 * Where each family of providers keeps its numbers in the `usage` object of an answer. Input of Anthropic and Bedrock excludes cache
 * tokens, so theirs is `uncached`; the other families' input contains them. Sources: the vendors' API types, read 2026-11-22.
 */
const OPENAI_CHAT: Readonly<Partial<Record<CountField, readonly Path[]>>> = {
  input: [["prompt_tokens"]],
  output: [["completion_tokens"]],
  total: [["total_tokens"]],
  cacheRead: [
    ["prompt_cache_hit_tokens"],
    ["prompt_tokens_details", "cached_tokens"],
    ["cache_read_input_tokens"],
  ],
  cacheWrite: [["prompt_tokens_details", "cache_write_tokens"], ["cache_creation_input_tokens"]],
  inputAudio: [["prompt_tokens_details", "audio_tokens"]],
  inputImage: [["prompt_tokens_details", "image_tokens"]],
  reasoning: [["completion_tokens_details", "reasoning_tokens"]],
  outputAudio: [["completion_tokens_details", "audio_tokens"]],
};

/** OpenAI's Responses, and LangChain's `usage_metadata`, which has one shape for every vendor. */
const TOTALLED: typeof OPENAI_CHAT = {
  input: [["input_tokens"]],
  output: [["output_tokens"]],
  total: [["total_tokens"]],
  cacheRead: [
    ["input_tokens_details", "cached_tokens"],
    ["input_token_details", "cache_read"],
  ],
  cacheWrite: [
    ["input_tokens_details", "cache_write_tokens"],
    ["input_token_details", "cache_creation"],
  ],
  inputAudio: [
    ["input_tokens_details", "audio_tokens"],
    ["input_token_details", "audio"],
  ],
  inputImage: [["input_tokens_details", "image_tokens"]],
  reasoning: [
    ["output_tokens_details", "reasoning_tokens"],
    ["output_token_details", "reasoning"],
  ],
  outputAudio: [["output_token_details", "audio"]],
};

const ANTHROPIC: typeof OPENAI_CHAT = {
  uncached: [["input_tokens"]],
  output: [["output_tokens"]],
  cacheRead: [["cache_read_input_tokens"]],
  cacheWrite: [["cache_creation_input_tokens"]],
  cacheWrite5m: [["cache_creation", "ephemeral_5m_input_tokens"]],
  cacheWrite1h: [["cache_creation", "ephemeral_1h_input_tokens"]],
  reasoning: [["output_tokens_details", "thinking_tokens"]],
};

const GEMINI: typeof OPENAI_CHAT = {
  input: [["prompt_token_count"], ["promptTokenCount"]],
  output: [["candidates_token_count"], ["candidatesTokenCount"]],
  total: [["total_token_count"], ["totalTokenCount"]],
  cacheRead: [["cached_content_token_count"], ["cachedContentTokenCount"]],
  reasoning: [["thoughts_token_count"], ["thoughtsTokenCount"]],
  inputTool: [["tool_use_prompt_token_count"], ["toolUsePromptTokenCount"]],
};

const BEDROCK: typeof OPENAI_CHAT = {
  uncached: [["inputTokens"]],
  output: [["outputTokens"]],
  cacheRead: [["cacheReadInputTokens"]],
  cacheWrite: [["cacheWriteInputTokens"]],
};

function shapeOf(usage: Document): typeof OPENAI_CHAT | null {
  const has = (name: string) => asCount(at(usage, name)) !== null;
  if (has("prompt_tokens")) return OPENAI_CHAT;
  if (has("input_tokens")) {
    const names = ["cache_read_input_tokens", "cache_creation_input_tokens"];
    return names.some(has) && !has("total_tokens") ? ANTHROPIC : TOTALLED;
  }
  if (has("prompt_token_count") || has("promptTokenCount")) return GEMINI;
  return has("inputTokens") ? BEDROCK : null;
}

function firstAt(usage: Document, paths: readonly Path[]): number | null {
  for (const path of paths) {
    const count = asCount(at(usage, ...path));
    if (count !== null) return count;
  }
  return null;
}

/** The numbers of a provider's own `usage` object, whichever provider it is; null when it is none. Never throws. */
export function readRawUsage(document: Document | null): ReportedUsage | null {
  if (document === null) return null;
  const shape = shapeOf(document);
  if (shape === null) return null;
  const usage = noReportedUsage();
  for (const [field, paths] of Object.entries(shape)) usage[field as CountField] = firstAt(document, paths);
  const searches = asCount(at(document, "server_tool_use", "web_search_requests"));
  if (searches !== null && searches > 0) usage.units.webSearchRequests = searches;
  return hasTokens(usage) ? usage : null;
}
