import { checkedReading, count, firstCount, known, record, unreadableUsage } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of a Cohere `usage` (v2) or `meta` (v1, embed, rerank): the billed units are what is charged; `tokens` only tells the size.
 * Cached tokens are taken as part of the billed input. Source: cohere-ai 8.1 types, read 2026-11-22. Never throws.
 */
export function cohereUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage("cohere");
  const billed = record(usage["billed_units"] ?? usage["billedUnits"]);
  const units = firstCount(billed, "search_units", "searchUnits");
  if (billed === null) return fromTokens(usage);
  const input = firstCount(billed, "input_tokens", "inputTokens");
  const output = firstCount(billed, "output_tokens", "outputTokens");
  const images = firstCount(billed, "images");
  if (input === null && output === null && units === null && images === null)
    return unreadableUsage("cohere");
  const cached = firstCount(usage, "cached_tokens", "cachedTokens");
  const classes = known({
    inputUncached: input === null ? null : Math.max(0, input - (cached ?? 0)),
    cacheRead: cached,
    output,
    searchUnits: units,
    images,
  });
  const reading = checkedReading(classes, {
    total: null,
    complete: input !== null,
    conflict: input !== null && (cached ?? 0) > input,
    rule: "cohere:billed-units",
  });
  return input === null && output === null ? { ...reading, quality: "exact" } : reading;
}

function fromTokens(usage: Readonly<Record<string, unknown>>): UsageReading {
  const tokens = record(usage["tokens"]);
  const input = firstCount(tokens, "input_tokens", "inputTokens");
  const output = firstCount(tokens, "output_tokens", "outputTokens");
  if (input === null && output === null) return unreadableUsage("cohere");
  const classes = known({ inputUncached: input, output, cacheRead: count(usage["cached_tokens"]) });
  return checkedReading(classes, { total: null, complete: false, rule: "cohere:tokens" });
}
