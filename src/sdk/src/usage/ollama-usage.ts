import { checkedReading, firstCount, known, record, unreadableUsage } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of an Ollama reply (`prompt_eval_count`, `eval_count`). A missing prompt count is unknown: older servers left it out when the
 * prompt was cached. No cache split exists. Source: ollama API docs, 2026-11. Never throws.
 */
export function ollamaUsage(raw: unknown): UsageReading {
  const reply = record(raw);
  const input = firstCount(reply, "prompt_eval_count");
  const output = firstCount(reply, "eval_count");
  if (input === null && output === null) return unreadableUsage("ollama");
  return checkedReading(known({ inputUncached: input, output }), {
    total: null,
    complete: input !== null && output !== null,
    rule: "ollama:counts",
  });
}
