import { readOpenaiShape } from "./openai-usage.js";
import { count, firstCount, record, seconds } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of a Mistral `usage`: OpenAI's shape with `num_cached_tokens`, audio seconds of the prompt, and for OCR `pages_processed`.
 * Source: @mistralai/mistralai 2.7 types, read 2026-11-22. Never throws.
 */
export function mistralUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  const pages = firstCount(usage, "pages_processed");
  if (pages !== null) {
    return { usage: { pages }, inputTotal: null, outputTotal: null, quality: "exact", rule: "mistral:pages" };
  }
  const reading = readOpenaiShape(raw, {
    family: "mistral",
    cached: (fields) => count(fields["num_cached_tokens"]),
  });
  const audio = seconds(usage?.["prompt_audio_seconds"]);
  if (audio === null) return reading;
  // The total of an audio prompt counts its audio tokens, which are billed as seconds and told nowhere else.
  const quality = reading.quality === "conflict" ? "partial" : reading.quality;
  return { ...reading, usage: { ...reading.usage, audioSeconds: audio }, quality };
}
