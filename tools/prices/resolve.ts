import { TOKEN_PRICE_CLASSES } from "../../src/server/domain/price.js";
import { isCloudRegion } from "../../src/server/pricing/bedrock-grammar.js";
import { slotOf } from "./observation.js";
import type { Observation, SourceName } from "./observation.js";
import { isHeldBack } from "./overlay.js";
import type { ProviderPlan } from "./provider-plan.js";
import { checkSanity, deriveStated } from "./sanity.js";
import type { Disagreement } from "./sanity.js";

const TOKEN_CLASSES: ReadonlySet<string> = new Set(TOKEN_PRICE_CLASSES);

const ORDER: readonly SourceName[] = [
  "overlay",
  "genai-prices",
  "litellm",
  "langfuse",
  "models.dev",
  "provider-rule",
];

interface Interval {
  from: string | null;
  to: string | null;
  input: string;
}

const isBase = (row: Observation, geo: string | null): boolean =>
  row.class === "input" &&
  row.tier === "standard" &&
  row.above === 0 &&
  row.geo === geo &&
  row.windows === null &&
  row.variant === null;

/** Prices of tools and other units do not move with the price of tokens. */
const isToken = (row: Observation): boolean => TOKEN_CLASSES.has(row.class);

/** The dated base prices that genai-prices knows for a place; none when it does not know the model there. */
function timeline(rows: readonly Observation[], geo: string | null): Interval[] {
  const seen = new Map<string, Interval>();
  for (const row of rows) {
    if (row.source !== "genai-prices" || !isBase(row, geo)) continue;
    seen.set(row.from ?? "", { from: row.from, to: row.to, input: row.price });
  }
  return [...seen.values()];
}

/**
 * Rows of a collection without dates, placed in the interval that its base price belongs to. Null when its base price fits none: then
 * everything it derives from that base is another price list's.
 */
function placed(
  rows: readonly Observation[],
  source: SourceName,
  geo: string | null,
  intervals: readonly Interval[],
): Observation[] {
  const own = rows.filter((row) => row.source === source && row.geo === geo);
  if (intervals.length === 0) return own;
  const base = own.find((row) => isBase(row, geo));
  if (base === undefined)
    return intervals.length > 1 ? own.map((row) => ({ ...row, from: intervals.at(-1)?.from ?? null })) : own;
  const home = intervals.find(({ input }) => input === base.price);
  if (home === undefined) return own.filter((row) => !isToken(row));
  return own.map((row) => (isToken(row) ? { ...row, from: home.from, to: home.to } : row));
}

/** The prices of a model that hold, one per slot and interval, with what was decided against. */
export function resolveModel(
  plan: ProviderPlan,
  model: string,
  rows: readonly Observation[],
  disagreements: Disagreement[],
): Observation[] {
  const resolved: Observation[] = [];
  const lists = plainLists(rows);
  for (const geo of new Set(rows.map((row) => row.geo))) {
    const outvoted = isOutvoted(plan, rows, geo);
    const intervals = outvoted ? [] : timeline(rows, geo);
    const candidates = ORDER.flatMap((source) => {
      if (source === "genai-prices" && outvoted) return [];
      return source === "genai-prices" || source === "overlay"
        ? rows.filter((row) => row.source === source && row.geo === geo)
        : placed(rows, source, geo, intervals);
    }).filter((row) => geo === null || !isCloudRegion(geo) || lists(row.source));
    const oneList = intervals.length > 0 ? candidates : ofOnePriceList(candidates, geo);
    noteDropped(plan, model, geo, rows, oneList, disagreements);
    resolved.push(...sameBounds(chooseSlots(plan, model, oneList, disagreements)));
  }
  const held = resolved.map((row) =>
    isHeldBack(plan.provider, model, row) ? { ...row, quarantined: true } : row,
  );
  const sane = checkSanity(
    plan,
    model,
    plan.ruleSet.strict_geo === true ? held : mergeGeos(held, plan.ruleSet.strict_geos ?? []),
    disagreements,
  );
  return deriveStated(plan, model, sane);
}

/** Whether a collection's base price without a place is one that holds: only then do its prices for single regions belong to the same list. */
function plainLists(rows: readonly Observation[]): (source: SourceName) => boolean {
  const known = timeline(rows, null).map(({ input }) => input);
  const base = (source: SourceName) => rows.find((row) => row.source === source && isBase(row, null))?.price;
  return (source) => {
    const price = base(source);
    return known.length === 0 || price === undefined || known.includes(price);
  };
}

/**
 * Candidates of the collections that agree with the base price that holds (most votes, the order of trust breaking ties). A longer
 * context or a tier of another price list must not be mixed with it.
 */
function ofOnePriceList(candidates: readonly Observation[], geo: string | null): Observation[] {
  const bases = firstPerSource(candidates.filter((row) => isBase(row, geo)));
  const votes = (price: string) => bases.filter((row) => row.price === price).length;
  const most = Math.max(0, ...bases.map(({ price }) => votes(price)));
  const chosen =
    bases.find(({ source }) => source === "overlay") ?? bases.find(({ price }) => votes(price) === most);
  if (chosen === undefined) return [...candidates];
  const others = new Set(bases.filter(({ price }) => price !== chosen.price).map(({ source }) => source));
  return candidates.filter((row) => !isToken(row) || !others.has(row.source));
}

/** Two collections that agree on another base price win over undated prices; not at Bedrock, where ids without a place mean different things to them. */
function isOutvoted(plan: ProviderPlan, rows: readonly Observation[], geo: string | null): boolean {
  const intervals = timeline(rows, geo);
  if (plan.provider === "aws.bedrock" || intervals.length !== 1) return false;
  const bases = firstPerSource(
    rows.filter((row) => row.source !== "genai-prices" && row.source !== "overlay" && isBase(row, geo)),
  );
  const against = bases.filter(({ price }) => price !== intervals[0]?.input);
  return (
    against.length >= 2 &&
    against.length === bases.length &&
    new Set(against.map(({ price }) => price)).size === 1
  );
}

function noteDropped(
  plan: ProviderPlan,
  model: string,
  geo: string | null,
  rows: readonly Observation[],
  candidates: readonly Observation[],
  disagreements: Disagreement[],
): void {
  for (const row of rows) {
    if (!isBase(row, geo) || candidates.some(({ source }) => source === row.source)) continue;
    const ours = candidates.find((candidate) => isBase(candidate, geo));
    disagreements.push({
      provider: plan.provider,
      model: geo === null ? model : `${geo}:${model}`,
      what: "base price of a whole collection",
      chosen: `${ours?.price ?? "none"} (${ours?.source ?? ""})`,
      others: `${row.price} (${row.source})`,
    });
  }
}

/** One bound for one threshold: whether it is met at exactly its count is what the most trusted row says. */
function sameBounds(rows: readonly Observation[]): Observation[] {
  const inclusive = new Map<number, boolean>();
  for (const source of ORDER) {
    for (const row of rows) {
      if (row.above > 0 && row.source === source && !inclusive.has(row.above))
        inclusive.set(row.above, row.inclusive);
    }
  }
  return rows.map((row) => ({ ...row, inclusive: inclusive.get(row.above) ?? row.inclusive }));
}

function chooseSlots(
  plan: ProviderPlan,
  model: string,
  candidates: readonly Observation[],
  disagreements: Disagreement[],
): Observation[] {
  const slots = new Map<string, Observation[]>();
  for (const row of candidates) {
    const key = slotOf(row);
    slots.set(key, [...(slots.get(key) ?? []), row]);
  }
  const chosen: Observation[] = [];
  for (const rows of slots.values()) chosen.push(...chooseSlot(plan, model, rows, disagreements));
  return chosen;
}

/** One slot: overlay, then dated prices, then the value that most collections state, the order of trust breaking ties. */
function chooseSlot(
  plan: ProviderPlan,
  model: string,
  rows: readonly Observation[],
  disagreements: Disagreement[],
): Observation[] {
  const overlay = unique(rows.filter(({ source }) => source === "overlay"));
  const dated = unique(rows.filter(({ source }) => source === "genai-prices"));
  const flat = firstPerSource(rows.filter(({ source }) => source !== "overlay" && source !== "genai-prices"));
  if (overlay.length > 0) return [...overlay, ...dated.flatMap((row) => outside(row, overlay))];
  const prices = new Set(flat.map(({ price }) => price));
  const alone =
    dated.length === 1 && flat.length >= 2 && prices.size === 1 && dated[0]?.price !== flat[0]?.price;
  if (dated.length > 0 && !alone) {
    note(plan, model, dated, flat, disagreements);
    return dated;
  }
  const votes = new Map<string, number>();
  for (const row of flat) votes.set(row.price, (votes.get(row.price) ?? 0) + 1);
  const most = Math.max(0, ...votes.values());
  const winner = flat.find((row) => votes.get(row.price) === most);
  if (winner === undefined) return [];
  note(plan, model, [winner], flat, disagreements);
  return [winner];
}

/** Parts of a dated row that an overlay with an end or a start leaves standing. */
function outside(row: Observation, overlay: readonly Observation[]): Observation[] {
  if (overlay.some(({ from, to }) => from === null && to === null)) return [];
  let kept: Observation[] = [row];
  for (const own of overlay) {
    kept = kept.flatMap((part) => {
      const pieces: Observation[] = [];
      const lateEnd = part.to ?? "9999";
      const earlyStart = part.from ?? "0000";
      if (own.from !== null && earlyStart < own.from) {
        pieces.push({ ...part, to: lateEnd < own.from ? part.to : own.from });
      }
      if (own.to !== null && lateEnd > own.to) {
        pieces.push({ ...part, from: earlyStart > own.to ? part.from : own.to });
      }
      return pieces;
    });
  }
  return kept;
}

function unique(rows: readonly Observation[]): Observation[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = `${row.from ?? ""}|${JSON.stringify(row.windows)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function firstPerSource(rows: readonly Observation[]): Observation[] {
  const seen = new Set<SourceName>();
  return rows.filter(({ source }) => !seen.has(source) && seen.add(source));
}

function note(
  plan: ProviderPlan,
  model: string,
  chosen: readonly Observation[],
  others: readonly Observation[],
  disagreements: Disagreement[],
): void {
  const known = new Set(chosen.map(({ price }) => price));
  const differing = others.filter(({ price }) => !known.has(price));
  const first = chosen.at(-1);
  if (differing.length === 0 || first === undefined) return;
  disagreements.push({
    provider: plan.provider,
    model: first.geo === null ? model : `${first.geo}:${model}`,
    what: `${first.class} ${first.tier}${first.above === 0 ? "" : ` > ${String(first.above)}`}`,
    chosen: `${first.price} (${first.source})`,
    others: differing.map(({ price, source }) => `${price} (${source})`).join(", "),
  });
}

/**
 * A geography whose price is the ordinary one needs no row. Where no ordinary price is listed but all regional ones agree, that is the
 * ordinary price; global routing and government regions are apart.
 */
function mergeGeos(rows: readonly Observation[], apart: readonly string[]): Observation[] {
  const plainSlots = new Map<string, Observation[]>();
  for (const row of rows) {
    if (row.geo !== null) continue;
    const key = slotOf(row);
    plainSlots.set(key, [...(plainSlots.get(key) ?? []), row]);
  }
  // Where no price without a place holds, an equal one must still be stated.
  const kept = rows.filter(({ geo }) => geo === null || apart.includes(geo));
  const regional = new Map<string, Observation[]>();
  for (const row of rows) {
    if (row.geo === null || apart.includes(row.geo)) continue;
    const key = slotOf({ ...row, geo: null });
    const plainRows = plainSlots.get(key);
    if (plainRows === undefined && row.geo !== "global") {
      regional.set(key, [...(regional.get(key) ?? []), row]);
    } else if (plainRows?.some((other) => other.price === row.price && other.from === row.from) !== true) {
      kept.push(row);
    }
  }
  for (const group of regional.values()) {
    const prices = new Set(group.map(({ price }) => price));
    const first = group[0];
    if (
      prices.size === 1 &&
      first !== undefined &&
      !rows.some((row) => row.geo === null && isBase(row, null))
    ) {
      kept.push({ ...first, geo: null });
    } else kept.push(...group);
  }
  return kept;
}
