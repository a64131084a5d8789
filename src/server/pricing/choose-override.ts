import type { OperatorPricing, PriceOverride, ScheduleRow } from "./operator-pricing.js";

/** The operator's word on one call: the override that wins, and the multipliers that stack on it. */
export interface ChosenOverrides {
  winner: PriceOverride | null;
  stacked: readonly Extract<PriceOverride, { kind: "multiplier" }>[];
}

const NONE: ChosenOverrides = { winner: null, stacked: [] };

interface Names {
  /** `<provider>/<geo:>?<model>`. */
  canonical: string;
  /** Canonical name without geography, where it has one. */
  plain: string;
  /** Other words for the provider: `self_hosted` beside the pool's name. */
  providers: readonly string[];
}

/** Rank of a match: exact name 3, name without geography 2, whole provider 1, no match 0. */
function rank(match: string, names: Names): number {
  const lower = match.toLowerCase();
  if (lower === names.canonical.toLowerCase()) return 3;
  if (lower === names.plain.toLowerCase()) return 2;
  return names.providers.some((provider) => lower === `${provider.toLowerCase()}/*`) ? 1 : 0;
}

/** Every override that could hold for the named model at some time, most specific first. Never throws. */
export function overridesFor(operator: OperatorPricing, names: Names): readonly PriceOverride[] {
  return operator.overrides
    .map((override, order) => ({ override, order, rank: rank(override.match, names) }))
    .filter((entry) => entry.rank > 0)
    .toSorted((a, b) => compare(a, b))
    .map((entry) => entry.override);
}

interface Ranked {
  override: PriceOverride;
  order: number;
  rank: number;
}

/** Project before all projects, exact before wildcard, later start before earlier, later entry before earlier. */
function compare(a: Ranked, b: Ranked): number {
  const scope = Number(b.override.project !== null) - Number(a.override.project !== null);
  if (scope !== 0) return scope;
  if (a.rank !== b.rank) return b.rank - a.rank;
  const start = Date.parse(b.override.effectiveFrom) - Date.parse(a.override.effectiveFrom);
  return start !== 0 ? start : b.order - a.order;
}

function holds(override: PriceOverride, atMs: number, project: string | null): boolean {
  if (override.project !== null && override.project !== project) return false;
  if (atMs < Date.parse(override.effectiveFrom)) return false;
  return override.effectiveTo === null || atMs < Date.parse(override.effectiveTo);
}

type Scheduled = Extract<PriceOverride, { kind: "gpu_hour" | "volume_tiers" }>;

/** Engines keep rates by an override's identity: one object per row, for as long as the row lives. */
const atRow = new WeakMap<ScheduleRow, PriceOverride>();

/** The override with the figures of its schedule's row that began last; itself before the first row. */
function scheduled(override: PriceOverride, atMs: number): PriceOverride {
  if (override.kind !== "gpu_hour" && override.kind !== "volume_tiers") return override;
  const row = rowAt(override.schedule, atMs);
  if (row === null) return override;
  let found = atRow.get(row);
  if (found === undefined) atRow.set(row, (found = withRow(override, row)));
  return found;
}

function withRow(override: Scheduled, row: ScheduleRow): PriceOverride {
  return override.kind === "gpu_hour"
    ? { ...override, rates: row.rates ?? override.rates }
    : { ...override, value: row.value ?? override.value };
}

function rowAt(schedule: readonly ScheduleRow[], atMs: number): ScheduleRow | null {
  let [low, high] = [0, schedule.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((schedule[middle]?.fromMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return schedule[low - 1] ?? null;
}

/** The overrides in force at an instant, out of `overridesFor`. Start inclusive, end exclusive. Never throws. */
export function chooseOverrides(
  candidates: readonly PriceOverride[],
  atMs: number,
  project: string | null,
): ChosenOverrides {
  if (candidates.length === 0) return NONE;
  let winner: PriceOverride | null = null;
  const stacked: Extract<PriceOverride, { kind: "multiplier" }>[] = [];
  for (const override of candidates) {
    if (!holds(override, atMs, project)) continue;
    if (override.kind === "multiplier" && override.stack) stacked.push(override);
    else winner ??= scheduled(override, atMs);
  }
  return { winner, stacked };
}
