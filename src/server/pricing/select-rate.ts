import type { Factor } from "../domain/money.js";
import { PRICE_TIERS } from "../domain/price.js";
import type { PriceClass, PriceTier } from "../domain/price.js";
import { firstTokens } from "./price-book.js";
import type { BookModel, CompiledRate } from "./price-book.js";

/** The circumstances of a call that choose among a model's rates. */
export interface RateConditions {
  /** Start of the call, milliseconds since the epoch. */
  atMs: number;
  tier: PriceTier;
  geo: string | null;
  /** Prices without geography do not hold in a named one. */
  strictGeo: boolean;
  /** Prompt tokens, caches counted. */
  promptTokens: number;
  variant: Readonly<Record<string, string>>;
  /** Modifier keys that the call asks for, such as `batch`, `inference_geo:us`. */
  modifierKeys: readonly string[];
}

export interface NamedFactor {
  name: string;
  text: string;
  factor: Factor;
}

/** The rate of each class under one set of conditions, and the factors on token classes. */
export interface RatePlan {
  rates: ReadonlyMap<PriceClass, CompiledRate>;
  /** Factors on token classes priced from standard rows. */
  factors: readonly NamedFactor[];
  /** Factors on token classes that have a row for the tier itself. */
  tierFactors: readonly NamedFactor[];
  /** Classes whose only fitting rate is quarantined. */
  quarantined: ReadonlySet<PriceClass>;
  /** Whether the model has rates, but none of them at this time. */
  outOfDate: boolean;
  hasTokenRates: boolean;
  /** Classes that every call is billed one unit of, unless it reports a count of its own: request fees, the search of a search model. */
  perCall: readonly PriceClass[];
  /** Whether a rate is in another currency than USD. */
  hasForeign: boolean;
}

const plans = new WeakMap<BookModel, Map<string | number, RatePlan>>();
const MAX_PLANS_PER_MODEL = 512;

/**
 * The rates in force under the conditions. Kept per model by what can change the choice: the interval between two price changes, the
 * daily window, the long-context band, tier, geography, variant and modifiers. Never throws.
 */
export function selectRates(model: BookModel, conditions: RateConditions): RatePlan {
  let known = plans.get(model);
  if (known === undefined || known.size >= MAX_PLANS_PER_MODEL) {
    known = new Map();
    plans.set(model, known);
  }
  const key = planKey(model, conditions);
  const found = known.get(key);
  if (found !== undefined) return found;
  const plan = makePlan(model, conditions);
  known.set(key, plan);
  return plan;
}

function planKey(model: BookModel, conditions: RateConditions): string | number {
  let interval = 0;
  for (const edge of model.boundaries) if (conditions.atMs >= edge) interval += 1;
  let band = 0;
  for (const first of model.thresholds) if (conditions.promptTokens >= first) band += 1;
  const plain = !model.hasWindows && model.variantKeys.length === 0 && conditions.modifierKeys.length === 0;
  if (plain && model.geos.size === 0 && !conditions.strictGeo) {
    return (interval * 64 + band) * 8 + PRICE_TIERS.indexOf(conditions.tier);
  }
  let key = `${String(interval)}|${String(band)}|${conditions.tier}|${conditions.geo ?? ""}`;
  if (model.hasWindows) key += `|w${String(weekMinute(conditions.atMs))}`;
  for (const name of model.variantKeys) key += `|${name}=${conditions.variant[name] ?? ""}`;
  for (const name of conditions.modifierKeys) key += `|${name}`;
  return key;
}

/** Minute of the UTC week, 0 = Monday 00:00. */
function weekMinute(atMs: number): number {
  // 1970-01-01 was a Thursday, three days into the ISO week.
  return (Math.floor(atMs / 60_000) + 3 * 1440) % 10_080;
}

function inWindow(rate: CompiledRate, atMs: number): boolean {
  if (rate.utcWindows === null) return true;
  const minute = weekMinute(atMs);
  const day = Math.floor(minute / 1440) + 1;
  const ofDay = minute % 1440;
  return rate.utcWindows.some(
    (window) =>
      ofDay >= window.fromMinute &&
      ofDay < window.toMinute &&
      (window.weekdays === null || window.weekdays.includes(day)),
  );
}

function inForce(row: { effectiveFrom: number | null; effectiveTo: number | null }, atMs: number): boolean {
  return (
    (row.effectiveFrom === null || atMs >= row.effectiveFrom) &&
    (row.effectiveTo === null || atMs < row.effectiveTo)
  );
}

function fits(rate: CompiledRate, conditions: RateConditions): boolean {
  if (!inForce(rate, conditions.atMs) || !inWindow(rate, conditions.atMs)) return false;
  const anywhere = rate.geo === null && !(conditions.strictGeo && rate.isToken && conditions.geo !== null);
  if (!anywhere && rate.geo !== conditions.geo) return false;
  if (conditions.promptTokens < firstTokens(rate)) return false;
  if (rate.variant === null) return true;
  for (const name in rate.variant) {
    if (rate.variant[name] !== conditions.variant[name]?.toLowerCase()) return false;
  }
  return true;
}

/** Whether `a` is chosen before `b`: the more specific place, variant, context band, window; then the newer. */
function precedes(a: CompiledRate, b: CompiledRate): boolean {
  if ((a.geo === null) !== (b.geo === null)) return a.geo !== null;
  const variants = Object.keys(a.variant ?? {}).length - Object.keys(b.variant ?? {}).length;
  if (variants !== 0) return variants > 0;
  if (firstTokens(a) !== firstTokens(b)) return firstTokens(a) > firstTokens(b);
  if ((a.utcWindows === null) !== (b.utcWindows === null)) return a.utcWindows !== null;
  return (a.effectiveFrom ?? -Infinity) > (b.effectiveFrom ?? -Infinity);
}

function best(rates: readonly CompiledRate[]): CompiledRate | null {
  let chosen: CompiledRate | null = null;
  for (const rate of rates) if (chosen === null || precedes(rate, chosen)) chosen = rate;
  return chosen;
}

function makePlan(model: BookModel, conditions: RateConditions): RatePlan {
  const factors = factorsOf(model, conditions);
  const fitting = model.rates.filter((rate) => fits(rate, conditions));
  const active = fitting.filter((rate) => rate.status === "active");
  const rates = new Map<PriceClass, CompiledRate>();
  const quarantined = new Set<PriceClass>();
  for (const name of new Set(fitting.map((rate) => rate.class))) {
    const own = active.filter((candidate) => candidate.class === name);
    const rate = rateOfClass(own, conditions, factors);
    if (rate === null) {
      const held = fitting.filter((row) => row.class === name && row.status === "quarantined");
      if (own.length === 0 || held.some((row) => row.tier === conditions.tier)) quarantined.add(name);
    } else if (firstTokens(rate) >= bandOf(model, name, conditions)) rates.set(name, rate);
  }
  return {
    rates,
    factors,
    tierFactors: factors.filter(({ name }) => name !== tierModifier(conditions.tier)),
    quarantined,
    outOfDate: model.rates.length > 0 && !model.rates.some((rate) => inForce(rate, conditions.atMs)),
    hasTokenRates: model.rates.some((rate) => rate.isToken),
    perCall: perCallOf(model, conditions.atMs),
    hasForeign: model.rates.some((rate) => rate.currency !== "USD"),
  };
}

/** Classes with a rate per request in force, whether or not one fits the call's variant: a fee of unknown size is still owed. */
function perCallOf(model: BookModel, atMs: number): PriceClass[] {
  const owed = model.rates.filter((rate) => rate.unit === "request" && inForce(rate, atMs));
  return [...new Set(owed.map((rate) => rate.class))];
}

/**
 * First token count of the longest context band that the class is priced apart in, at any place, and that the prompt meets: a base price
 * of one tier or place says nothing about it.
 */
function bandOf(model: BookModel, name: PriceClass, conditions: RateConditions): number {
  let band = 0;
  for (const rate of model.rates) {
    if (rate.class !== name || rate.tier !== "standard" || rate.status !== "active") continue;
    const first = firstTokens(rate);
    if (first > band && conditions.promptTokens >= first && inForce(rate, conditions.atMs)) band = first;
  }
  return band;
}

/** A tier without rows of its own is priced from the standard rows only where the provider states it as a multiple of them. */
function rateOfClass(
  candidates: readonly CompiledRate[],
  conditions: RateConditions,
  factors: readonly NamedFactor[],
): CompiledRate | null {
  const standard = best(candidates.filter((rate) => rate.tier === "standard"));
  if (conditions.tier === "standard") return standard;
  const own = best(candidates.filter((rate) => rate.tier === conditions.tier));
  if (own !== null) return own;
  if (standard === null) return null;
  const stated = factors.some(({ name }) => name === tierModifier(conditions.tier));
  return !standard.isToken || stated ? standard : null;
}

function tierModifier(tier: PriceTier): string {
  return tier === "fast" ? "speed:fast" : tier;
}

function factorsOf(model: BookModel, conditions: RateConditions): NamedFactor[] {
  const named: NamedFactor[] = [];
  for (const key of conditions.modifierKeys) {
    const modifier = model.modifiers.find(
      (candidate) =>
        inForce(candidate, conditions.atMs) &&
        (candidate.key === key ||
          (candidate.key.endsWith("*") && key.startsWith(candidate.key.slice(0, -1)))),
    );
    if (modifier !== undefined) named.push({ name: key, text: modifier.factor, factor: modifier.fraction });
  }
  return named;
}
