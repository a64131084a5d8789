import type { PriceTier, RuleSet } from "../domain/price.js";

/** Words that mean the ordinary tier at every provider. */
const COMMON: ReadonlyMap<string, PriceTier | "commitment"> = new Map<string, PriceTier | "commitment">(
  Object.entries({
    "": "standard",
    default: "standard",
    standard: "standard",
    auto: "standard",
    on_demand: "standard",
    standard_only: "standard",
    flex: "flex",
    on_demand_flex: "flex",
    priority: "priority",
    on_demand_priority: "priority",
    batch: "batch",
    scale: "commitment",
    reserved: "commitment",
    provisioned: "commitment",
    provisioned_throughput: "commitment",
  }),
);

/** The tier to price in, as served. `unknown` is a word that no rule knows: its price cannot be guessed. */
export type SettledTier = PriceTier | "commitment" | "unknown";

/** Tier of a call from what the reply (else the request) said, the batch flag and the speed. Never throws. */
export function settleTier(
  rules: RuleSet | null,
  facts: { serviceTier: string | null; batch: boolean; speed: string | null },
): SettledTier {
  const word = (facts.serviceTier ?? "").trim().toLowerCase();
  const own = rules?.tiers;
  const tier =
    (own !== undefined && Object.hasOwn(own, word) ? own[word] : undefined) ?? COMMON.get(word) ?? "unknown";
  if (tier === "commitment") return tier;
  if (facts.batch) return "batch";
  if (facts.speed?.toLowerCase() === "fast") return "fast";
  return tier;
}
