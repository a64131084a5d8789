import type { PriceFile, PriceFileModel, PriceFileRate } from "../../pricing/price-book.schema.js";
import { conditionsKey, type RateMove, rateMoves } from "./rate-moves.js";

export interface MergeOptions {
  /** When the addition was read: what it changes without a date of its own counts from then. Null: it is taken as it says. */
  readAtMs: number | null;
  /** Groups of rates that stay as they are in the base, as `provider/model|conditions`. */
  held: ReadonlySet<string>;
  nowMs: number;
}

export interface MergedBook {
  files: PriceFile[];
  /** The addition as it takes part: dated, without what is held. */
  resolved: PriceFile[];
  moves: RateMove[];
  addedModels: number;
  addedRates: number;
}

/**
 * A book with another one laid over it. What the addition names replaces the same group of rates (class under the same conditions);
 * models, groups and providers that it does not name stay: nothing vanishes. Pure, never throws.
 */
export function mergeBook(
  base: readonly PriceFile[],
  addition: readonly PriceFile[],
  options: MergeOptions,
): MergedBook {
  const merged: MergedBook = { files: [], resolved: [], moves: [], addedModels: 0, addedRates: 0 };
  const additions = new Map(addition.map((file) => [file.provider, file]));
  for (const file of base) {
    const added = additions.get(file.provider);
    additions.delete(file.provider);
    merged.files.push(added === undefined ? file : mergeFile(file, added, options, merged));
  }
  for (const file of additions.values()) {
    merged.addedModels += file.models.length;
    merged.addedRates += file.models.reduce((sum, { rates }) => sum + rates.length, 0);
    merged.files.push(file);
    merged.resolved.push(file);
  }
  return merged;
}

function mergeFile(base: PriceFile, added: PriceFile, options: MergeOptions, into: MergedBook): PriceFile {
  const byName = new Map(added.models.map((model) => [model.model.toLowerCase(), model]));
  const resolved: PriceFileModel[] = [];
  const models = base.models.map((model) => {
    const other = byName.get(model.model.toLowerCase());
    if (other === undefined) return model;
    byName.delete(model.model.toLowerCase());
    const { whole, part } = mergeModel(base.provider, model, other, options, into);
    resolved.push(part);
    return whole;
  });
  const fresh = [...byName.values()];
  into.addedModels += fresh.length;
  into.addedRates += fresh.reduce((sum, { rates }) => sum + rates.length, 0);
  const sources = { ...base.sources, ...added.sources };
  // How a provider's usage is read comes from those who sign for it; an operator's own file states prices.
  const ruleSet = options.readAtMs === null ? added.rule_set : base.rule_set;
  const common = { provider: base.provider, sources, rule_set: ruleSet, ...modifiersOf(base, added) };
  into.resolved.push({ ...common, models: [...resolved, ...fresh] });
  return { ...common, models: [...models, ...fresh] };
}

function modifiersOf(base: PriceFile, added: PriceFile): Pick<PriceFile, "modifiers"> {
  if (added.modifiers === undefined) return base.modifiers === undefined ? {} : { modifiers: base.modifiers };
  const named = new Set(added.modifiers.map(({ key }) => key));
  return { modifiers: [...(base.modifiers ?? []).filter(({ key }) => !named.has(key)), ...added.modifiers] };
}

function mergeModel(
  provider: string,
  base: PriceFileModel,
  added: PriceFileModel,
  options: MergeOptions,
  into: MergedBook,
): { whole: PriceFileModel; part: PriceFileModel } {
  const before = grouped(base.rates);
  const after = grouped(added.rates);
  const part: PriceFileRate[] = [];
  const whole: PriceFileRate[] = [];
  for (const [key, rates] of before) if (!after.has(key)) whole.push(...rates);
  for (const [key, rates] of after) {
    const known = before.get(key);
    const name = `${provider}/${base.model}|${key}`;
    const stated = known === undefined ? rates : dated(known, rates, options.readAtMs);
    if (known === undefined) into.addedRates += rates.length;
    else into.moves.push(...rateMoves(name, known, stated, options.nowMs));
    const isHeld = known !== undefined && options.held.has(name);
    part.push(...(isHeld ? known : stated));
    whole.push(...(isHeld ? known : stated));
  }
  const ids = (name: "aliases" | "snapshots") => [
    ...new Set([...(base[name] ?? []), ...(added[name] ?? [])]),
  ];
  const facts = {
    ...base,
    ...added,
    model: base.model,
    aliases: ids("aliases"),
    snapshots: ids("snapshots"),
  };
  return { whole: { ...facts, rates: whole }, part: { ...facts, rates: part } };
}

function grouped(rates: readonly PriceFileRate[]): Map<string, PriceFileRate[]> {
  const groups = new Map<string, PriceFileRate[]>();
  for (const rate of rates) {
    const key = conditionsKey(rate);
    groups.set(key, [...(groups.get(key) ?? []), rate]);
  }
  return groups;
}

/** A source that restates a price under the old start says nothing about the past: the old price holds until it was read. */
function dated(
  known: readonly PriceFileRate[],
  stated: readonly PriceFileRate[],
  readAtMs: number | null,
): readonly PriceFileRate[] {
  const restates = stated.some((rate) =>
    known.some(
      (old) => old.effective_from === rate.effective_from && old.price !== rate.price && old.per === rate.per,
    ),
  );
  if (readAtMs === null || !restates) return stated;
  const readAt = new Date(readAtMs).toISOString();
  const past = known
    .filter(({ effective_from: from }) => from === undefined || Date.parse(from) < readAtMs)
    .map((rate) =>
      rate.effective_to !== undefined && Date.parse(rate.effective_to) <= readAtMs
        ? rate
        : { ...rate, effective_to: readAt },
    );
  const now = stated
    .filter(({ effective_to: to }) => to === undefined || Date.parse(to) > readAtMs)
    .map((rate) =>
      rate.effective_from !== undefined && Date.parse(rate.effective_from) >= readAtMs
        ? rate
        : { ...rate, effective_from: readAt },
    );
  return [...past, ...now];
}
