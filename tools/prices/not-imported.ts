import type { Inputs } from "./gather.js";
import type { ProviderPlan } from "./provider-plan.js";
import { genaiObservations } from "./sources/genai.js";
import { langfuseObservations } from "./sources/langfuse.js";
import { litellmTokens, litellmUnits } from "./sources/litellm.js";
import type { LitellmEntry } from "./sources/litellm.js";
import { isModelsDevPrice } from "./sources/models-dev.js";

/** A price that a collection states and the book does not take over. */
export interface LeftOut {
  collection: string;
  provider: string;
  id: string;
  field: string;
  why: string;
}

export const UNEXPLAINED = "no reason stated";

const NO_PLAN = "the provider is not in the book: its calls are unpriced (no_price_for_provider)";
const NOT_TAKEN = "another provider's id, or left out by this provider's plan";

const SPELLINGS = "another spelling of a class that is taken over";
const SEARCHES = "searches of Google models, taken over from LiteLLM with the unit they are billed in";

/** Why an id is left out, by collection and key. */
const IDS: readonly [RegExp, string][] = [
  [/-month-commitment\//, "paid capacity by the hour: such calls are commitment_tier"],
  [/\/container$|^container$/, "code interpreter: taken over as container_session of every model with tools"],
  [/^azure\/(?:low|medium|high)\//, "per pixel, for models that are billed by image tokens"],
  [
    /(?:^|\/)(?:standard|hd)\/.*dall-e|x-\d+\/dall-e|^dall-e/,
    "per pixel: the product misses the price per image, which the overlay holds",
  ],
  [/\d+-x-\d+\/(?:gpt-image|chatgpt-image)/, "per image, for models that are billed by image tokens"],
  [
    /(?:\d+|max)-x-(?:\d+|max)\//,
    "an image size or number of steps that calls do not tell, of a model that is listed without",
  ],
  [/[-@]latest$|^gemini-(?:flash|pro)/, "moving alias without dates: resolved by the reply"],
  [/^azure\/gpt-4o-mini/, "a regional price; the global one stands under its own key"],
  [
    /^azure(?:_ai)?\/[^/]+\//,
    "a service of another kind below the provider's name (speech, document intelligence)",
  ],
  [
    /^bedrock_mantle\//,
    "listed under Bedrock's own ids by collections that agree on another price or the same",
  ],
  [/us-gov-.*\/claude/, "the same facts stand under the full id"],
  [/^bedrock\/(?:invoke|\*)\/|^bedrock\/[^/]+$|^anthropic\..*@/, "the same facts stand under the id alone"],
  [
    /^perplexity\/[^/]+\/|perplexity\/search/,
    "other vendors' models, resold at their price; the search API is no model call",
  ],
  [/gemma|learnlm|exp-1|search_api|chirp/, "an experiment, or no model of the provider's API"],
  [/native-audio-preview-\d/, "listed with the rates of the text model"],
  [/\/$|^together-ai-/, "a prefix or a class of sizes, not a model"],
];

/** Why a field is left out, by collection. */
const FIELDS: readonly [RegExp, string][] = [
  [/^input_cost_per_pixel/, "per pixel: no reply tells the size of what was made"],
  [
    /^input_cost_per_(?:image|video_per_second|audio_per_second|character|pixel)/,
    "media in a prompt by count, length or size: replies report tokens, and calls are priced by these",
  ],
  [
    /^output_cost_per_(?:image|character|pixel)/,
    "the same output in another unit than the one it is billed in (tokens or images)",
  ],
  [/^output_cost_per_second/, "the price of the input again, or of speech that is billed by tokens"],
  [
    /^input_cost_per_second/,
    "time on a machine of one's own, or speech in a prompt that is billed by tokens",
  ],
  [/^input_cost_per_query/, "the fee of a search API, not of a model call"],
  [/^code_interpreter_cost/, "taken over as container_session of every model with tools"],
  [/_dbu_|_per_credit/, "in units that are not money"],
  [/^search_context_cost_per_query/, "one fee where the model has none of its own"],
  [/^ocr_cost_per_page|^annotation_cost_per_page/, "pages of a model that is billed by tokens"],
  [/^output_cost_per_reasoning_token/, "equal to the price of output"],
  [/_above_\d+[a-z]*_interval|_above_1hr_above/, "a band of a price that is left out"],
  [/^citation_cost|^input_cost_per_request/, "a fee of a model that is left out"],
  [/^input_audio_hours/, "the same price as audio_hours, by its newer name"],
  [/^input_text_messages_kcount/, "messages of a voice session: no reply reports their number"],
  [/^request$/, "stated by LiteLLM with its context sizes"],
  [/^reasoning$/, "equal to the price of output"],
];

const find = (rules: readonly [RegExp, string][], text: string): string | undefined =>
  rules.find(([pattern]) => pattern.test(text))?.[1];

const isPrice = (value: unknown): boolean =>
  typeof value === "string" && /[1-9]/.test(value.split(/e/i)[0] ?? "");

/** Every price that no row of the book could come from, with the reason. Prices of zero state nothing and are not counted. */
export function leftOut(plans: readonly ProviderPlan[], inputs: Inputs): LeftOut[] {
  return [
    ...fromLitellm(plans, inputs),
    ...fromGenai(plans, inputs),
    ...fromModelsDev(plans, inputs),
    ...fromLangfuse(plans, inputs),
  ];
}

function fromLitellm(plans: readonly ProviderPlan[], inputs: Inputs): LeftOut[] {
  const known = new Set<string>();
  for (const [key, entry] of Object.entries(inputs.litellm)) {
    if (plans.some((plan) => takes(plan, key, entry))) known.add(entry.litellm_provider ?? "");
  }
  return Object.entries(inputs.litellm).flatMap(([key, entry]) => {
    if (key === "sample_spec") return [];
    const provider = entry.litellm_provider ?? "";
    const taken = plans.some((plan) => takes(plan, key, entry));
    return Object.entries(entry)
      .filter(([field, value]) => /cost/.test(field) && (isPrice(value) || typeof value === "object"))
      .filter(([field]) => !taken || !isRead(entry, field))
      .map(([field]) => ({
        collection: "litellm",
        provider,
        id: key,
        field,
        why: taken
          ? (find(FIELDS, field) ?? UNEXPLAINED)
          : known.has(provider)
            ? (find(IDS, key) ?? UNEXPLAINED)
            : NO_PLAN,
      }));
  });
}

const takes = (plan: ProviderPlan, key: string, entry: LitellmEntry): boolean =>
  plan.litellm !== undefined && plan.litellm(key, entry) !== null;

/** Whether an entry that states this field alone, beside what is not a price, makes a row. */
function isRead(entry: LitellmEntry, field: string): boolean {
  const alone: LitellmEntry = {
    ...(entry.mode === undefined ? {} : { mode: entry.mode }),
    [field]: entry[field],
  };
  const options = { cacheWrite: "cache_write" as const, geo: null, inclusive: false };
  const reasoning =
    field === "output_cost_per_reasoning_token" && entry[field] === entry["output_cost_per_token"];
  if (reasoning) return false;
  return (
    litellmTokens(alone, "x", options).length > 0 ||
    (["google", "perplexity", "other"] as const).some((vendor) => litellmUnits(alone, "x", vendor).length > 0)
  );
}

function fromGenai(plans: readonly ProviderPlan[], inputs: Inputs): LeftOut[] {
  return inputs.genai.flatMap(({ id: provider, models }) => {
    const own = plans.filter((plan) => plan.genai?.id === provider);
    return models.flatMap((model) => {
      const stated = Array.isArray(model.prices) ? model.prices.map(({ prices }) => prices) : [model.prices];
      const fields = [...new Set(stated.flatMap((prices) => Object.keys(prices)))];
      const kept = own.some((plan) => plan.genai?.keep?.(model.id) ?? true);
      const options = { cacheWrite: "cache_write" as const, searchClass: "web_search" as const };
      return fields
        .filter((field) => {
          const sample = stated.find((prices) => prices[field] !== undefined)?.[field] ?? "";
          return (
            !kept || genaiObservations({ ...model, prices: { [field]: sample } }, "x", options).length === 0
          );
        })
        .map((field) => ({
          collection: "genai-prices",
          provider,
          id: model.id,
          field,
          why:
            own.length === 0
              ? NO_PLAN
              : kept
                ? (find(FIELDS, field) ?? UNEXPLAINED)
                : (find(IDS, model.id) ?? NOT_TAKEN),
        }));
    });
  });
}

function fromModelsDev(plans: readonly ProviderPlan[], inputs: Inputs): LeftOut[] {
  return Object.entries(inputs.modelsDev.providers).flatMap(([provider, { models }]) => {
    const used = plans.some((plan) => plan.modelsDev?.includes(provider));
    return Object.entries(models).flatMap(([id, { cost }]) =>
      Object.entries(cost ?? {})
        .filter(([field, value]) => (isPrice(value) && !used) || (isPrice(value) && !isModelsDevPrice(field)))
        .map(([field]) => ({
          collection: "models.dev",
          provider,
          id,
          field,
          why: used ? (find(FIELDS, field) ?? UNEXPLAINED) : NO_PLAN,
        })),
    );
  });
}

function fromLangfuse(plans: readonly ProviderPlan[], inputs: Inputs): LeftOut[] {
  return inputs.langfuse.flatMap((model) => {
    const taken = plans.some((plan) => (plan.langfuse?.(model.modelName) ?? null) !== null);
    const options = { cacheWrite: "cache_write" as const, inclusive: false };
    const stated = new Set(model.pricingTiers.flatMap(({ prices }) => Object.keys(prices)));
    return [...stated]
      .filter((field) => {
        const tiers = model.pricingTiers.map((tier) => ({ ...tier, prices: one(tier.prices, field) }));
        return !taken || langfuseObservations({ ...model, pricingTiers: tiers }, "x", options).length === 0;
      })
      .map((field) => ({
        collection: "langfuse",
        provider: "",
        id: model.modelName,
        field,
        why: taken ? (/query|queries/i.test(field) ? SEARCHES : SPELLINGS) : NOT_TAKEN,
      }));
  });
}

const one = (prices: Record<string, string>, field: string): Record<string, string> => {
  const price = prices[field];
  return price === undefined ? {} : { [field]: price };
};

/** Markdown: what the collections state and the book does not hold, by reason; and what still lacks one. */
export function renderLeftOut(version: string, rows: readonly LeftOut[]): string {
  const reasons = new Map<string, LeftOut[]>();
  for (const row of rows) reasons.set(row.why, [...(reasons.get(row.why) ?? []), row]);
  const sections = [...reasons].toSorted(([, a], [, b]) => b.length - a.length);
  return [
    `# What the collections state and price book ${version} leaves out`,
    "",
    `Written by \`tools/prices/build.ts\`: ${String(rows.length)} prices above zero, by the reason that no row comes from them. Where a row could come`,
    "and another collection's value was chosen, REPORT.md says so.",
    "",
    ...sections.flatMap(([why, members]) => [
      `## ${why} (${String(members.length)})`,
      "",
      "| collection | provider | prices | ids, for example | fields |",
      "|---|---|---|---|---|",
      ...byProvider(members),
      "",
    ]),
  ].join("\n");
}

function byProvider(rows: readonly LeftOut[]): string[] {
  const groups = new Map<string, LeftOut[]>();
  for (const row of rows) {
    const key = `| ${row.collection} | ${row.provider}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const some = (texts: readonly string[], most: number) => [...new Set(texts)].slice(0, most).join(", ");
  return [...groups].map(
    ([key, members]) =>
      `${key} | ${String(members.length)} | ${some(
        members.map(({ id }) => id),
        3,
      )} | ${some(
        members.map(({ field }) => field),
        4,
      )} |`,
  );
}
