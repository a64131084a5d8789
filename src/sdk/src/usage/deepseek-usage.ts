import { readOpenaiShape } from "./openai-usage.js";
import { count, record } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of a DeepSeek `usage`: the prompt is the sum of cache hits and misses; hits win over the details.
 * Source: api-docs.deepseek.com, create chat completion, 2026-11. Never throws.
 */
export function deepseekUsage(raw: unknown): UsageReading {
  const reading = readOpenaiShape(raw, {
    family: "deepseek",
    cached: (usage) => count(usage["prompt_cache_hit_tokens"]),
  });
  const usage = record(raw);
  const miss = count(usage?.["prompt_cache_miss_tokens"]);
  if (usage === null || miss === null || reading.quality === "unknown") return reading;
  const agrees = miss === reading.usage.inputUncached;
  return {
    ...reading,
    usage: { ...reading.usage, inputUncached: miss },
    inputTotal: miss + (reading.usage.cacheRead ?? 0),
    quality: agrees ? reading.quality : "conflict",
  };
}
