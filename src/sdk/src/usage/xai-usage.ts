import { readOpenaiShape } from "./openai-usage.js";
import { count, record } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of an xAI Chat `usage`. Reasoning comes beside the completion (docs.x.ai, 2026-11) unless the total says that it
 * is inside. Cached tokens beyond the prompt mean that the prompt is uncached.
 * `num_sources_used` counts live search sources. Never throws.
 */
export function xaiUsage(raw: unknown): UsageReading {
  const reading = readOpenaiShape(raw, {
    family: "xai",
    reasoningIsExtra: ({ prompt, output, reasoning, total }) =>
      reasoning > output || total !== prompt + output,
  });
  const usage = record(raw);
  if (usage === null) return reading;
  const prompt = count(usage["prompt_tokens"]);
  const cached = reading.usage.cacheRead;
  const sources = count(usage["num_sources_used"]);
  if (sources !== null) reading.usage.searchUnits = sources;
  if (prompt !== null && cached !== undefined && cached > prompt) {
    return {
      ...reading,
      usage: { ...reading.usage, inputUncached: prompt },
      inputTotal: prompt + cached,
      quality: "partial",
      rule: "xai:cached-extra",
    };
  }
  return reading;
}
