import type { PriceClass, PriceTier } from "../../../src/server/domain/price.js";
import { shifted, wholeUnit } from "../decimal-text.js";
import { isUnknownZero, observation } from "../observation.js";
import type { Observation } from "../observation.js";
import { ANNOTATED } from "./genai.js";

export type LitellmEntry = Record<string, unknown> & { litellm_provider?: string; mode?: string };

const TOKEN_FIELDS: readonly [string, PriceClass | "cache_write_default"][] = [
  ["cache_creation_input_token_cost_above_1hr", "cache_write_1h"],
  ["cache_creation_input_token_cost", "cache_write_default"],
  ["cache_read_input_token_cost", "cache_read"],
  ["cache_read_input_audio_token_cost", "cache_read_audio"],
  ["input_cost_per_token_cache_hit", "cache_read"],
  ["input_cost_per_audio_token", "input_audio"],
  ["input_cost_per_image_token", "input_image"],
  ["input_cost_per_token", "input"],
  ["output_cost_per_audio_token", "output_audio"],
  ["output_cost_per_image_token", "output_image"],
  ["output_cost_per_video_token", "output_video"],
  ["output_cost_per_reasoning_token", "output_reasoning"],
  ["output_cost_per_token", "output"],
  ["citation_cost_per_token", "output_citation"],
];

const SUFFIX = /^(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority))?$/;

const TIERS: Readonly<Record<string, PriceTier>> = { batches: "batch", flex: "flex", priority: "priority" };

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Token prices of an entry; a reasoning price equal to the output price is not a price of its own. */
export function litellmTokens(
  entry: LitellmEntry,
  id: string,
  options: { cacheWrite: PriceClass; geo: string | null; inclusive: boolean },
): Observation[] {
  const rows: Observation[] = [];
  for (const [field, value] of Object.entries(entry)) {
    const known = TOKEN_FIELDS.find(([name]) => field.startsWith(name));
    if (known === undefined) continue;
    const suffix = SUFFIX.exec(field.slice(known[0].length));
    const price = shifted(text(value), 6);
    if (suffix === null || price === null || isUnknownZero(id, price)) continue;
    rows.push(
      observation({
        id,
        class: known[1] === "cache_write_default" ? options.cacheWrite : known[1],
        price,
        source: "litellm",
        tier: TIERS[suffix[2] ?? ""] ?? "standard",
        geo: options.geo,
        above: suffix[1] === undefined ? 0 : Number.parseInt(suffix[1], 10) * 1000,
        inclusive: suffix[1] !== undefined && options.inclusive,
      }),
    );
  }
  const output = rows.find((row) => row.class === "output" && row.tier === "standard" && row.above === 0);
  return dedupe(rows).filter((row) => row.class !== "output_reasoning" || row.price !== output?.price);
}

/** Two fields can name one slot (`cache_hit` and `cache_read`): the first stands. */
function dedupe(rows: readonly Observation[]): Observation[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = `${row.class}|${row.tier}|${String(row.above)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Unit prices of an entry: searches, queries, seconds, pages, characters, images. */
export function litellmUnits(
  entry: LitellmEntry,
  id: string,
  vendor: "google" | "perplexity" | "other",
): Observation[] {
  const rows: Observation[] = [];
  const add = (
    name: PriceClass,
    value: unknown,
    per: number,
    variant: Record<string, string> | null = null,
  ) => {
    const price = shifted(text(value), per === 1 ? 0 : per === 1000 ? 3 : per === 60 ? 0 : 6);
    if (price === null || price === "0") return;
    rows.push(observation({ id, class: name, price, per, variant, source: "litellm" }));
  };
  const mode = entry.mode ?? "";
  add("request", entry["input_cost_per_request"], 1000);
  if (mode === "rerank") add("search_unit", entry["input_cost_per_query"], 1000);
  if (mode === "audio_transcription") addSeconds(rows, id, text(entry["input_cost_per_second"]));
  if (mode === "audio_speech") add("character", entry["input_cost_per_character"], 1_000_000);
  if (mode === "video_generation") {
    add("video_second", entry["output_cost_per_video_per_second"] ?? entry["output_cost_per_second"], 1);
    add("video_second", entry["output_cost_per_second_1080p"], 1, { resolution: "1080p" });
  }
  if (mode === "ocr") {
    add("page", entry["ocr_cost_per_page"], 1000);
    add("page", entry["annotation_cost_per_page"], 1000, ANNOTATED);
  }
  if (/^image_(generation|edit)$/.test(mode) && entry["output_cost_per_image_token"] === undefined) {
    add("image", entry["output_cost_per_image"], 1);
  }
  if (mode === "realtime") addMisfiled(entry, id, rows);
  addSearch(entry, vendor, add);
  return rows;
}

/** Of live models the collection files cached audio as written, and the price of an image token as that of an image. */
function addMisfiled(entry: LitellmEntry, id: string, rows: Observation[]): void {
  const fields = [
    ["cache_creation_input_audio_token_cost", "cache_read_audio"],
    ["input_cost_per_image", "input_image"],
  ] as const;
  for (const [field, name] of fields) {
    const price = shifted(text(entry[field]), 6);
    if (price !== null && price !== "0")
      rows.push(observation({ id, class: name, price, source: "litellm" }));
  }
}

function addSeconds(rows: Observation[], id: string, value: string | undefined): void {
  const price = shifted(value, 0);
  if (price !== null && price !== "0")
    rows.push(observation({ id, class: "audio_second", ...wholeUnit(price), source: "litellm" }));
}

function addSearch(
  entry: LitellmEntry,
  vendor: "google" | "perplexity" | "other",
  add: (name: PriceClass, value: unknown, per: number, variant?: Record<string, string> | null) => void,
): void {
  const costs = entry["search_context_cost_per_query"];
  if (typeof costs !== "object" || costs === null) return;
  const sizes = Object.entries(costs).map(([name, value]) => ({
    size: name.replace("search_context_size_", ""),
    value: text(value),
  }));
  const flat = new Set(sizes.map(({ value }) => value)).size === 1;
  if (vendor === "google") {
    const perQuery = entry["web_search_billing_unit"] === "per_query";
    if (flat) add(perQuery ? "google_search_query" : "google_search_prompt", sizes[0]?.value, 1000);
  } else if (vendor === "perplexity") {
    if (flat) add("search_query", sizes[0]?.value, 1000);
    else for (const { size, value } of sizes) add("request", value, 1000, { search_context: size });
  } else if (flat) {
    add("web_search", sizes[0]?.value, 1000);
  } else {
    for (const { size, value } of sizes) add("web_search", value, 1000, { search_context: size });
  }
}
