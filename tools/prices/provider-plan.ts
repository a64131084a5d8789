import type { PriceClass } from "../../src/server/domain/price.js";
import type { PriceFileModifier, PriceFileRuleSet } from "../../src/server/pricing/price-book.schema.js";
import type { LitellmEntry } from "./sources/litellm.js";

export interface NamedId {
  id: string;
  geo: string | null;
  /** What the price holds for, where a collection writes it into the key: image size, steps. */
  variant?: Record<string, string>;
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
    /** The provider states that this other tier costs the same: a listed row of it is taken before the multiple. */
    like?: "batch" | "flex";
    /** Classes that the multiple is not stated for: taken from the tier alike, or unknown. */
    onlyLike?: readonly PriceClass[];
    models: (model: string, tiers: ReadonlySet<string>) => boolean;
  }[];
  /** Models whose only input price holds for audio too. */
  audioAtText?: (model: string) => boolean;
  /** Ids in the provider's documentation that a collection covers by a pattern only. */
  documented?: readonly string[];
}

export const lower = (text: string): string => text.toLowerCase();
export const undated = (id: string): string => id.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, "");

/** Keys of one LiteLLM provider, without the given prefix; keys with image sizes in them are left to the overlay. */
export function litellmOf(
  providers: readonly string[],
  prefix: RegExp,
): NonNullable<ProviderPlan["litellm"]> {
  return (key, entry) => {
    if (!providers.includes(entry.litellm_provider ?? "") || /\d+-x-\d+/.test(key)) return null;
    const id = key.replace(prefix, "");
    return id === "" || id.endsWith("/") ? null : { id, geo: null };
  };
}

export const host = (...patterns: string[]): { pattern: string }[] =>
  patterns.map((pattern) => ({ pattern }));

export const like = (hosts: readonly string[], more: Partial<PriceFileRuleSet> = {}): PriceFileRuleSet => ({
  usage_semantics: "prompt includes cached tokens, completion includes reasoning",
  model_source: "response",
  hosts: host(...hosts),
  ...more,
});

export const batchHalf = (source: string, models?: string[]): PriceFileModifier => ({
  key: "batch",
  factor: "0.5",
  source,
  ...(models === undefined ? {} : { models }),
});
