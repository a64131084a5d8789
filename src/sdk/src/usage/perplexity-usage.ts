import { checkedReading, count, known, record, unreadableUsage } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of a Perplexity `usage`: citation and reasoning tokens are billed beside the completion, searches by their number.
 * Source: docs.perplexity.ai pricing, 2026-11. Never throws.
 */
export function perplexityUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage("perplexity");
  const input = count(usage["prompt_tokens"]);
  const output = count(usage["completion_tokens"]);
  if (input === null && output === null) return unreadableUsage("perplexity");
  const classes = known({
    inputUncached: input,
    cacheRead: 0,
    output,
    outputReasoning: count(usage["reasoning_tokens"]),
    citationTokens: count(usage["citation_tokens"]),
    searchQueries: count(usage["num_search_queries"]),
  });
  return checkedReading(classes, {
    total: null,
    complete: input !== null && output !== null,
    rule: "perplexity:extra-reasoning",
  });
}
