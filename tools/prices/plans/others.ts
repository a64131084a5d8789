import { batchHalf, like, litellmOf, lower, undated } from "../provider-plan.js";
import type { ProviderPlan } from "../provider-plan.js";

/** Vendors of their own models, and hosts of open ones. */
export const OTHER_PLANS: readonly ProviderPlan[] = [
  {
    provider: "mistral_ai",
    genai: { id: "mistral" },
    litellm: litellmOf(
      ["mistral", "codestral", "text-completion-codestral"],
      /^(mistral|codestral|text-completion-codestral)\//,
    ),
    modelsDev: ["mistral"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.mistral.ai", "codestral.mistral.ai"], { tier_field: "service_tier" }),
    modifiers: [batchHalf("provider-rule")],
  },
  {
    provider: "cohere",
    genai: { id: "cohere" },
    litellm: litellmOf(["cohere", "cohere_chat"], /^(cohere|cohere_chat)\//),
    modelsDev: ["cohere"],
    canonical: (id) => lower(id).replace(/^(command-[a-z0-9-]+?)-\d{2}-\d{4}$/, "$1"),
    cacheWrite: "cache_write",
    ruleSet: like(["api.cohere.com", "api.cohere.ai"], {
      usage_semantics: "billed units are charged",
      model_source: "response",
    }),
  },
  {
    provider: "groq",
    genai: { id: "groq" },
    litellm: litellmOf(["groq"], /^groq\//),
    modelsDev: ["groq"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.groq.com"], {
      tier_field: "service_tier",
      tiers: { flex: "standard", performance: "commitment" },
    }),
    modifiers: [batchHalf("provider-rule")],
  },
  {
    provider: "together",
    genai: { id: "together" },
    litellm: (key, entry) =>
      entry.litellm_provider === "together_ai" && key.startsWith("together_ai/")
        ? { id: key.slice(12), geo: null }
        : null,
    modelsDev: ["togetherai"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.together.xyz", "api.together.ai"]),
  },
  {
    provider: "fireworks",
    genai: { id: "fireworks" },
    litellm: litellmOf(["fireworks_ai", "fireworks_ai-embedding-models"], /^fireworks_ai\//),
    modelsDev: ["fireworks-ai"],
    canonical: (id) => lower(id).replace(/^accounts\/fireworks\/(?:models|routers)\//, ""),
    cacheWrite: "cache_write",
    ruleSet: like(["api.fireworks.ai"]),
    modifiers: [batchHalf("provider-rule")],
  },
  {
    provider: "deepseek",
    genai: { id: "deepseek", keep: (id) => id.startsWith("deepseek-v4") },
    litellm: litellmOf(["deepseek"], /^deepseek\//),
    modelsDev: ["deepseek"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.deepseek.com"], {
      usage_semantics: "prompt is cache hits plus misses, completion includes reasoning",
    }),
  },
  {
    provider: "x_ai",
    genai: { id: "x-ai", keep: (id) => !/^x-ai\/|^grok-latest$/.test(id) },
    litellm: litellmOf(["xai"], /^xai\//),
    modelsDev: ["xai"],
    canonical: (id) =>
      undated(lower(id))
        .replace(/-latest$/, "")
        .replace(/^(grok-\d)-\d{4}$/, "$1"),
    cacheWrite: "cache_write",
    inclusive: true,
    ruleSet: like(["api.x.ai", "*.api.x.ai"], { usage_semantics: "completion excludes reasoning" }),
    inherits: (model) => /^grok-4\.[356]$/.test(model),
  },
  {
    provider: "perplexity",
    genai: { id: "perplexity" },
    litellm: (key, entry) =>
      entry.litellm_provider === "perplexity" &&
      !/^perplexity\/[^/]+\//.test(key) &&
      key !== "perplexity/search"
        ? { id: key.replace(/^perplexity\//, ""), geo: null }
        : null,
    modelsDev: ["perplexity"],
    canonical: lower,
    cacheWrite: "cache_write",
    searchClass: "search_query",
    ruleSet: like(["api.perplexity.ai"], {
      usage_semantics: "reasoning and citation tokens come beside the completion",
      default_variant: { search_context: "low" },
    }),
  },
  {
    provider: "openrouter",
    genai: { id: "openrouter" },
    litellm: litellmOf(["openrouter"], /^openrouter\//),
    modelsDev: ["openrouter"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["openrouter.ai", "*.openrouter.ai"], { reported_cost_wins: true }),
  },
  {
    provider: "cloudflare",
    genai: { id: "cloudflare" },
    litellm: litellmOf(["cloudflare"], /^cloudflare\//),
    modelsDev: ["cloudflare-workers-ai"],
    canonical: (id) => lower(id).replace(/^@(?:cf|hf)\/[^/]+\//, ""),
    cacheWrite: "cache_write",
    ruleSet: like(["api.cloudflare.com"], { model_source: "request" }),
  },
  {
    provider: "cerebras",
    genai: { id: "cerebras" },
    litellm: litellmOf(["cerebras"], /^cerebras\//),
    modelsDev: ["cerebras"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.cerebras.ai"]),
  },
  {
    provider: "voyage",
    genai: { id: "voyageai" },
    litellm: litellmOf(["voyage"], /^voyage\//),
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.voyageai.com"]),
  },
  {
    provider: "moonshot_ai",
    genai: { id: "moonshotai" },
    litellm: litellmOf(["moonshot"], /^moonshot\//),
    modelsDev: ["moonshotai"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.moonshot.ai", "api.moonshot.cn"]),
  },
  {
    provider: "deepinfra",
    litellm: litellmOf(["deepinfra"], /^deepinfra\//),
    modelsDev: ["deepinfra"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.deepinfra.com"]),
  },
  {
    provider: "sambanova",
    litellm: litellmOf(["sambanova"], /^sambanova\//),
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.sambanova.ai"]),
  },
  {
    provider: "nebius",
    litellm: litellmOf(["nebius"], /^nebius\//),
    modelsDev: ["nebius"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.studio.nebius.com", "api.studio.nebius.ai", "api.tokenfactory.nebius.com"]),
  },
  {
    provider: "novita",
    genai: { id: "novita" },
    litellm: litellmOf(["novita"], /^novita\//),
    modelsDev: ["novita-ai"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.novita.ai"]),
  },
  {
    provider: "minimax",
    genai: { id: "minimax" },
    litellm: litellmOf(["minimax"], /^minimax\//),
    modelsDev: ["minimax"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.minimax.io", "api.minimaxi.com"]),
  },
  {
    provider: "zai",
    genai: { id: "zai" },
    litellm: litellmOf(["zai"], /^zai\//),
    modelsDev: ["zai"],
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.z.ai"]),
  },
  {
    provider: "jina_ai",
    litellm: litellmOf(["jina_ai"], /^jina_ai\//),
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.jina.ai"]),
  },
  {
    provider: "deepgram",
    litellm: litellmOf(["deepgram"], /^deepgram\//),
    canonical: lower,
    cacheWrite: "cache_write",
    ruleSet: like(["api.deepgram.com"]),
  },
];
