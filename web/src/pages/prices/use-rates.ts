import type { PriceList, Rate } from "../../api/price-types.js";
import { useLoaded } from "../../ui/use-loaded.js";

const NONE: ReadonlyMap<string, Rate> = new Map();

/** Rates of a priced model (`<provider>/<model>`) by id, history included; empty until they are there, or when there are none. */
export function useRates(pricedModel: string | null): ReadonlyMap<string, Rate> {
  const slash = pricedModel?.indexOf("/") ?? -1;
  const query = new URLSearchParams({ limit: "500" });
  if (pricedModel !== null && slash > 0) {
    query.set("provider", pricedModel.slice(0, slash));
    query.set("model", pricedModel.slice(slash + 1));
  }
  const { data } = useLoaded<PriceList>(slash > 0 ? `prices?${query.toString()}` : null);
  return data === null ? NONE : new Map(data.data.map((rate) => [rate.id, rate]));
}
