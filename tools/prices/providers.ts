import type { PriceClass } from "../../src/server/domain/price.js";
import type { PriceFileModifier, PriceFileRuleSet } from "../../src/server/pricing/price-book.schema.js";
import type { LitellmEntry } from "./sources/litellm.js";

export interface NamedId {
  id: string;
  geo: string | null;
}

/** How one provider's prices are gathered: which folders of each collection, how ids are spelled, how replies are read. */
export interface ProviderPlan {
  provider: string;
  genai?: { id: string; keep?: (id: string) => boolean; name?: (id: string) => NamedId };
  litellm?: (key: string, entry: LitellmEntry) => NamedId | null;
  modelsDev?: readonly string[];
  langfuse?: (name: string) => string | null;
  /** Name of the model that an id belongs to; a dated id with its own price becomes a model of its own. */
  canonical: (id: string) => string;
  aliases?: Readonly<Record<string, string>>;
  /** Snapshots with a price of their own that no collection tells apart. */
  apart?: readonly string[];
  /** One spelling for ids that are spelled in several ways. */
  respell?: (id: string) => string;
  /** Ids that the provider moves from model to model without dates in any collection. */
  skip?: (id: string) => boolean;
  cacheWrite: PriceClass;
  searchClass?: PriceClass;
  /** Context bands begin at the threshold itself. */
  inclusive?: boolean;
  ruleSet: PriceFileRuleSet;
  modifiers?: readonly PriceFileModifier[];
  /** The provider states that these tiers cost this multiple of standard, on token classes named. */
  statedTiers?: readonly {
    tier: "batch" | "flex";
    factor: string;
    classes: readonly PriceClass[];
    models: (model: string, tiers: ReadonlySet<string>) => boolean;
  }[];
  /** Models whose only input price holds for audio too. */
  audioAtText?: (model: string) => boolean;
  /** Dated ids of these models may take the model's price. */
  inherits?: (model: string) => boolean;
}

const lower = (text: string): string => text.toLowerCase();
const undated = (id: string): string => id.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, "");

/** Keys of one LiteLLM provider, without the given prefix; keys with image sizes in them are left to the overlay. */
function litellmOf(providers: readonly string[], prefix: RegExp): NonNullable<ProviderPlan["litellm"]> {
  return (key, entry) => {
    if (!providers.includes(entry.litellm_provider ?? "") || /\d+-x-\d+/.test(key)) return null;
    const id = key.replace(prefix, "");
    return id === "" || id.endsWith("/") ? null : { id, geo: null };
  };
}

const host = (...patterns: string[]): { pattern: string }[] => patterns.map((pattern) => ({ pattern }));

const openaiRules: PriceFileRuleSet = {
  usage_semantics: "prompt includes cached and written tokens, completion includes reasoning",
  tier_field: "service_tier",
  model_source: "response",
  hosts: [{ pattern: "api.openai.com" }, { pattern: "{geo}.api.openai.com" }],
  tiers: { fast: "priority" },
  geo_modifier: "data_residency",
  neutral_geos: ["global"],
  writes_as_input: true,
  default_variant: { size: "1024x1024", quality: "standard", search_context: "medium" },
};

const like = (hosts: readonly string[], more: Partial<PriceFileRuleSet> = {}): PriceFileRuleSet => ({
  usage_semantics: "prompt includes cached tokens, completion includes reasoning",
  model_source: "response",
  hosts: host(...hosts),
  ...more,
});

const batchHalf = (source: string, models?: string[]): PriceFileModifier => ({
  key: "batch",
  factor: "0.5",
  source,
  ...(models === undefined ? {} : { models }),
});

const CHEAP_CLASSES: readonly PriceClass[] = ["input", "cache_read", "cache_write", "output"];

/** Snapshots by month and day or by serial number, used by OpenAI before 2024. */
const openaiCanonical = (id: string): string =>
  undated(lower(id))
    .replace(/^gpt-35/, "gpt-3.5")
    .replace(/^(ft:)?gpt-(\d)-(\d)(?=-|$)/, "$1gpt-$2.$3")
    .replace(/^((?:ft:)?gpt-(?:3\.5-turbo(?:-16k|-instruct)?|4|4-32k))-\d{4}$/, "$1");

const textModel = (model: string): boolean =>
  /^(ft:)?(gpt-[3456]|o[134]|text-embedding)/.test(model) &&
  !/audio|realtime|transcribe|tts|image|search|codex|deep-research|chat-latest|-chat|instruct|vision|live/.test(
    model,
  );

const bedrockName = (id: string): NamedId => {
  const match = /^(regional|us-gov|global|apac|us|eu|jp|au|ca|in)\.(.+)$/.exec(id);
  if (match === null) return { id, geo: null };
  return { id: match[2] ?? id, geo: match[1] === "regional" ? null : (match[1] ?? null) };
};

const bedrockCanonical = (id: string): string =>
  lower(id)
    .replace(/:\d+k$/, "")
    .replace(/:\d+$/, "")
    .replace(
      /^(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|google|nvidia|writer|stability|moonshotai|moonshot|minimax|zai|luma|twelvelabs|xai)\./,
      "",
    )
    .replace(/-v\d$/, "")
    .replace(/-\d{8}$/, "")
    .replace(/^(gpt-oss-\d+b)-1$/, "$1")
    .replace(/-instruct$/, "");

/** Claude's name in the order and spelling that the API uses: `claude-4.5-opus` is `claude-opus-4-5`, `claude-opus-4-0` is `claude-opus-4`. */
const claudeName = (id: string): string =>
  id
    .replace(/^(claude-(?:[a-z]+-)?[3-9])\.(\d)/, "$1-$2")
    .replace(/^claude-([4-9](?:-\d)?)-(opus|sonnet|haiku|fable)$/, "claude-$2-$1")
    .replace(/^(claude-[a-z]+-\d)-0$/, "$1");

const vertexCanonical = (id: string): string =>
  claudeName(undated(lower(id).replace(/@.*$/, "")))
    .replace(
      /^(?:google|meta|anthropic|mistralai|deepseek-ai|qwen|openai|moonshotai|zai-org|minimaxai|xai)\//,
      "",
    )
    .replace(/^(gemini-[\d.]+-(?:flash|pro|flash-lite))-\d{3}$/, "$1");

const CLAUDE_UPLIFT = [
  "claude-opus-4-6",
  "claude-opus-4-7",
  "claude-opus-4-8",
  "claude-opus-5",
  "claude-opus-5-5",
  "claude-sonnet-4-6",
  "claude-sonnet-5",
  "claude-fable-5",
  "claude-fable-5-1",
  "claude-mythos-5",
  "claude-mythos-5-1",
];

const VERTEX_UPLIFT = ["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5", ...CLAUDE_UPLIFT];

const OPENAI_UPLIFT = [
  "gpt-5.4",
  "gpt-5.4-mini",
  "gpt-5.4-nano",
  "gpt-5.4-pro",
  "gpt-5.5",
  "gpt-5.5-pro",
  "gpt-5.6-sol",
  "gpt-5.6-terra",
  "gpt-5.6-luna",
  "gpt-6-astra",
  "gpt-6-sol",
  "gpt-6-luna",
  "gpt-realtime-2.1",
  "gpt-realtime-2.1-mini",
];

export const PROVIDERS: readonly ProviderPlan[] = [
  {
    provider: "openai",
    genai: {
      id: "openai",
      keep: (id) =>
        !/^gpt-oss|^gpt-5-image|^gpt-5\.4-image|^gpt-chat-latest|\.ft-|:extended|-high$|-0$|turbo-$|^gpt-3\.5-0301$/.test(
          id,
        ),
    },
    litellm: (key, entry) => {
      const found = litellmOf(["openai", "text-completion-openai"], /^openai\//)(key, entry);
      return found === null || /container|^dall-e/.test(found.id) ? null : found;
    },
    modelsDev: ["openai"],
    langfuse: (name) =>
      /^(ft:)?(gpt|o\d|text-embedding|text-davinci|davinci|babbage|chatgpt)/.test(name) ? name : null,
    canonical: openaiCanonical,
    aliases: { "gpt-5.6": "gpt-5.6-sol" },
    apart: ["gpt-4o-audio-preview-2024-10-01", "gpt-4o-realtime-preview-2024-10-01"],
    cacheWrite: "cache_write",
    ruleSet: openaiRules,
    modifiers: [
      { key: "data_residency:us", factor: "1.1", models: OPENAI_UPLIFT, source: "litellm" },
      { key: "data_residency:eu", factor: "1.1", models: OPENAI_UPLIFT, source: "litellm" },
    ],
    statedTiers: [
      { tier: "batch", factor: "0.5", classes: CHEAP_CLASSES, models: textModel },
      {
        tier: "flex",
        factor: "0.5",
        classes: CHEAP_CLASSES,
        models: (model, tiers) => tiers.has("flex") || /^gpt-6-/.test(model),
      },
    ],
    inherits: (model) => /^gpt-(5\.6|6)-/.test(model),
  },
  {
    provider: "azure.ai.openai",
    genai: { id: "azure" },
    litellm: (key, entry) => {
      if (
        !["azure", "azure_ai", "azure_text"].includes(entry.litellm_provider ?? "") ||
        /\d+-x-\d+|container/.test(key)
      )
        return null;
      // Priced for one region there; the global price stands under its own key.
      if (/^azure\/gpt-4o-mini(-2024-07-18)?$/.test(key)) return null;
      const bare = lower(key).replace(/^azure(?:_ai)?\//, "");
      const zone = /^(us|eu|global|global-standard)\/(.+)$/.exec(bare);
      if (zone === null) return bare.includes("/") ? null : { id: bare, geo: null };
      return { id: zone[2] ?? bare, geo: zone[1] === "us" || zone[1] === "eu" ? zone[1] : null };
    },
    modelsDev: ["azure"],
    canonical: openaiCanonical,
    aliases: { "gpt-5.6": "gpt-5.6-sol" },
    respell: (id) => id.replace(/^gpt-35/, "gpt-3.5"),
    cacheWrite: "cache_write",
    ruleSet: {
      ...openaiRules,
      geo_modifier: "data_zone",
      strict_geo: true,
      hosts: host(
        "*.openai.azure.com",
        "*.openai.azure.us",
        "*.cognitiveservices.azure.com",
        "*.services.ai.azure.com",
        "*.models.ai.azure.com",
        "*.inference.ai.azure.com",
      ),
    },
    statedTiers: [
      {
        tier: "batch",
        factor: "0.5",
        classes: CHEAP_CLASSES,
        models: (model, tiers) => tiers.has("batch") || textModel(model),
      },
    ],
    inherits: (model) => /^gpt-(5\.6|6)-|^claude-/.test(model),
  },
  {
    provider: "anthropic",
    genai: { id: "anthropic", keep: (id) => !/^claude-v\d|-2025$|^claude-sonnet-3/.test(id) },
    litellm: litellmOf(["anthropic"], /^anthropic\//),
    modelsDev: ["anthropic"],
    langfuse: (name) => (/^claude/.test(name) ? name.replace(/^claude-(\d)\.(\d)-/, "claude-$1-$2-") : null),
    canonical: (id) => claudeName(undated(lower(id)).replace(/-latest$/, "")),
    cacheWrite: "cache_write_5m",
    ruleSet: {
      usage_semantics: "input excludes cache reads and writes, output includes thinking",
      tier_field: "usage.service_tier",
      model_source: "response",
      hosts: host("api.anthropic.com"),
      tiers: { priority: "commitment" },
      geo_modifier: "inference_geo",
      neutral_geos: ["global", "not_available"],
    },
    modifiers: [
      batchHalf("provider-rule"),
      { key: "inference_geo:us", factor: "1.1", models: CLAUDE_UPLIFT, source: "litellm" },
      { key: "speed:fast", factor: "6", models: ["claude-opus-4-6", "claude-opus-4-7"], source: "litellm" },
      { key: "speed:fast", factor: "2", models: ["claude-opus-4-8"], source: "litellm" },
    ],
    inherits: (model) =>
      /^claude-(opus-5|opus-5-5|fable-5|fable-5-1|sonnet-5|haiku-4-5|sonnet-4-5|sonnet-4-6|opus-4-[5678])$/.test(
        model,
      ),
  },
  {
    provider: "gcp.gemini",
    genai: { id: "google", keep: (id) => !/claude|-0$/.test(id) },
    litellm: (key, entry) => {
      const found = litellmOf(["gemini"], /^gemini\//)(key, entry);
      return found === null || /-latest$|gemma-2|exp-1/.test(found.id) ? null : found;
    },
    modelsDev: ["google"],
    langfuse: (name) => (/^gemini/.test(name) && !/latest/.test(name) ? name : null),
    canonical: vertexCanonical,
    skip: (id) => /^gemini-.*-latest$|^gemini-latest/.test(id) && !/native-audio/.test(id),
    cacheWrite: "cache_write",
    searchClass: "google_search_prompt",
    ruleSet: {
      usage_semantics: "prompt includes cached content, tool-use prompts and thoughts come beside",
      tier_field: "usageMetadata.serviceTier",
      model_source: "response",
      hosts: host("generativelanguage.googleapis.com"),
    },
    statedTiers: [
      {
        tier: "batch",
        factor: "0.5",
        classes: ["input", "output"],
        models: (model) => /^gemini-(2\.5|3)/.test(model) && !/tts|live|audio/.test(model),
      },
      {
        tier: "flex",
        factor: "0.5",
        classes: ["input", "output"],
        models: (model) => /^gemini-3\.[567]-flash/.test(model),
      },
    ],
    audioAtText: (model) => /^gemini-(2\.5-pro|3)/.test(model) && !/image|live|tts/.test(model),
  },
  {
    provider: "gcp.vertex_ai",
    genai: { id: "google", keep: (id) => !/-0$|-2025$/.test(id) },
    litellm: (key, entry) =>
      /^vertex_ai/.test(entry.litellm_provider ?? "") && !/-latest$|@latest$|search_api|chirp/.test(key)
        ? { id: lower(key).replace(/^vertex_ai\//, ""), geo: null }
        : null,
    modelsDev: ["google-vertex", "google-vertex-anthropic"],
    canonical: vertexCanonical,
    skip: (id) => /^gemini-.*-latest$|^gemini-latest/.test(id) && !/native-audio/.test(id),
    cacheWrite: "cache_write_5m",
    searchClass: "google_search_prompt",
    ruleSet: {
      usage_semantics: "as Gemini for Google models, as Anthropic for Claude",
      tier_field: "usageMetadata.trafficType",
      model_source: "request",
      hosts: [
        { pattern: "aiplatform.googleapis.com", geo: "global" },
        { pattern: "{geo}-aiplatform.googleapis.com" },
        { pattern: "aiplatform.{geo}.rep.googleapis.com" },
      ],
      geo_modifier: "location",
      neutral_geos: ["global"],
    },
    modifiers: [
      batchHalf("provider-rule", [
        ...VERTEX_UPLIFT,
        "claude-opus-4-1",
        "claude-opus-4",
        "claude-sonnet-4",
        "claude-3-7-sonnet",
        "claude-3-5-haiku",
      ]),
      { key: "location:*", factor: "1.1", models: VERTEX_UPLIFT, source: "genai-prices" },
    ],
    statedTiers: [
      {
        tier: "batch",
        factor: "0.5",
        classes: ["input", "output"],
        models: (model) => /^gemini-(2\.5|3)/.test(model) && !/tts|live|audio/.test(model),
      },
      {
        tier: "flex",
        factor: "0.5",
        classes: ["input", "output"],
        models: (model) => /^gemini-3\.[567]-flash/.test(model),
      },
    ],
    audioAtText: (model) => /^gemini-(2\.5-pro|3)/.test(model) && !/image|live|tts/.test(model),
  },
  {
    provider: "aws.bedrock",
    genai: { id: "aws", name: bedrockName },
    litellm: (key, entry) =>
      ["bedrock", "bedrock_converse", "bedrock_mantle"].includes(entry.litellm_provider ?? "") &&
      !/\/|^\d/.test(key)
        ? bedrockName(lower(key))
        : null,
    modelsDev: ["amazon-bedrock"],
    canonical: bedrockCanonical,
    cacheWrite: "cache_write_5m",
    ruleSet: {
      usage_semantics: "input excludes cache reads and writes",
      tier_field: "serviceTier",
      model_source: "request",
      hosts: host(
        "bedrock-runtime.*.amazonaws.com",
        "bedrock-runtime-fips.*.amazonaws.com",
        "bedrock-runtime.*.amazonaws.com.cn",
        "bedrock-mantle.*.api.aws",
        "*.bedrock-runtime.*.vpce.amazonaws.com",
      ),
    },
    modifiers: [batchHalf("provider-rule")],
  },
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
    genai: { id: "deepseek", keep: (id) => /^deepseek-v4/.test(id) },
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
