import type { PriceClass } from "../../../src/server/domain/price.js";
import { batchHalf, host, litellmOf, lower, undated } from "../provider-plan.js";
import type { NamedId, ProviderPlan } from "../provider-plan.js";

const GEMINI_BATCH: readonly PriceClass[] = ["input", "input_audio", "output", "output_image"];
const GEMINI_FLEX: readonly PriceClass[] = ["input", "input_audio", "cache_read", "output"];

const bedrockName = (id: string): NamedId => {
  const match = /^(regional|us-gov|global|apac|us|eu|jp|au|ca|in)\.(.+)$/.exec(id);
  if (match === null) return { id, geo: null };
  return { id: match[2] ?? id, geo: match[1] === "regional" ? null : (match[1] ?? null) };
};

/** `bedrock/<region>/<id>` is the price in one region, `<size>/<steps>/<id>` that of one kind of image; paid capacity is no price per call. */
const bedrockKey = (key: string): NamedId | null => {
  const region = /^bedrock\/([a-z]{2}(?:-gov)?-[a-z]+-\d)\/([^/]*\.[^/]+)$/.exec(key);
  if (region !== null)
    return {
      id: region[2] ?? key,
      geo: region[1]?.startsWith("us-gov") === true ? "us-gov" : (region[1] ?? null),
    };
  const image = /^(\d+)-x-(\d+)\/(\d+|max)-steps\/(?:bedrock\/)?(stability\.[^/]+)$/.exec(key);
  if (image !== null) {
    const [, width = "", height = "", steps = "", id = key] = image;
    return { id, geo: null, variant: { size: `${width}x${height}`, steps } };
  }
  return /\/|^\d|@/.test(key) ? null : bedrockName(key);
};

const bedrockCanonical = (id: string): string =>
  lower(id)
    .replace(/:\d+k$/, "")
    .replace(/:\d+$/, "")
    .replace(/^deepseek\.([rv]\d)/, "deepseek.deepseek-$1")
    .replace(
      /^(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|google|nvidia|writer|stability|moonshotai|moonshot|minimax|zai|luma|twelvelabs|xai)\./,
      "",
    )
    .replace(/^(?!.*(?:embed|rerank))(.+)-v\d$/, "$1")
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

/** Anthropic and Google, and the clouds that sell their models. */
export const CLOUD_PLANS: readonly ProviderPlan[] = [
  {
    provider: "anthropic",
    genai: { id: "anthropic", keep: (id) => !/^claude-v\d|-2025$|^claude-sonnet-3/.test(id) },
    litellm: litellmOf(["anthropic"], /^anthropic\//),
    modelsDev: ["anthropic"],
    langfuse: (name) =>
      name.startsWith("claude") ? name.replace(/^claude-(\d)\.(\d)-/, "claude-$1-$2-") : null,
    canonical: (id) => claudeName(undated(lower(id)).replace(/-latest$/, "")),
    cacheWrite: "cache_write_5m",
    ruleSet: {
      usage_semantics: "input excludes cache reads and writes, output includes thinking",
      tier_field: "usage.service_tier",
      model_source: "response",
      hosts: host("api.anthropic.com", "anthropic.helicone.ai", "anthropic.hconeai.com"),
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
  },
  {
    provider: "gcp.gemini",
    genai: { id: "google", keep: (id) => !/claude|-0$/.test(id) },
    litellm: (key, entry) => {
      const found = litellmOf(["gemini"], /^gemini\//)(key, entry);
      return found === null || /-latest$|gemma-2|exp-1/.test(found.id) ? null : found;
    },
    modelsDev: ["google"],
    langfuse: (name) => (name.startsWith("gemini") && !/latest/.test(name) ? name : null),
    canonical: vertexCanonical,
    // LiteLLM lists these snapshots with the rates of the text model.
    aliases: Object.fromEntries(
      ["09-2025", "12-2025"].map((date) => [
        `gemini-2.5-flash-native-audio-preview-${date}`,
        "gemini-2.5-flash-native-audio-preview",
      ]),
    ),
    documented: ["gemini-1.5-pro-001", "gemini-1.5-pro-002", "gemini-1.5-flash-001", "gemini-1.5-flash-002"],
    skip: (id) =>
      (/^gemini-.*-latest$|^gemini-latest/.test(id) && !/native-audio/.test(id)) ||
      /native-audio-preview-\d/.test(id),
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
        classes: GEMINI_BATCH,
        models: (model) => /^gemini-(2\.5|3)/.test(model) && !/tts|live|audio/.test(model),
      },
      {
        tier: "flex",
        factor: "0.5",
        classes: GEMINI_FLEX,
        models: (model) => /^gemini-3\.[567]-flash/.test(model),
      },
    ],
    audioAtText: (model) => /^gemini-(2\.5-pro|3)/.test(model) && !/image|live|tts/.test(model),
  },
  {
    provider: "gcp.vertex_ai",
    genai: { id: "google", keep: (id) => !/-0$|-2025$/.test(id) },
    litellm: (key, entry) =>
      (entry.litellm_provider ?? "").startsWith("vertex_ai") &&
      !/-latest$|@latest$|search_api|chirp/.test(key)
        ? { id: lower(key).replace(/^vertex_ai\//, ""), geo: null }
        : null,
    modelsDev: ["google-vertex", "google-vertex-anthropic"],
    documented: [
      "gemini-1.5-pro-001",
      "gemini-1.5-pro-002",
      "gemini-1.5-flash-001",
      "gemini-1.5-flash-002",
      "claude-3-5-sonnet-v2@20241022",
    ],
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
        classes: GEMINI_BATCH,
        models: (model) => /^gemini-(2\.5|3)/.test(model) && !/tts|live|audio/.test(model),
      },
      {
        tier: "flex",
        factor: "0.5",
        classes: GEMINI_FLEX,
        models: (model) => /^gemini-3\.[567]-flash/.test(model),
      },
    ],
    audioAtText: (model) => /^gemini-(2\.5-pro|3)/.test(model) && !/image|live|tts/.test(model),
  },
  {
    provider: "aws.bedrock",
    genai: { id: "aws", name: bedrockName },
    litellm: (key, entry) =>
      ["bedrock", "bedrock_converse", "bedrock_mantle"].includes(entry.litellm_provider ?? "")
        ? bedrockKey(lower(key).replace(/^bedrock_mantle\/(?=google\.)/, ""))
        : null,
    modelsDev: ["amazon-bedrock"],
    canonical: bedrockCanonical,
    cacheWrite: "cache_write_5m",
    ruleSet: {
      usage_semantics: "input excludes cache reads and writes",
      tier_field: "serviceTier",
      model_source: "request",
      hosts: host(
        "bedrock-runtime.{geo}.amazonaws.com",
        "bedrock-runtime-fips.{geo}.amazonaws.com",
        "bedrock-runtime.{geo}.amazonaws.com.cn",
        "bedrock-runtime.{geo}.api.aws",
        "bedrock-runtime-fips.{geo}.api.aws",
        "bedrock-mantle.{geo}.api.aws",
        "*.bedrock-runtime.{geo}.vpce.amazonaws.com",
      ),
      strict_geos: ["us-gov", "cn"],
    },
    modifiers: [batchHalf("provider-rule")],
  },
];
