/** Service levels that have their own rates. A provider's words are translated by its rule set. */
export const PRICE_TIERS = ["standard", "batch", "flex", "priority", "fast"] as const;
export type PriceTier = (typeof PRICE_TIERS)[number];

/** Classes that are priced per token; every other class is a unit class (per request, second, image, page, ...). */
export const TOKEN_PRICE_CLASSES = [
  "input",
  "input_audio",
  "input_image",
  "input_video",
  "cache_read",
  "cache_read_audio",
  "cache_read_image",
  "cache_write",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "output_reasoning",
  "output_audio",
  "output_image",
  "output_video",
  "output_citation",
] as const;

export const UNIT_PRICE_CLASSES = [
  "audio_second",
  "character",
  "container_session",
  "file_search",
  "google_search_prompt",
  "google_search_query",
  "image",
  "page",
  "request",
  "search_query",
  "search_unit",
  "video_second",
  "web_fetch",
  "web_search",
] as const;

export type PriceClass = (typeof TOKEN_PRICE_CLASSES)[number] | (typeof UNIT_PRICE_CLASSES)[number];

/** A daily window in UTC, start inclusive, end exclusive, minutes of the day; weekdays by ISO number (1 = Monday), null = every day. */
export interface UtcWindow {
  fromMinute: number;
  toMinute: number;
  weekdays: readonly number[] | null;
}

/** One price: what `per` units of a class cost under conditions. Times are milliseconds since the epoch, half open. */
export interface Rate {
  id: string;
  provider: string;
  model: string;
  /** Geography or location that the rate is for; null = any. */
  geo: string | null;
  tier: PriceTier;
  class: PriceClass;
  unit: string;
  per: number;
  /** Decimal text in `currency`. */
  price: string;
  /** ISO 4217; what it is worth in USD is the operator's word, by date. */
  currency: string;
  /** Holds for prompts above (or, inclusive, from) this many tokens, caches counted. 0 = any prompt. */
  minPromptTokens: number;
  minInclusive: boolean;
  /** Size, quality, resolution, steps, search context, annotation: all must be met; null = none. */
  variant: Readonly<Record<string, string>> | null;
  /** Inclusive; null = since ever. */
  effectiveFrom: number | null;
  /** Exclusive; null = until further notice. */
  effectiveTo: number | null;
  utcWindows: readonly UtcWindow[] | null;
  source: string;
  sourceUrl: string | null;
  sourceSeenAt: string | null;
  status: "active" | "quarantined";
}

/** A factor on token classes that the provider states as a multiple: batch, fast mode, data residency. */
export interface Modifier {
  provider: string;
  /** Models it holds for; null = every model of the provider. */
  models: readonly string[] | null;
  /** What calls for it: `batch`, `speed:fast`, `inference_geo:us`, `data_residency:eu`, ... */
  key: string;
  factor: string;
  effectiveFrom: number | null;
  effectiveTo: number | null;
  source: string;
}

export type SnapshotPolicy = "listed" | "inherit";

/** A priced model with every id that means it. Ids are compared case-insensitively, never by prefix. */
export interface PriceModel {
  provider: string;
  model: string;
  family: string | null;
  aliases: readonly string[];
  snapshots: readonly string[];
  snapshotPolicy: SnapshotPolicy;
  retiredOn: string | null;
}

/** How a provider's replies are read for pricing. */
export interface RuleSet {
  provider: string;
  /** Where usage totals include caches and reasoning; documentation of the reading that the wire readers take. */
  usageSemantics: string;
  tierField: string | null;
  /** Which model string is billed first: the one in the reply, or the one asked for. */
  modelSource: "response" | "request";
  /** Host names, `*` stands for one or more characters; `geo` names the geography that the host stands for. */
  hosts: readonly { pattern: string; geo: string | null }[];
  /** The provider's tier words, lower case; `commitment` = paid by capacity, not by use. */
  tiers: Readonly<Record<string, PriceTier | "commitment">>;
  /** Modifier key prefix for the call's geography (`data_residency`, `inference_geo`, `location`), or null. */
  geoModifier: string | null;
  /** Geographies that carry no modifier and no rates of their own, such as `global`. */
  neutralGeos: readonly string[];
  /** Whether a price without geography is unknown for a call in a named one (Azure data zones). */
  strictGeo: boolean;
  /** Geographies with a price list of their own: a price without geography is unknown there (AWS GovCloud). */
  strictGeos: readonly string[];
  /** Whether a cost stated by the provider replaces ours. */
  reportedCostWins: boolean;
  /** Cache writes without a write rate are ordinary input. */
  writesAsInput: boolean;
  /** Variant assumed where the call does not tell. */
  defaultVariant: Readonly<Record<string, string>>;
}
