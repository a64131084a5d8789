import { deepseekUsage } from "../usage/deepseek-usage.js";
import { groqUsage } from "../usage/groq-usage.js";
import { mistralUsage } from "../usage/mistral-usage.js";
import { openaiChatUsage } from "../usage/openai-usage.js";
import { openrouterUsage } from "../usage/openrouter-usage.js";
import { perplexityUsage } from "../usage/perplexity-usage.js";
import type { UsageReading } from "../usage/usage-reading.js";
import { xaiUsage } from "../usage/xai-usage.js";

/** Vendors whose OpenAI-shaped usage means something else than OpenAI's. */
const READERS: Readonly<Record<string, (raw: unknown) => UsageReading>> = {
  deepseek: deepseekUsage,
  groq: groqUsage,
  mistral_ai: mistralUsage,
  openrouter: openrouterUsage,
  perplexity: perplexityUsage,
  x_ai: xaiUsage,
};

/** Disjoint classes of an OpenAI-shaped `usage` object as `provider` means it. */
export function chatUsage(raw: unknown, provider: string): UsageReading {
  return (READERS[provider] ?? openaiChatUsage)(raw);
}
