import type { PriceClass } from "../../../src/server/domain/price.js";
import { shifted } from "../decimal-text.js";
import { isUnknownZero, observation } from "../observation.js";
import type { Observation, Window } from "../observation.js";

interface Matcher {
  equals?: string;
  starts_with?: string;
  ends_with?: string;
  contains?: string;
  regex?: string;
  or?: Matcher[];
  and?: Matcher[];
}

type Price = string | { base: string; tiers: { start: string; price: string }[] };
type Prices = Record<string, Price>;
interface Dated {
  constraint?: { type: string; start_date?: string; start_time?: string; end_time?: string };
  prices: Prices;
}

interface GenaiModel {
  id: string;
  match: Matcher;
  prices: Prices | Dated[];
  price_comments?: string;
}

export interface GenaiProvider {
  id: string;
  models: GenaiModel[];
}

const TOKEN_FIELDS: Readonly<Record<string, PriceClass>> = {
  input_mtok: "input",
  output_mtok: "output",
  cache_read_mtok: "cache_read",
  cache_audio_read_mtok: "cache_read_audio",
  cache_image_read_mtok: "cache_read_image",
  cache_write_1h_mtok: "cache_write_1h",
  input_audio_mtok: "input_audio",
  output_audio_mtok: "output_audio",
  input_image_mtok: "input_image",
  output_image_mtok: "output_image",
  input_video_mtok: "input_video",
  output_video_mtok: "output_video",
  output_reasoning_mtok: "output_reasoning",
  output_citation_mtok: "output_citation",
};

/** Pages whose structure or images were annotated cost another price each, not one on top. Source: Mistral pricing page, 2026-11. */
export const ANNOTATED: Record<string, string> = { annotation: "yes" };

const UNIT_FIELDS: Readonly<
  Record<string, { class: PriceClass; per: number; variant?: Record<string, string> }>
> = {
  web_searches_kcount: { class: "web_search", per: 1000 },
  storage_searches_kcount: { class: "file_search", per: 1000 },
  requests_kcount: { class: "request", per: 1000 },
  audio_hours: { class: "audio_second", per: 3600 },
  input_document_kpages: { class: "page", per: 1000 },
  input_annotated_document_kpages: { class: "page", per: 1000, variant: ANNOTATED },
};

export function matches(matcher: Matcher, id: string): boolean {
  if (matcher.or !== undefined) return matcher.or.some((inner) => matches(inner, id));
  if (matcher.and !== undefined) return matcher.and.every((inner) => matches(inner, id));
  if (matcher.equals !== undefined) return matcher.equals === id;
  if (matcher.starts_with !== undefined) return id.startsWith(matcher.starts_with);
  if (matcher.ends_with !== undefined) return id.endsWith(matcher.ends_with);
  if (matcher.contains !== undefined) return id.includes(matcher.contains);
  return matcher.regex !== undefined && new RegExp(matcher.regex).test(id);
}

/** Ids written out in a pattern; with `parts`, the fixed part of a prefix or containment too when it does not end in a separator. */
function writtenIds(matcher: Matcher, parts: boolean): string[] {
  if (matcher.or !== undefined) return matcher.or.flatMap((inner) => writtenIds(inner, parts));
  const literal = matcher.equals ?? (parts ? (matcher.starts_with ?? matcher.contains) : undefined);
  return literal === undefined || /[-@.:]$/.test(literal) ? [] : [literal];
}

/** Ids that the collection lists by name for a model. */
export function listedIds(model: GenaiModel, parts: boolean): string[] {
  return [...new Set([model.id, ...writtenIds(model.match, parts)])];
}

interface Interval {
  prices: Prices;
  from: string | null;
  to: string | null;
  windows: Window[] | null;
}

function intervals(model: GenaiModel): Interval[] {
  if (!Array.isArray(model.prices)) return [{ prices: model.prices, from: null, to: null, windows: null }];
  const dated = model.prices
    .filter(({ constraint }) => constraint?.type !== "time_of_date")
    .map(({ constraint, prices }) => ({ prices, from: constraint?.start_date ?? null }))
    .toSorted((a, b) => ((a.from ?? "") < (b.from ?? "") ? -1 : 1));
  const rows: Interval[] = dated.map((entry, index) => ({
    prices: entry.prices,
    from: instant(entry.from),
    to: instant(dated[index + 1]?.from ?? null),
    windows: null,
  }));
  return [...rows, ...timed(model.prices, rows.at(-1)?.from ?? null)];
}

const instant = (date: string | null): string | null => (date === null ? null : `${date}T00:00:00Z`);

/**
 * Daily windows begin with the last dated price: the collection cannot say both. Weekends are off-peak at DeepSeek from 2026-08-23
 * (its own comments); both windows lie within one Beijing day, so UTC weekdays say the same.
 */
function timed(entries: readonly Dated[], since: string | null): Interval[] {
  const windows = entries.filter(({ constraint }) => constraint?.type === "time_of_date");
  const byPrice = new Map<string, { prices: Prices; windows: Window[] }>();
  for (const { constraint, prices } of windows) {
    const key = JSON.stringify(prices);
    const group = byPrice.get(key) ?? { prices, windows: [] };
    group.windows.push({
      from: (constraint?.start_time ?? "00:00").slice(0, 5),
      to: (constraint?.end_time ?? "24:00").slice(0, 5),
    });
    byPrice.set(key, group);
  }
  const weekend = "2026-08-23T00:00:00Z";
  return [...byPrice.values()].flatMap((group) => [
    { prices: group.prices, from: since, to: weekend, windows: group.windows },
    {
      prices: group.prices,
      from: weekend,
      to: null,
      windows: group.windows.map((window) => ({ ...window, weekdays: [1, 2, 3, 4, 5] })),
    },
  ]);
}

/** What a field prices, or null for a field that is no price of a class of ours. */
function namedBy(
  field: string,
  options: { cacheWrite: PriceClass; searchClass: PriceClass },
): Pick<Observation, "class" | "per" | "variant"> | null {
  const token = field === "cache_write_mtok" ? options.cacheWrite : TOKEN_FIELDS[field];
  if (token !== undefined) return { class: token, per: null, variant: null };
  const unit = UNIT_FIELDS[field];
  if (unit === undefined) return null;
  const search = field === "web_searches_kcount";
  return { class: search ? options.searchClass : unit.class, per: unit.per, variant: unit.variant ?? null };
}

/** Every price of a model, for one of its ids. */
export function genaiObservations(
  model: GenaiModel,
  id: string,
  options: { cacheWrite: PriceClass; searchClass: PriceClass },
): Observation[] {
  const rows: Observation[] = [];
  // A model that calls itself free and lists no price is free: the collection leaves zeros out.
  if (id.endsWith(":free") && Object.keys(model.prices).length === 0) {
    for (const name of ["input", "output"] as const)
      rows.push(observation({ id, class: name, price: "0", source: "genai-prices" }));
  }
  for (const { prices, from, to, windows } of intervals(model)) {
    for (const [field, price] of Object.entries(prices)) {
      const named = namedBy(field, options);
      if (named === null) continue;
      const base = typeof price === "string" ? price : price.base;
      const common = { id, ...named, source: "genai-prices" as const, from, to, windows };
      push(rows, observation({ ...common, price: shifted(base, 0) ?? "" }));
      for (const tier of typeof price === "string" ? [] : price.tiers) {
        const start = Number.parseInt(tier.start, 10);
        const inclusive = start % 1000 === 999;
        push(
          rows,
          observation({
            ...common,
            price: shifted(tier.price, 0) ?? "",
            above: inclusive ? start + 1 : start,
            inclusive,
          }),
        );
      }
    }
  }
  return rows;
}

function push(rows: Observation[], row: Observation): void {
  if (row.price !== "" && !isUnknownZero(row.id, row.price)) rows.push(row);
}
