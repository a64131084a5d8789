import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPriceBook } from "../../src/server/pricing/price-book.js";
import { priceFileSchema } from "../../src/server/pricing/price-book.schema.js";
import type { PriceFile, PriceFileModel, PriceFileRate } from "../../src/server/pricing/price-book.schema.js";
import { idForm } from "../../src/server/pricing/model-grammar.js";
import { parseWithTextNumbers, times } from "./decimal-text.js";
import { gather } from "./gather.js";
import type { Inputs } from "./gather.js";
import { groupIds } from "./group.js";
import type { Group } from "./group.js";
import { UNEXPLAINED, leftOut, renderLeftOut } from "./not-imported.js";
import { observation } from "./observation.js";
import type { Observation } from "./observation.js";
import { overlayObservations } from "./overlay.js";
import { PROVIDERS } from "./providers.js";
import type { ProviderPlan } from "./provider-plan.js";
import { renderReport } from "./report.js";
import { resolveModel } from "./resolve.js";
import type { Disagreement } from "./sanity.js";

const SOURCES: PriceFile["sources"] = {
  overlay: {
    url: "tools/prices/overlay.ts",
    seen_at: "2026-11-22",
    note: "own corrections, each with its reason",
  },
  "genai-prices": { url: "https://github.com/pydantic/genai-prices", seen_at: "2026-09-22" },
  litellm: { url: "https://github.com/BerriAI/litellm", seen_at: "2026-08-01" },
  langfuse: { url: "https://github.com/langfuse/langfuse", seen_at: "2026-08-22" },
  "models.dev": { url: "https://models.dev", seen_at: "2026-07-02" },
  "provider-rule": {
    url: "docs/pricing.md",
    seen_at: "2026-11-22",
    note: "a multiple of standard that the provider states",
  },
};

function readInputs(directory: string): Inputs {
  const read = (name: string): unknown => parseWithTextNumbers(readFileSync(join(directory, name), "utf8"));
  // The shapes are the collections' own; every field is checked where it is read.
  return {
    genai: read("genai-prices.v2.json") as Inputs["genai"],
    litellm: read("litellm.model_prices.json") as Inputs["litellm"],
    langfuse: read("langfuse.default-model-prices.json") as Inputs["langfuse"],
    modelsDev: read("models-dev/models-dev.json") as Inputs["modelsDev"],
  };
}

function buildFile(plan: ProviderPlan, inputs: Inputs, disagreements: Disagreement[]): PriceFile {
  const rows = [...gather(plan, inputs)];
  const groups = groupIds(plan, rows);
  for (const row of overlayObservations(plan.provider)) {
    const home = groups.find(({ model }) => model === row.id);
    if (home === undefined) groups.push({ model: row.id, ids: [row.id], rows: [row] });
    else home.rows.push(row);
  }
  const models = groups
    .map((group) => buildModel(plan, group, disagreements))
    .filter((model) => model.rates.length > 0)
    .toSorted((a, b) => (a.model < b.model ? -1 : 1));
  dropDoubleIds(plan, models);
  return {
    provider: plan.provider,
    sources: SOURCES,
    rule_set: plan.ruleSet,
    models,
    modifiers: (plan.modifiers ?? []).map((modifier) => ({ ...modifier })),
  };
}

function buildModel(plan: ProviderPlan, group: Group, disagreements: Disagreement[]): PriceFileModel {
  const resolved = withImplied(plan, group.model, resolveModel(plan, group.model, group.rows, disagreements));
  const alias = Object.entries(plan.aliases ?? {}).flatMap(([from, to]) =>
    to === group.model ? [from] : [],
  );
  const ids = new Set(
    [...group.ids, ...alias].filter((id) => id.toLowerCase() !== group.model.toLowerCase()),
  );
  const dated = (id: string) => /\d{8}|\d{4}-\d{2}-\d{2}|-\d{3,4}$|@/.test(id);
  const snapshots = [...ids].filter(dated).toSorted();
  const aliases = [...ids].filter((id) => !dated(id)).toSorted();
  return {
    model: group.model,
    ...(aliases.length > 0 ? { aliases } : {}),
    ...(snapshots.length > 0 ? { snapshots } : {}),
    rates: resolved.map(fileRate),
  };
}

/** Rates that follow from what is listed: containers where tools are priced, audio at the only input rate, speech tokens. */
function withImplied(plan: ProviderPlan, model: string, rows: Observation[]): Observation[] {
  const searches = withoutOtherSearch(model, rows);
  const result = SEARCH_MODEL.test(model) ? searches.map(perCallSearch) : searches;
  if (plan.provider === "openai" && rows.some((row) => row.class === "file_search")) {
    result.push(
      observation({ id: model, class: "container_session", price: "0.03", per: 1, source: "litellm" }),
    );
  }
  if (plan.audioAtText?.(model) === true && !rows.some((row) => row.class === "input_audio")) {
    const inputs = rows.filter((row) => row.class === "input");
    result.push(
      ...inputs.map((row) => ({ ...row, class: "input_audio" as const, source: "provider-rule" as const })),
    );
  }
  if (plan.audioAtText?.(model) === true && !rows.some((row) => row.class === "cache_read_audio")) {
    const cached = rows.filter((row) => row.class === "cache_read");
    const source = "provider-rule" as const;
    result.push(...cached.map((row) => ({ ...row, class: "cache_read_audio" as const, source })));
  }
  // What a speech model puts out is audio, however its price is filed.
  if (/^(gpt|gemini)-.*-tts$/.test(model) && !rows.some((row) => row.class === "output_audio")) {
    const outputs = rows.filter((row) => row.class === "output");
    result.push(...outputs.map((row) => ({ ...row, class: "output_audio" as const })));
  }
  if (model.startsWith("claude-")) result.push(...hourWrites(model, rows));
  return /^gpt-image|^chatgpt-image/.test(model) ? imageOutput(result) : result;
}

const SEARCH_MODEL = /^gpt-[a-z0-9.-]*-search-(?:preview|api)$/;

/**
 * OpenAI charges searches by context size for its search models only; a flat price and one by size are never both right.
 * Source: OpenAI pricing page, 2026-11.
 */
function withoutOtherSearch(model: string, rows: readonly Observation[]): Observation[] {
  const bySize = model.includes("search-preview");
  const oneKind = statedTwice(rows, "web_search")
    ? rows.filter((row) => row.class !== "web_search" || (row.variant !== null) === bySize)
    : [...rows];
  // A request fee by context size is never flat: the flat one is that of the largest size.
  return statedTwice(oneKind, "request")
    ? oneKind.filter((row) => row.class !== "request" || row.variant !== null)
    : oneKind;
}

const statedTwice = (rows: readonly Observation[], name: Observation["class"]): boolean =>
  rows.some((row) => row.class === name && row.variant === null) &&
  rows.some((row) => row.class === name && row.variant !== null);

/**
 * A search model "always retrieves information from the web before responding" and is billed per call, so that each call is one search,
 * whatever its reply counts. Source: OpenAI web search guide (Chat Completions) and pricing page, 2026-11.
 */
const perCallSearch = (row: Observation): Observation =>
  row.class === "web_search" ? { ...row, unit: "request" } : row;

/**
 * Anthropic states that a one-hour write costs twice the base input price, in every band and at every cloud
 * (platform.claude.com prompt caching, 2026-11): rows for bands that no collection lists.
 */
function hourWrites(model: string, rows: readonly Observation[]): Observation[] {
  const cached = rows.some((row) => row.class === "cache_write_5m");
  const inputs = rows.filter(
    (row) => row.class === "input" && row.tier === "standard" && row.quarantined !== true,
  );
  const listed = (input: Observation) =>
    rows.some(
      (row) =>
        row.class === "cache_write_1h" &&
        row.tier === "standard" &&
        row.above === input.above &&
        row.geo === input.geo &&
        row.from === input.from,
    );
  return inputs
    .filter((input) => cached && !listed(input))
    .map((input) => ({
      ...input,
      id: model,
      class: "cache_write_1h" as const,
      price: times(input.price, "2"),
      source: "provider-rule" as const,
    }));
}

/** Image models whose only output price is listed as text: what they put out are image tokens. */
function imageOutput(rows: Observation[]): Observation[] {
  if (rows.some((row) => row.class === "output_image")) return rows;
  return rows.flatMap((row) =>
    row.class === "output" ? [row, { ...row, class: "output_image" as const }] : [row],
  );
}

function fileRate(row: Observation): PriceFileRate {
  return {
    class: row.class,
    price: row.price,
    ...(row.per === null ? {} : { per: row.per }),
    ...(row.unit === undefined ? {} : { unit: row.unit }),
    ...(row.tier === "standard" ? {} : { tier: row.tier }),
    ...(row.geo === null ? {} : { geo: row.geo }),
    ...(row.above === 0 ? {} : { min_prompt_tokens: row.above }),
    ...(row.inclusive ? { min_inclusive: true } : {}),
    ...(row.variant === null ? {} : { variant: row.variant }),
    ...(row.from === null ? {} : { effective_from: row.from }),
    ...(row.to === null ? {} : { effective_to: row.to }),
    ...(row.windows === null ? {} : { utc_windows: row.windows }),
    source: row.source,
    ...(row.quarantined === true ? { status: "quarantined" as const } : {}),
  };
}

/** An id that a model carries by name is not also a snapshot of another. */
function dropDoubleIds(plan: ProviderPlan, models: PriceFileModel[]): void {
  const taken = new Map<string, PriceFileModel>();
  for (const model of models) taken.set(idForm(plan.provider, model.model), model);
  const free = (owner: PriceFileModel) => (id: string) => {
    const form = idForm(plan.provider, id);
    const holder = taken.get(form);
    if (holder === undefined) taken.set(form, owner);
    return holder === undefined;
  };
  for (const model of models) {
    if (model.snapshots !== undefined) model.snapshots = model.snapshots.filter(free(model));
    if (model.aliases !== undefined) model.aliases = model.aliases.filter(free(model));
    if (model.snapshots?.length === 0) delete model.snapshots;
    if (model.aliases?.length === 0) delete model.aliases;
  }
}

/** One model a line: small diffs when a price changes. */
function render(file: PriceFile): string {
  const { models, ...head } = file;
  const lines = models.map((model) => JSON.stringify(model)).join(",\n");
  const text = JSON.stringify(head, null, 1);
  return `${text.slice(0, -2)},\n "models": [\n${lines}\n ]\n}\n`;
}

function main(): void {
  const [inputs, version] = process.argv.slice(2);
  if (inputs === undefined || version === undefined) {
    console.error(
      "usage: node --import tsx tools/prices/build.ts <directory of inputs> <version YYYY.MM.DD-n>",
    );
    process.exitCode = 2;
    return;
  }
  const out = new URL("../../src/server/pricing/price-book/", import.meta.url);
  const collections = readInputs(inputs);
  const disagreements: Disagreement[] = [];
  const files = PROVIDERS.map((plan) => priceFileSchema.parse(buildFile(plan, collections, disagreements)));
  buildPriceBook(version, files);
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) if (name.endsWith(".json")) rmSync(new URL(name, out));
  const names = files.map((file) => `${file.provider}.json`);
  for (const file of files) writeFileSync(new URL(`${file.provider}.json`, out), render(file));
  writeFileSync(new URL("book.json", out), `${JSON.stringify({ version, files: names }, null, 1)}\n`);
  writeFileSync(new URL("REPORT.md", import.meta.url), renderReport(version, files, disagreements));
  const unused = leftOut(PROVIDERS, collections);
  writeFileSync(new URL("NOT-IMPORTED.md", import.meta.url), renderLeftOut(version, unused));
  for (const { collection, id, field } of unused.filter(({ why }) => why === UNEXPLAINED))
    console.log(`not imported, and nobody said why: ${collection} ${id} ${field}`);
  console.log(
    `${String(files.length)} providers, ${String(files.reduce((sum, file) => sum + file.models.length, 0))} models`,
  );
}

main();
