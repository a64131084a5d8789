import type { PriceClass, PriceTier } from "../../src/server/domain/price.js";

export type SourceName = "overlay" | "genai-prices" | "litellm" | "langfuse" | "models.dev" | "provider-rule";

export interface Window {
  from: string;
  to: string;
  weekdays?: number[];
}

/** One price that one source states for one id. */
export interface Observation {
  id: string;
  class: PriceClass;
  tier: PriceTier;
  geo: string | null;
  /** Context threshold in tokens; 0 = any prompt. */
  above: number;
  inclusive: boolean;
  variant: Record<string, string> | null;
  price: string;
  per: number | null;
  /** What `per` counts, where it is not the class itself: a search billed per request. */
  unit?: string;
  from: string | null;
  to: string | null;
  windows: Window[] | null;
  source: SourceName;
  quarantined?: boolean;
}

export const observation = (
  fields: Pick<Observation, "id" | "class" | "price" | "source"> & Partial<Observation>,
): Observation => ({
  tier: "standard",
  geo: null,
  above: 0,
  inclusive: false,
  variant: null,
  per: null,
  from: null,
  to: null,
  windows: null,
  ...fields,
});

/** What must be equal for two prices to speak about the same thing. */
export function slotOf(row: Observation): string {
  const variant = Object.entries(row.variant ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([row.class, row.tier, row.geo, row.above, variant]);
}

/** An imported zero is unknown unless the id says that it is free. */
export function isUnknownZero(id: string, price: string): boolean {
  return price === "0" && !/[:-]free$/i.test(id);
}
