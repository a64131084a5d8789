import { anthropicUsage } from "./anthropic-usage.js";
import { openaiChatUsage } from "./openai-usage.js";
import { checkedReading, count, firstCount, known, record, unreadableUsage } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

interface Writes {
  fiveMinutes: number | null;
  oneHour: number | null;
  assumed: boolean;
}

function readWrites(written: number | null, details: unknown): Writes {
  if (!Array.isArray(details) || details.length === 0) {
    return { fiveMinutes: written, oneHour: null, assumed: (written ?? 0) > 0 };
  }
  let fiveMinutes = 0;
  let oneHour = 0;
  for (const entry of details as readonly unknown[]) {
    const detail = record(entry);
    const tokens = firstCount(detail, "inputTokens") ?? 0;
    if (detail?.["ttl"] === "1h") oneHour += tokens;
    else fiveMinutes += tokens;
  }
  return { fiveMinutes, oneHour, assumed: false };
}

/**
 * Classes of a Bedrock Converse `usage`: input excludes cache reads and writes. A total that leaves the caches out is ambiguous; the
 * exclusive reading is kept and flagged as a conflict. Source: AWS Converse API reference, TokenUsage, 2026-11. Never throws.
 */
export function bedrockConverseUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  const input = firstCount(usage, "inputTokens", "inputTokenCount");
  const output = firstCount(usage, "outputTokens", "outputTokenCount");
  if (usage === null || (input === null && output === null)) return unreadableUsage("bedrock.converse");
  const read = firstCount(usage, "cacheReadInputTokens", "cacheReadInputTokenCount");
  const written = firstCount(usage, "cacheWriteInputTokens", "cacheWriteInputTokenCount");
  const writes = readWrites(written, usage["cacheDetails"]);
  const total = count(usage["totalTokens"]);
  const cached = (read ?? 0) + (written ?? 0);
  const ambiguous = total !== null && cached > 0 && total === (input ?? 0) + (output ?? 0);
  const classes = known({
    inputUncached: input,
    cacheRead: read,
    cacheWrite5m: writes.fiveMinutes,
    cacheWrite1h: writes.oneHour,
    output,
  });
  return checkedReading(classes, {
    total,
    complete: input !== null && output !== null && !writes.assumed,
    conflict: (writes.fiveMinutes ?? 0) + (writes.oneHour ?? 0) !== (written ?? 0),
    rule: ambiguous ? "bedrock.converse:ambiguous-total" : "bedrock.converse:exclusive",
  });
}

/**
 * Classes of a Bedrock InvokeModel reply or its `amazon-bedrock-invocationMetrics`: Anthropic and OpenAI bodies by their own rules, Nova
 * and metrics by the Converse rule, Llama, Mistral, Titan and Cohere by their token counts. Body and metrics are the same tokens:
 * the body wins. Never throws.
 */
export function bedrockInvokeUsage(raw: unknown): UsageReading {
  const body = record(raw);
  if (body === null) return unreadableUsage("bedrock.invoke");
  const usage = record(body["usage"]) ?? body;
  if (count(usage["input_tokens"]) !== null)
    return { ...anthropicUsage(usage), rule: "bedrock.invoke:anthropic" };
  if (count(usage["prompt_tokens"]) !== null)
    return { ...openaiChatUsage(usage), rule: "bedrock.invoke:openai" };
  if (count(usage["inputTokens"]) !== null)
    return { ...bedrockConverseUsage(usage), rule: "bedrock.invoke:nova" };
  const metrics = record(body["amazon-bedrock-invocationMetrics"]) ?? body;
  if (count(metrics["inputTokenCount"]) !== null) {
    return { ...bedrockConverseUsage(metrics), rule: "bedrock.invoke:metrics" };
  }
  const input = firstCount(body, "prompt_token_count", "inputTextTokenCount");
  const output = firstCount(body, "generation_token_count") ?? titanOutput(body["results"]);
  if (input === null && output === null) return unreadableUsage("bedrock.invoke");
  return checkedReading(known({ inputUncached: input, cacheRead: 0, output }), {
    total: null,
    complete: input !== null,
    rule: "bedrock.invoke:counts",
  });
}

function titanOutput(results: unknown): number | null {
  if (!Array.isArray(results)) return null;
  let sum: number | null = null;
  for (const result of results as readonly unknown[]) {
    const tokens = firstCount(record(result), "tokenCount");
    if (tokens !== null) sum = (sum ?? 0) + tokens;
  }
  return sum;
}
