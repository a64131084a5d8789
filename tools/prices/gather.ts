import { isCloudRegion } from "../../src/server/pricing/bedrock-grammar.js";
import { isUnknownZero, slotOf } from "./observation.js";
import type { Observation } from "./observation.js";
import type { ProviderPlan } from "./provider-plan.js";
import { genaiObservations, listedIds, matches } from "./sources/genai.js";
import type { GenaiProvider } from "./sources/genai.js";
import { langfuseObservations } from "./sources/langfuse.js";
import type { LangfuseModel } from "./sources/langfuse.js";
import { litellmTokens, litellmUnits } from "./sources/litellm.js";
import type { LitellmEntry } from "./sources/litellm.js";
import { modelsDevObservations } from "./sources/models-dev.js";
import type { ModelsDevModel } from "./sources/models-dev.js";

export interface Inputs {
  genai: readonly GenaiProvider[];
  litellm: Readonly<Record<string, LitellmEntry>>;
  langfuse: readonly LangfuseModel[];
  modelsDev: { providers: Readonly<Record<string, { models: Readonly<Record<string, ModelsDevModel>> }>> };
}

/** Every price that the collections state about one provider, by id as spelled there. */
export function gather(plan: ProviderPlan, inputs: Inputs): Observation[] {
  const others = [
    ...fromLitellm(plan, inputs),
    ...fromLangfuse(plan, inputs),
    ...fromModelsDev(plan, inputs),
  ];
  const dated = fromGenai(plan, inputs, others);
  return [...dated, ...withoutNearGeos(plan, dated, others)].filter(
    (row) =>
      !isForeignFree(plan, row) &&
      !isUnknownZero(row.id, row.price) &&
      plan.skip?.(row.id) !== true &&
      !isGeminiWrite(row),
  );
}

/** `:free` is OpenRouter's word; collections also file such ids under the makers of the models, who give nothing away. */
const isForeignFree = (plan: ProviderPlan, row: Observation): boolean =>
  row.id.endsWith(":free") && row.price === "0" && plan.provider !== "openrouter";

/** Gemini charges for storage, not for writes; write prices that collections hold for it are misfiled. */
const isGeminiWrite = (row: Observation): boolean =>
  row.id.includes("gemini") && row.class.startsWith("cache_write");

const NEAR = ["us", "eu", "jp", "apac", "au", "ca", "in"];

const isBaseInput = (row: Observation): boolean =>
  row.class === "input" && row.tier === "standard" && row.above === 0 && row.variant === null;

/**
 * Bedrock profiles of a model that genai-prices lists for every place have one price: a collection's rows for a near place that agree with
 * it stand for all of them, in place of its rows without a place, which some price by global routing. Global routing and government
 * regions stay apart.
 */
function withoutNearGeos(
  plan: ProviderPlan,
  dated: readonly Observation[],
  others: readonly Observation[],
): readonly Observation[] {
  if (plan.provider !== "aws.bedrock") return others;
  const everywhere = new Map<string, Set<string>>();
  for (const row of dated) {
    if (row.geo !== null || !isBaseInput(row)) continue;
    const model = plan.canonical(row.id);
    everywhere.set(model, (everywhere.get(model) ?? new Set()).add(row.price));
  }
  const standIn = new Map<string, string>();
  for (const geo of NEAR) {
    for (const row of others) {
      const key = `${row.source}|${plan.canonical(row.id)}`;
      const agrees = everywhere.get(plan.canonical(row.id))?.has(row.price) === true;
      if (row.geo === geo && isBaseInput(row) && agrees && !standIn.has(key)) standIn.set(key, geo);
    }
  }
  return others.flatMap((row) => {
    const model = plan.canonical(row.id);
    const chosen = standIn.get(`${row.source}|${model}`);
    if (row.geo !== null && row.geo === chosen) return [{ ...row, geo: null }];
    if (row.geo === "global" || row.geo === "us-gov" || !everywhere.has(model)) return [row];
    if (row.geo !== null && isCloudRegion(row.geo)) return [row];
    return row.geo === null && chosen === undefined ? [row] : [];
  });
}

function fromLitellm(plan: ProviderPlan, inputs: Inputs): Observation[] {
  if (plan.litellm === undefined) return [];
  const rows: Observation[] = [];
  const vendorOf = (id: string) =>
    plan.provider === "perplexity"
      ? ("perplexity" as const)
      : plan.provider.startsWith("gcp.") && !id.includes("claude")
        ? ("google" as const)
        : ("other" as const);
  // A global deployment's key says more than one without a zone, which may be a regional price.
  const keys = Object.keys(inputs.litellm).toSorted(
    (a, b) => Number(b.includes("/global")) - Number(a.includes("/global")),
  );
  for (const key of keys) {
    const entry = inputs.litellm[key];
    if (entry === undefined || key === "sample_spec") continue;
    const named = plan.litellm(key, entry);
    if (named === null) continue;
    const { id, geo, variant } = named;
    const inclusive = plan.inclusive ?? false;
    rows.push(...litellmTokens(entry, id, { cacheWrite: plan.cacheWrite, geo, inclusive }));
    if (geo !== null) continue;
    const units = litellmUnits(entry, id, vendorOf(id));
    rows.push(...(variant === undefined ? units : units.map((row) => ({ ...row, variant }))));
  }
  return firstPerSlot(rows);
}

/** Several keys can state one id's price: the first stands, slot by slot. */
function firstPerSlot(rows: readonly Observation[]): Observation[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = `${row.id.toLowerCase()}|${slotOf(row)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function fromLangfuse(plan: ProviderPlan, inputs: Inputs): Observation[] {
  const name = plan.langfuse;
  if (name === undefined) return [];
  return inputs.langfuse.flatMap((model) => {
    const id = name(model.modelName);
    return id === null
      ? []
      : langfuseObservations(model, id, { cacheWrite: plan.cacheWrite, inclusive: plan.inclusive ?? false });
  });
}

function fromModelsDev(plan: ProviderPlan, inputs: Inputs): Observation[] {
  return (plan.modelsDev ?? []).flatMap((folder) =>
    Object.entries(inputs.modelsDev.providers[folder]?.models ?? {}).flatMap(([spelled, model]) => {
      const named = plan.genai?.name?.(spelled.toLowerCase()) ?? { id: spelled, geo: null };
      return modelsDevObservations(model, named.id, {
        cacheWrite: plan.cacheWrite,
        inclusive: plan.inclusive ?? false,
      }).map((row) => ({ ...row, geo: named.geo }));
    }),
  );
}

/**
 * genai-prices for its listed ids, and for ids of other collections that its patterns cover where the base price agrees: its patterns
 * also cover models with other prices.
 */
function fromGenai(plan: ProviderPlan, inputs: Inputs, others: readonly Observation[]): Observation[] {
  const wanted = plan.genai;
  const provider = inputs.genai.find(({ id }) => id === wanted?.id);
  if (wanted === undefined || provider === undefined) return [];
  const options = { cacheWrite: plan.cacheWrite, searchClass: plan.searchClass ?? ("web_search" as const) };
  const keep = wanted.keep ?? (() => true);
  const name = wanted.name ?? ((id: string) => ({ id, geo: null }));
  const rows: Observation[] = [];
  const done = new Set<string>();
  for (const model of provider.models) {
    for (const id of listedIds(model, plan.provider !== "aws.bedrock")) {
      if (!keep(id) || done.has(id)) continue;
      done.add(id);
      const named = name(id);
      rows.push(...genaiObservations(model, named.id, options).map((row) => ({ ...row, geo: named.geo })));
    }
  }
  const unlisted = others.filter(({ geo }) => geo === null).map((row) => row.id);
  for (const id of new Set([...unlisted, ...(plan.documented ?? [])])) {
    if (done.has(id) || !keep(id)) continue;
    const model = provider.models.find((candidate) => matches(candidate.match, id));
    if (model === undefined) continue;
    const stated = genaiObservations(model, id, options);
    if (
      agrees(
        stated,
        others.filter((row) => row.id === id),
      )
    )
      rows.push(...stated);
  }
  return rows;
}

function agrees(stated: readonly Observation[], others: readonly Observation[]): boolean {
  const base = (row: Observation, name: string) =>
    row.class === name && row.tier === "standard" && row.above === 0;
  return ["input", "output"].every((name) => {
    const prices = new Set(stated.filter((row) => base(row, name)).map((row) => row.price));
    return others.filter((row) => base(row, name)).every((row) => prices.has(row.price));
  });
}
