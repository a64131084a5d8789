import { slotOf } from "./observation.js";
import type { Observation, SourceName } from "./observation.js";
import type { ProviderPlan } from "./provider-plan.js";

export interface Group {
  model: string;
  /** Other ids with the same price, as spelled. */
  ids: string[];
  rows: Observation[];
}

/** Prices of one id by source and slot, the newest first. */
function pricesBySlot(rows: readonly Observation[]): Map<string, string> {
  const prices = new Map<string, string>();
  for (const row of rows) {
    if (row.windows !== null) continue;
    const key = `${row.source}|${slotOf(row)}`;
    if (row.to === null || !prices.has(key)) prices.set(key, row.price);
  }
  return prices;
}

const TRUST: readonly SourceName[] = ["genai-prices", "litellm", "models.dev", "langfuse"];

/** Whether an id is priced apart: the most trusted collection that prices both decides; without one, their base prices do. */
function contradicts(
  plan: ProviderPlan,
  rows: readonly Observation[],
  reference: readonly Observation[],
): boolean {
  const own = pricesBySlot(rows);
  const others = pricesBySlot(reference);
  for (const source of TRUST) {
    const common = [...own].filter(([key]) => key.startsWith(`${source}|`) && others.has(key));
    if (common.length > 0) return common.some(([key, price]) => others.get(key) !== price);
  }
  // Where the place matters, an id without one is priced for different places by different collections.
  const placed = reference.some(({ geo }) => geo !== null);
  if (plan.provider === "aws.bedrock" && placed) return false;
  const base = (prices: ReadonlyMap<string, string>) =>
    new Set([...prices].filter(([key]) => key.endsWith(BASE_SLOT)).map(([, price]) => price));
  const [mine, theirs] = [base(own), base(others)];
  return mine.size > 0 && theirs.size > 0 && ![...mine].some((price) => theirs.has(price));
}

const BASE_SLOT = `|${JSON.stringify(["input", "standard", null, 0, []])}`;

/**
 * Ids gathered into models: an id that only adds a date to a model's name belongs to it, unless a collection prices the two apart; then it
 * is a model of its own (gpt-4o-2024-05-13).
 */
export function groupIds(plan: ProviderPlan, rows: readonly Observation[]): Group[] {
  const byId = new Map<string, { spelled: string; spellings: string[]; rows: Observation[] }>();
  for (const row of rows) {
    const key = plan.respell?.(row.id.toLowerCase()) ?? row.id.toLowerCase();
    const entry = byId.get(key) ?? { spelled: row.id, spellings: [], rows: [] };
    if (!entry.spellings.includes(row.id)) entry.spellings.push(row.id);
    entry.rows.push(row);
    byId.set(key, entry);
  }
  const families = new Map<string, string[]>();
  for (const id of byId.keys()) {
    const name = plan.canonical(id);
    const model = plan.apart?.includes(id) === true ? id : (plan.aliases?.[name] ?? name);
    families.set(model, [...(families.get(model) ?? []), id]);
  }
  const groups: Group[] = [];
  for (const [model, ids] of families) groups.push(...splitFamily(plan, model, ids, byId));
  return groups;
}

/** A model's name in the capitals that its id carries at the provider (ids of model hubs), where some collection keeps them. */
function spelledLike(
  name: string,
  ids: readonly string[],
  byId: ReadonlyMap<string, { spellings: readonly string[] }>,
): string {
  const spellings = ids.flatMap((id) => byId.get(id)?.spellings ?? []);
  return spellings.find((text) => text !== name && text.toLowerCase() === name) ?? name;
}

/** An id as the provider spells it, and in the one spelling that is looked up. */
function spellingsOf(id: string, spelled: string): string[] {
  return spelled.toLowerCase() === id ? [spelled] : [id, spelled];
}

function splitFamily(
  plan: ProviderPlan,
  model: string,
  ids: readonly string[],
  byId: ReadonlyMap<string, { spelled: string; spellings: string[]; rows: Observation[] }>,
): Group[] {
  // The undated id speaks for the family; without one the newest does.
  const ordered = ids.toSorted((a, b) => Number(b === model) - Number(a === model) || (a < b ? 1 : -1));
  const groups: Group[] = [];
  for (const id of ordered) {
    const entry = byId.get(id);
    if (entry === undefined) continue;
    const home = groups[0];
    if (home !== undefined && !contradicts(plan, entry.rows, home.rows)) {
      home.ids.push(...spellingsOf(id, entry.spelled));
      home.rows.push(...entry.rows);
      continue;
    }
    const name = spelledLike(groups.length === 0 ? model : id, ids, byId);
    groups.push({ model: name, ids: spellingsOf(id, entry.spelled), rows: [...entry.rows] });
  }
  return groups;
}
