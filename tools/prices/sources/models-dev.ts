import type { PriceClass } from "../../../src/server/domain/price.js";
import { shifted } from "../decimal-text.js";
import { isUnknownZero, observation } from "../observation.js";
import type { Observation } from "../observation.js";

type Cost = Record<string, unknown>;

export interface ModelsDevModel {
  cost?: Cost;
}

const FIELDS: Readonly<Record<string, PriceClass | "cache_write_default">> = {
  input: "input",
  output: "output",
  cache_read: "cache_read",
  cached_input: "cache_read",
  cache_input: "cache_read",
  cache_write: "cache_write_default",
  cached_write: "cache_write_default",
  citation: "output_citation",
  input_audio: "input_audio",
  output_audio: "output_audio",
  reasoning: "output_reasoning",
};

/** Whether a field of a model file is a price that is read. */
export const isModelsDevPrice = (field: string): boolean => Object.hasOwn(FIELDS, field);

/** Prices of a model file: flat rates and context tiers. A reasoning price equal to output is dropped. */
export function modelsDevObservations(
  model: ModelsDevModel,
  id: string,
  options: { cacheWrite: PriceClass; inclusive: boolean },
): Observation[] {
  if (model.cost === undefined) return [];
  const rows = flat(model.cost, id, options, 0);
  const tiers = Array.isArray(model.cost["tiers"]) ? (model.cost["tiers"] as Cost[]) : [];
  for (const tier of tiers) {
    const size = (tier["tier"] as { size?: string } | undefined)?.size;
    if (size !== undefined) rows.push(...flat(tier, id, options, Number.parseInt(size, 10)));
  }
  return rows;
}

function flat(
  cost: Cost,
  id: string,
  options: { cacheWrite: PriceClass; inclusive: boolean },
  above: number,
): Observation[] {
  const rows: Observation[] = [];
  for (const [field, known] of Object.entries(FIELDS)) {
    const value = cost[field];
    const price = typeof value === "string" ? shifted(value, 0) : null;
    if (price === null || isUnknownZero(id, price)) continue;
    if (field === "reasoning" && value === cost["output"]) continue;
    rows.push(
      observation({
        id,
        class: known === "cache_write_default" ? options.cacheWrite : known,
        price,
        above,
        inclusive: above > 0 && options.inclusive,
        source: "models.dev",
      }),
    );
  }
  return rows;
}
