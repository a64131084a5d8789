import { readFileSync, writeFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";
import { estimatePrice } from "../../src/server/pricing/estimate.js";
import { loadBundledBook } from "../../src/server/pricing/load-book.js";
import { NO_OPERATOR_PRICING } from "../../src/server/pricing/operator-pricing.js";
import type { BookModel } from "../../src/server/pricing/price-book.js";
import { CORRECTIONS } from "./overlay.js";

const FREE = "it counts a class without a price as free; to us it is unknown";
const AS_INPUT = "it prices a cache class without a rate as input; to us it is unknown";

/** Differences of principle, met by whole catalogues: counted by provider, not listed by model. */
const BY_PRINCIPLE: ReadonlySet<string> = new Set([FREE, AS_INPUT]);

/** The second engine's words for providers of the book. */
const THEIRS: Readonly<Record<string, string>> = {
  openai: "openai",
  "azure.ai.openai": "azure",
  anthropic: "anthropic",
  "gcp.gemini": "google",
  "gcp.vertex_ai": "google",
  "aws.bedrock": "aws",
  mistral_ai: "mistral",
  cohere: "cohere",
  groq: "groq",
  together: "together",
  fireworks: "fireworks",
  deepseek: "deepseek",
  x_ai: "x-ai",
  perplexity: "perplexity",
  openrouter: "openrouter",
  cloudflare: "cloudflare",
  cerebras: "cerebras",
  voyage: "voyageai",
  moonshot_ai: "moonshotai",
  novita: "novita",
  minimax: "minimax",
  zai: "zai",
  ovhcloud: "ovhcloud",
  baseten: "baseten",
  zhipu_ai: "zhipuai",
};

const AT = new Date("2026-09-25T12:00:00Z");

/** A thousand tokens of one class each, so that prices can be read off; and prompts of three sizes. Theirs counts caches as input. */
const VECTORS = [
  { name: "input", ours: { inputUncached: 1000 }, theirs: { input_tokens: 1000 } },
  { name: "output", ours: { output: 1000 }, theirs: { output_tokens: 1000 } },
  { name: "cache_read", ours: { cacheRead: 1000 }, theirs: { input_tokens: 1000, cache_read_tokens: 1000 } },
  {
    name: "cache_write",
    ours: { cacheWrite5m: 1000 },
    theirs: { input_tokens: 1000, cache_write_tokens: 1000 },
  },
  { name: "input of 150,000", ours: { inputUncached: 150_000 }, theirs: { input_tokens: 150_000 } },
  { name: "input of 250,000", ours: { inputUncached: 250_000 }, theirs: { input_tokens: 250_000 } },
  { name: "input of 300,000", ours: { inputUncached: 300_000 }, theirs: { input_tokens: 300_000 } },
] as const;

interface Row {
  provider: string;
  model: string;
  vector: string;
  ours: string;
  theirs: string;
  reason: string;
}

/** Their amount as decimal text: a double, rounded to 12 significant digits to take its noise away. Null = no price. */
function theirAmount(provider: string, id: string, usage: Record<string, number>): string | null {
  const result = calcPrice(usage, id, { providerId: provider, timestamp: AT });
  if (result === null) return null;
  return Number.parseFloat(result.total_price.toPrecision(12))
    .toFixed(12)
    .replace(/\.?0+$/, "");
}

function reasonFor(model: BookModel, className: string, ours: string | null, theirs: string | null): string {
  const correction = CORRECTIONS.find(
    (row) =>
      row.provider === model.provider &&
      row.model === model.model &&
      row.tier === undefined &&
      className.startsWith(row.class),
  );
  if (correction !== undefined) return `own correction: ${correction.why}`;
  if (model.rates.some((rate) => rate.class === "request" && rate.variant !== null))
    return "the request fee depends on the search context, low unless asked for; it always takes the highest";
  if (model.rates.some((rate) => rate.class === "web_search" && rate.unit === "request"))
    return "each call of a search model is one search to us; it prices the tokens alone";
  const name = className.startsWith("input") ? "input" : className;
  const rates = model.rates.filter((rate) => rate.class.startsWith(name) && rate.tier === "standard");
  if (rates.some(({ status }) => status === "quarantined")) return "our rate is held back by a sanity rule";
  if (theirs === "0") return FREE;
  if (ours === null && name.startsWith("cache")) return AS_INPUT;
  if (ours === null)
    return "the conditions of our rates (place, date, longer context) are not met; it has none";
  const sources = new Set(rates.map(({ source }) => source));
  if (className.startsWith("input of"))
    return "the context bands differ: other collections list them for ids that it prices flat";
  if (name === "cache_write" && rates.length === 0)
    return "the provider bills written tokens as input (rule set)";
  if (sources.has("genai-prices"))
    return "the same price list; its pattern gives the id another model's price, or its data knows no dates with hours";
  return "other collections agree on another price, or its pattern covers an id that they list apart";
}

function compareModel(
  model: BookModel,
  theirProvider: string,
  rows: Row[],
): { equal: number; absent: number } {
  const context = { book: BOOK, operator: NO_OPERATOR_PRICING };
  const id = model.snapshots[0] ?? model.aliases[0];
  const spelled = model.provider === "aws.bedrock" && id !== undefined ? id : model.model;
  let equal = 0;
  let absent = 0;
  let baseDiffers = false;
  for (const vector of VECTORS) {
    const theirs = theirAmount(theirProvider, spelled, { ...vector.theirs });
    if (theirs === null) {
      absent += 1;
      continue;
    }
    const question = {
      model: spelled,
      provider: model.provider,
      usage: { ...vector.ours },
      atMs: AT.getTime(),
    };
    const { cost } = estimatePrice(question, context);
    const ours = cost.status === "priced" ? cost.total : null;
    // Another base price shows in every prompt size: it is listed once.
    const repeats = vector.name.startsWith("input of") && baseDiffers;
    if (ours === theirs || repeats) equal += ours === theirs ? 1 : 0;
    else {
      const reason = reasonFor(model, vector.name, ours, theirs);
      baseDiffers ||= vector.name === "input";
      rows.push({
        provider: model.provider,
        model: model.model,
        vector: vector.name,
        ours: ours ?? "unpriced",
        theirs,
        reason,
      });
    }
  }
  return { equal, absent };
}

const BOOK = loadBundledBook();
const REPORT = new URL("SECOND-ENGINE.md", import.meta.url);

/** Markdown: every place where `@pydantic/genai-prices` and our engine differ over the whole book, grouped by the reason. */
export function secondEngineReport(): string {
  const rows: Row[] = [];
  const table: string[] = [];
  for (const [provider, theirs] of Object.entries(THEIRS)) {
    const models = BOOK.providers.get(provider)?.models ?? [];
    const before = rows.length;
    const sums = models.map((model) => compareModel(model, theirs, rows));
    const sum = (pick: (entry: { equal: number; absent: number }) => number) =>
      sums.reduce((total, entry) => total + pick(entry), 0);
    const differing = rows.length - before;
    table.push(
      `| ${provider} | ${String(models.length)} | ${String(sum(({ equal }) => equal))} | ${String(differing)} | ${String(sum(({ absent }) => absent))} |`,
    );
  }
  const groups = byReason(rows);
  const sections = [...groups].toSorted(([, a], [, b]) => b.length - a.length).flatMap(section);
  return [
    "# Our engine beside `@pydantic/genai-prices`",
    "",
    `Written by \`tools/prices/second-engine.ts\` for book ${BOOK.version.split("+")[0] ?? ""}, version 0.1.8 of the package, calls at ${AT.toISOString()}.`,
    "USD for 1,000 tokens of one class, or for a prompt of the size named. Equal and differing count usage vectors; the last column counts those",
    "that the other engine has no price for (other hosts, fine-tunes, models that it does not list). Tiers, batch, places and tools have no",
    "counterpart there and are checked by the golden cases.",
    "",
    "| provider | models | equal | differing | not known there |",
    "|---|---|---|---|---|",
    ...table,
    "",
    ...sections,
  ].join("\n");
}

function section([reason, members]: [string, Row[]]): string[] {
  const head = [`## ${reason} (${String(members.length)})`, ""];
  if (!BY_PRINCIPLE.has(reason)) {
    const lines = members.map(
      (row) => `| ${row.provider} | ${row.model} | ${row.vector} | ${row.ours} | ${row.theirs} |`,
    );
    return [...head, "| provider | model | usage | ours | theirs |", "|---|---|---|---|---|", ...lines, ""];
  }
  const counts = new Map<string, number>();
  for (const { provider, vector } of members) {
    const key = `| ${provider} | ${vector} |`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const lines = [...counts].map(([key, count]) => `${key} ${String(count)} |`);
  return [...head, "| provider | usage | models |", "|---|---|---|", ...lines, ""];
}

function byReason(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.reason, [...(groups.get(row.reason) ?? []), row]);
  return groups;
}

/** The committed report. */
export function committedReport(): string {
  return readFileSync(REPORT, "utf8");
}

if (process.argv[1]?.endsWith("second-engine.ts") === true) writeFileSync(REPORT, secondEngineReport());
