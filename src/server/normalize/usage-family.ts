export type InputSemantics = "inclusive" | "exclusive";
export type ReasoningSemantics = "inside" | "outside";

/** A class that a span may leave out. */
export type OptionalClass = "cacheRead" | "cacheWrite" | "reasoning";

/** Usage vocabulary families: which vendor's counting a model follows, whoever serves it. */
export type UsageFamily = "openai" | "anthropic" | "gemini" | "bedrock" | "other";

const FAMILY_OF_PROVIDER: Readonly<Record<string, UsageFamily>> = {
  openai: "openai",
  "azure.ai.openai": "openai",
  groq: "openai",
  deepseek: "openai",
  mistral_ai: "openai",
  x_ai: "openai",
  anthropic: "anthropic",
  "gcp.gemini": "gemini",
  "gcp.vertex_ai": "gemini",
  "aws.bedrock": "bedrock",
  // Gateways answer in OpenAI's shape whatever the model.
  openrouter: "other",
};

/** The family a call counts in: by vendor, and by model name where the vendor is unknown or serves several families. Never throws. */
export function usageFamily(provider: string, model: string | null): UsageFamily {
  const name = (model ?? "").toLowerCase();
  const claude = name.includes("claude");
  if (provider === "gcp.vertex_ai" && claude) return "anthropic";
  const family = FAMILY_OF_PROVIDER[provider];
  if (family !== undefined) return family;
  if (claude) return "anthropic";
  if (/^(models\/)?gemini/.test(name)) return "gemini";
  if (/^(gpt-|chatgpt-|o\d|text-embedding-|ft:gpt)/.test(name)) return "openai";
  return "other";
}
