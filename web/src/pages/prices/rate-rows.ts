import type { Rate } from "../../api/price-types.js";
import { exactUsd } from "../../format/units.js";
import { classText } from "../call-words.js";

/** What one model costs under one set of conditions, in one span of time. */
export interface RateRow {
  key: string;
  provider: string;
  model: string;
  /** Tier, geography, prompt size: what must hold for these prices; empty for the ordinary ones. */
  conditions: string;
  from: string | null;
  to: string | null;
  /** Price text by class. */
  prices: ReadonlyMap<string, string>;
  source: string;
  sourceUrl: string | null;
  seenAt: string | null;
  isQuarantined: boolean;
}

/** Classes with a column of their own; all others share one. */
export const MAIN_CLASSES = ["input", "cache_read", "cache_write_5m", "cache_write", "output"] as const;

/** `$2.50` per million tokens, `$0.01 each` per unit. */
export function priceText(rate: Rate): string {
  const price = rate.currency === "USD" ? exactUsd(rate.price) : `${rate.price} ${rate.currency}`;
  if (rate.unit === "token" && rate.per === 1_000_000) return price;
  const per = rate.per === 1 ? "" : `${rate.per.toLocaleString("en-US")} `;
  return `${price} per ${per}${classText(rate.unit)}`;
}

function conditionsOf(rate: Rate): string {
  return [
    rate.tier === "standard" ? "" : rate.tier,
    rate.geo ?? "",
    rate.minPromptTokens > 0
      ? `prompts ${rate.minInclusive === true ? "from" : "above"} ${rate.minPromptTokens.toLocaleString("en-US")} tokens`
      : "",
    ...Object.entries(rate.variant ?? {}).map(([name, value]) => `${classText(name)} ${value}`),
    rate.utcWindows === null ? "" : "at certain hours",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** Rates as the book lists them, one row for those that hold together. */
export function rateRows(rates: readonly Rate[]): RateRow[] {
  const rows = new Map<string, RateRow & { prices: Map<string, string> }>();
  for (const rate of rates) {
    const conditions = conditionsOf(rate);
    const key = [rate.provider, rate.model, conditions, rate.effectiveFrom, rate.effectiveTo].join(" ");
    const row = rows.get(key) ?? {
      key,
      provider: rate.provider,
      model: rate.model,
      conditions,
      from: rate.effectiveFrom,
      to: rate.effectiveTo,
      prices: new Map<string, string>(),
      source: rate.source,
      sourceUrl: rate.sourceUrl,
      seenAt: rate.sourceSeenAt,
      isQuarantined: rate.status !== "active",
    };
    row.prices.set(rate.class, priceText(rate));
    rows.set(key, row);
  }
  return [...rows.values()];
}

/** Prices of the classes that have no column, as `reasoning $2.00`. */
export function otherPrices(row: RateRow): string {
  const main: readonly string[] = MAIN_CLASSES;
  return [...row.prices]
    .filter(([name]) => !main.includes(name))
    .map(([name, price]) => `${classText(name)} ${price}`)
    .join(", ");
}

const day = (text: string): string => text.slice(0, 10);

/** When the prices hold, in words. */
export function spanText(from: string | null, to: string | null): string {
  if (from === null && to === null) return "any time";
  if (to === null) return `since ${day(from ?? "")}`;
  return from === null ? `until ${day(to)}` : `${day(from)} to ${day(to)}`;
}
