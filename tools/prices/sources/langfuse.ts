import type { PriceClass, PriceTier } from "../../../src/server/domain/price.js";
import { shifted } from "../decimal-text.js";
import { isUnknownZero, observation } from "../observation.js";
import type { Observation } from "../observation.js";

interface Condition {
  key?: string;
  operator: string;
  values?: string[];
  value?: string;
  usageDetailPattern?: string;
}

export interface LangfuseModel {
  modelName: string;
  pricingTiers: { isDefault: boolean; conditions: Condition[]; prices: Record<string, string> }[];
}

const FIELDS: Readonly<Record<string, PriceClass | "cache_write_default">> = {
  input: "input",
  output: "output",
  input_cache_read: "cache_read",
  input_cached_tokens: "cache_read",
  cached_content_token_count: "cache_read",
  input_cache_creation: "cache_write_default",
  input_cache_creation_1h: "cache_write_1h",
  input_audio_tokens: "input_audio",
  input_audio: "input_audio",
  output_audio_tokens: "output_audio",
  output_audio: "output_audio",
};

function tierOf(conditions: readonly Condition[]): PriceTier | null {
  const service = conditions.find(({ key }) => key === "service_tier");
  const speed = conditions.find(({ key }) => key === "speed");
  if (speed !== undefined) return "fast";
  if (service === undefined) return "standard";
  if (service.values?.includes("flex") === true) return "flex";
  return service.values?.includes("priority") === true ? "priority" : null;
}

/** Prices of a model with the tiers that its conditions mean; conditions we cannot read drop the tier. */
export function langfuseObservations(
  model: LangfuseModel,
  id: string,
  options: { cacheWrite: PriceClass; inclusive: boolean },
): Observation[] {
  const rows: Observation[] = [];
  for (const { conditions, prices } of model.pricingTiers) {
    const tier = tierOf(conditions);
    const size = conditions.find(({ usageDetailPattern }) => usageDetailPattern !== undefined);
    if (tier === null || (size !== undefined && size.operator !== "gt")) continue;
    const above = size?.value === undefined ? 0 : Number.parseInt(size.value, 10);
    const seen = new Set<string>();
    for (const [field, value] of Object.entries(prices)) {
      const known = FIELDS[field];
      const price = shifted(value, 6);
      if (known === undefined || price === null || isUnknownZero(id, price)) continue;
      const name = known === "cache_write_default" ? options.cacheWrite : known;
      if (seen.has(name)) continue;
      seen.add(name);
      rows.push(
        observation({
          id,
          class: name,
          price,
          tier,
          above,
          inclusive: above > 0 && options.inclusive,
          source: "langfuse",
        }),
      );
    }
  }
  return rows;
}
