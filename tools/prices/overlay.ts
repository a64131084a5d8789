import type { PriceClass, PriceTier } from "../../src/server/domain/price.js";
import { observation } from "./observation.js";
import type { Observation } from "./observation.js";

interface Correction {
  provider: string;
  model: string;
  class: PriceClass;
  tier?: PriceTier;
  above?: number;
  /** A place, or null: the row without a place only; left out: every place. */
  geo?: string | null;
  price?: string;
  per?: number;
  variant?: Record<string, string>;
  from?: string;
  to?: string;
  /** Present in a collection and wrong, the right value not known: kept, and not used. */
  quarantine?: true;
  why: string;
}

const dallE = (model: string, rows: Record<string, string>): Correction[] =>
  Object.entries(rows).map(([key, price]) => {
    const [quality = "", size = ""] = key.split(" ");
    return {
      provider: "openai",
      model,
      class: "image" as const,
      price,
      variant: { size, quality },
      why: "OpenAI lists a price per image; collections that encode it per pixel miss it. OpenAI pricing page, 2025",
    };
  });

/**
 * Our own corrections, each with its reason. They win over every collection. Values come from the provider's page where one is named;
 * read 2026-11-22.
 */
export const CORRECTIONS: readonly Correction[] = [
  ...(["input", "output"] as const).map((name) => ({
    provider: "openai",
    model: "gpt-5.5",
    class: name,
    tier: "priority" as const,
    price: name === "input" ? "12.5" : "75",
    why: "OpenAI pricing page: priority is 2.5x for gpt-5.5; LiteLLM lists 2x",
  })),
  {
    provider: "openai",
    model: "gpt-5.5",
    class: "cache_read",
    tier: "priority",
    price: "1.25",
    why: "OpenAI pricing page: priority is 2.5x for gpt-5.5; LiteLLM lists 2x",
  },
  {
    provider: "openai",
    model: "o3",
    class: "cache_read",
    price: "2.5",
    to: "2025-06-10T00:00:00Z",
    why: "before the cut cached input cost a quarter of input; genai-prices repeats the later value",
  },
  {
    provider: "openai",
    model: "gpt-4o-mini-tts",
    class: "input",
    price: "0.6",
    why: "OpenAI model page; LiteLLM lists the rate of another model",
  },
  {
    provider: "openai",
    model: "gpt-4o-transcribe",
    class: "input_audio",
    price: "6",
    why: "OpenAI model page; LiteLLM lists the text rate for audio",
  },
  {
    provider: "anthropic",
    model: "claude-3-haiku",
    class: "cache_write_1h",
    price: "0.5",
    why: "Anthropic pricing table; LiteLLM copied a larger model",
  },
  {
    provider: "anthropic",
    model: "claude-3-opus",
    class: "cache_write_1h",
    price: "30",
    why: "Anthropic states twice the input price; LiteLLM copied a smaller model",
  },
  {
    provider: "x_ai",
    model: "grok-4.5",
    class: "cache_read",
    price: "0.3",
    why: "docs.x.ai model page; LiteLLM lists 0.5",
  },
  ...["gcp.gemini", "gcp.vertex_ai"].map((provider) => ({
    provider,
    model: "gemini-3.5-flash",
    class: "input_audio" as const,
    price: "1.5",
    why: "one input price for all modalities; LiteLLM lists the audio price of an older model",
  })),
  {
    provider: "openai",
    model: "gpt-image-2",
    class: "output",
    price: "10",
    why: "text output; genai-prices files the image output price under text",
  },
  ...(
    [
      ["gpt-4o-audio-preview-2024-10-01", "input", "2.5"],
      ["gpt-4o-audio-preview-2024-10-01", "output", "10"],
      ["gpt-4o-audio-preview-2024-10-01", "input_audio", "100"],
      ["gpt-4o-audio-preview-2024-10-01", "output_audio", "200"],
      ["gpt-4o-realtime-preview-2024-10-01", "input", "5"],
      ["gpt-4o-realtime-preview-2024-10-01", "output", "20"],
      ["gpt-4o-realtime-preview-2024-10-01", "input_audio", "100"],
      ["gpt-4o-realtime-preview-2024-10-01", "output_audio", "200"],
    ] as const
  ).map(([model, name, price]) => ({
    provider: "openai",
    model,
    class: name,
    price,
    why: "the audio price fell with the next snapshot; Langfuse and LiteLLM list one each",
  })),
  ...["gpt-5-search-api", "o3-deep-research", "o4-mini-deep-research"].map((model) => ({
    provider: "openai",
    model,
    class: "web_search" as const,
    price: "10",
    per: 1000,
    why: "OpenAI pricing page: web search costs 10 USD per 1,000 calls with every model that is no 4o preview; collections leave it out for these",
  })),
  ...dallE("dall-e-3", {
    "standard 1024x1024": "0.04",
    "standard 1024x1792": "0.08",
    "standard 1792x1024": "0.08",
    "hd 1024x1024": "0.08",
    "hd 1024x1792": "0.12",
    "hd 1792x1024": "0.12",
  }),
  ...dallE("dall-e-2", {
    "standard 1024x1024": "0.02",
    "standard 512x512": "0.018",
    "standard 256x256": "0.016",
  }),
  ...(["input", "output", "cache_read"] as const).map((name) => ({
    provider: "gcp.gemini",
    model: "gemini-2.5-pro",
    class: name,
    tier: "priority" as const,
    quarantine: true as const,
    why: "LiteLLM lists standard rates; Google says 75 to 100 % above, the value is not known",
  })),
  ...["gcp.gemini", "gcp.vertex_ai"].map((provider) => ({
    provider,
    model: "gemini-3.5-flash",
    class: "input_audio" as const,
    tier: "priority" as const,
    quarantine: true as const,
    why: "stated as a multiple of an audio price that is not this model's",
  })),
  ...[
    ["cohere", "embed-multilingual-light-v3.0", "input", "a thousand times the price of its siblings"],
    ["azure.ai.openai", "gpt-4o-transcribe", "input_audio", "the text rate, filed as audio"],
    ["azure.ai.openai", "gpt-4o-transcribe-diarize", "input_audio", "the text rate, filed as audio"],
    ["azure.ai.openai", "gpt-4o-mini-transcribe", "input_audio", "the text rate, filed as audio"],
    ["azure.ai.openai", "gpt-4o-mini-tts", "input", "the rate of another model"],
    ...(["input", "output", "input_audio", "output_audio"] as const).map((name) => [
      "azure.ai.openai",
      "gpt-4o-mini-audio-preview",
      name,
      "the rates of the larger model",
    ]),
  ].map(([provider = "", model = "", name, why = ""]) => ({
    provider,
    model,
    class: name as PriceClass,
    quarantine: true as const,
    why: `LiteLLM lists ${why}`,
  })),
  ...["gpt-5.5", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"].flatMap((model) =>
    (["input", "output", "cache_read"] as const).map((name) => ({
      provider: "azure.ai.openai",
      model,
      class: name,
      tier: "priority" as const,
      geo: null,
      quarantine: true as const,
      why: "LiteLLM lists 2x of standard globally and 2.5x in data zones: one of them is wrong",
    })),
  ),
  ...["input", "output", "cache_read"].flatMap((name) =>
    ["claude-opus-4-6", "claude-opus-4-8"].map((model) => ({
      provider: "azure.ai.openai",
      model,
      class: name as PriceClass,
      above: 200_000,
      quarantine: true as const,
      why: "models.dev keeps a long-context price; Anthropic bills these flat (LiteLLM, genai-prices)",
    })),
  ),
  ...(["input", "output", "cache_read", "cache_write_5m"] as const).flatMap((name) =>
    ["claude-opus-4-7", "claude-opus-4-8", "claude-sonnet-4-6"].map((model) => ({
      provider: "gcp.vertex_ai",
      model,
      class: name,
      above: 200_000,
      quarantine: true as const,
      why: "models.dev keeps a long-context price; Google bills these flat across the window (genai-prices, its page)",
    })),
  ),
  ...["grok-4.20-0309-reasoning", "grok-4.20-0309-non-reasoning", "grok-4.20-multi-agent-0309"].flatMap(
    (model) =>
      (
        [
          ["input", 0, "1.25"],
          ["output", 0, "2.5"],
          ["cache_read", 0, "0.2"],
          ["input", 200_000, "2.5"],
          ["output", 200_000, "5"],
          ["cache_read", 200_000, "0.4"],
        ] as const
      ).map(([name, above, price]) => ({
        provider: "x_ai",
        model,
        class: name,
        above,
        price,
        why: "genai-prices (2026-09) and models.dev agree for the family; LiteLLM keeps the launch price",
      })),
  ),
  ...["grok-4-fast", "grok-4"].flatMap((model) =>
    (["input", "output"] as const).map((name) => ({
      provider: "x_ai",
      model,
      class: name,
      above: 128_000,
      price:
        { "grok-4-fast": { input: "0.4", output: "1" }, "grok-4": { input: "6", output: "30" } }[model]?.[
          name
        ] ?? "",
      why: "LiteLLM lists the long context for the ids that this name stands for; genai-prices leaves it out",
    })),
  ),
  ...["gpt-realtime", "gpt-realtime-1.5"].map((model) => ({
    provider: "azure.ai.openai",
    model,
    class: "cache_read_audio" as const,
    quarantine: true as const,
    why: "LiteLLM lists ten times what it and genai-prices list at OpenAI",
  })),
  {
    provider: "aws.bedrock",
    model: "llama3-8b",
    class: "output" as const,
    geo: "us-gov",
    quarantine: true as const,
    why: "LiteLLM lists the input rate of the 70b model",
  },
  ...(["input", "output", "cache_read"] as const).flatMap((name) =>
    ["deepseek-chat", "deepseek-reasoner"].map((model) => ({
      provider: "deepseek",
      model,
      class: name,
      quarantine: true as const,
      why: "moving alias: collections state three different prices and no dates",
    })),
  ),
];

/** Corrections of a provider as observations, to win over all others. */
export function overlayObservations(provider: string): Observation[] {
  return CORRECTIONS.filter((row) => row.provider === provider && row.price !== undefined).map((row) =>
    observation({
      id: row.model,
      class: row.class,
      price: row.price ?? "",
      source: "overlay",
      tier: row.tier ?? "standard",
      above: row.above ?? 0,
      inclusive: row.provider === "x_ai" && (row.above ?? 0) > 0,
      per: row.per ?? null,
      variant: row.variant ?? null,
      from: row.from ?? null,
      to: row.to ?? null,
    }),
  );
}

/** Whether the overlay holds a slot back. */
export function isHeldBack(provider: string, model: string, row: Observation): boolean {
  return CORRECTIONS.some(
    (correction) =>
      correction.quarantine === true &&
      correction.provider === provider &&
      correction.model === model &&
      correction.class === row.class &&
      (correction.tier ?? "standard") === row.tier &&
      (correction.above === undefined || correction.above === row.above) &&
      (correction.geo === undefined || correction.geo === row.geo),
  );
}
