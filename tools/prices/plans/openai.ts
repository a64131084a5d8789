import type { PriceClass } from "../../../src/server/domain/price.js";
import type { PriceFileRuleSet } from "../../../src/server/pricing/price-book.schema.js";
import { host, litellmOf, lower, undated } from "../provider-plan.js";
import type { ProviderPlan } from "../provider-plan.js";

const openaiRules: PriceFileRuleSet = {
  usage_semantics: "prompt includes cached and written tokens, completion includes reasoning",
  tier_field: "service_tier",
  model_source: "response",
  // Helicone passes calls on with the caller's own key: the vendor bills. Source: docs.helicone.ai, 2026-11.
  hosts: [
    { pattern: "api.openai.com" },
    { pattern: "{geo}.api.openai.com" },
    { pattern: "oai.helicone.ai" },
    { pattern: "oai.hconeai.com" },
  ],
  tiers: { fast: "priority" },
  geo_modifier: "data_residency",
  neutral_geos: ["global"],
  writes_as_input: true,
  default_variant: { size: "1024x1024", quality: "standard", search_context: "medium" },
};

/** Batch halves input and output; what it does to cached tokens is only stated where flex, which costs the same, is listed. */
const CACHED: readonly PriceClass[] = ["cache_read", "cache_write"];

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

/** OpenAI, and its models at Azure. */
export const OPENAI_PLANS: readonly ProviderPlan[] = [
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
    aliases: { "gpt-5.6": "gpt-5.6-sol", "computer-use": "computer-use-preview" },
    documented: ["computer-use-preview", "computer-use-preview-2025-03-11"],
    apart: ["gpt-4o-audio-preview-2024-10-01", "gpt-4o-realtime-preview-2024-10-01"],
    cacheWrite: "cache_write",
    ruleSet: openaiRules,
    // "Data residency endpoints are charged a 10% uplift for models released on or after March 5, 2026": us, eu, au, in, jp and later ones.
    // Source: developers.openai.com data residency guide, 2026-11-25.
    modifiers: [{ key: "data_residency:*", factor: "1.1", models: OPENAI_UPLIFT, source: "provider-rule" }],
    statedTiers: [
      {
        tier: "batch",
        factor: "0.5",
        classes: CHEAP_CLASSES,
        like: "flex",
        onlyLike: CACHED,
        models: (model) => textModel(model) && !model.startsWith("gpt-6-"),
      },
      { tier: "batch", factor: "0.5", classes: CHEAP_CLASSES, models: (model) => model.startsWith("gpt-6-") },
      {
        tier: "flex",
        factor: "0.5",
        classes: CHEAP_CLASSES,
        models: (model, tiers) => tiers.has("flex") || model.startsWith("gpt-6-"),
      },
    ],
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
    aliases: {
      "gpt-5.6": "gpt-5.6-sol",
      // Replies of Claude name Anthropic's snapshot at every cloud.
      "claude-haiku-4-5-20251001": "claude-haiku-4-5",
      "claude-sonnet-4-5-20250929": "claude-sonnet-4-5",
      "claude-opus-4-1-20250805": "claude-opus-4-1",
      "claude-opus-4-5-20251101": "claude-opus-4-5",
      "claude-opus-4-6-20260205": "claude-opus-4-6",
      "claude-opus-4-7-20260416": "claude-opus-4-7",
    },
    respell: (id) => id.replace(/^gpt-35/, "gpt-3.5"),
    cacheWrite: "cache_write",
    ruleSet: {
      ...openaiRules,
      geo_modifier: "data_zone",
      strict_geo: true,
      // models.inference.ai.azure.com is GitHub's, with prices of its own; azure.us is the government cloud, whose prices are not public.
      hosts: [
        ...host(
          "*.openai.azure.com",
          "*.cognitiveservices.azure.com",
          "*.services.ai.azure.com",
          "*.models.ai.azure.com",
          "*.*.inference.ai.azure.com",
        ),
        { pattern: "*.azure.us", geo: "us-gov" },
      ],
    },
    statedTiers: [
      {
        tier: "batch",
        factor: "0.5",
        classes: CHEAP_CLASSES,
        onlyLike: CACHED,
        models: (model, tiers) => tiers.has("batch") || textModel(model),
      },
    ],
  },
];
