import { AppError } from "../domain/errors.js";
import { canonicalDecimal, parseFactor, parseMoney, stepsPerUnit } from "../domain/money.js";
import type { Factor, Money } from "../domain/money.js";
import { TOKEN_PRICE_CLASSES } from "../domain/price.js";
import type { Modifier, PriceModel, Rate, RuleSet, UtcWindow } from "../domain/price.js";
import { isCloudRegion } from "./bedrock-grammar.js";
import { idForm } from "./model-grammar.js";
import type { PriceFile, PriceFileModel, PriceFileRate } from "./price-book.schema.js";

/** A rate with its numbers ready for exact arithmetic. */
export interface CompiledRate extends Rate {
  readonly priceUnits: Money;
  readonly perUnits: bigint;
  /** Price of one unit in steps of a cost line, where that is a whole number. */
  readonly unitSteps: bigint | null;
  readonly isToken: boolean;
}

export interface CompiledModifier extends Modifier {
  readonly fraction: Factor;
}

/** A model with its rates and what its rate choice depends on. */
export interface BookModel extends PriceModel {
  readonly rates: readonly CompiledRate[];
  readonly modifiers: readonly CompiledModifier[];
  readonly geos: ReadonlySet<string>;
  /** Whether the price depends on the geography that calls are routed in; prices of single cloud regions are exceptions to one price. */
  readonly placed: boolean;
  /** Ascending instants (ms) at which any rate or modifier of the model starts or ends. */
  readonly boundaries: readonly number[];
  /** Distinct long-context thresholds, ascending by the first token count that meets them. */
  readonly thresholds: readonly number[];
  readonly hasWindows: boolean;
  readonly variantKeys: readonly string[];
}

export type IdKind = "exact" | "alias" | "snapshot";

export interface ProviderBook {
  readonly provider: string;
  readonly ruleSet: RuleSet;
  /** Every listed id in its compared form, with the model it means. */
  readonly ids: ReadonlyMap<string, { readonly model: BookModel; readonly kind: IdKind }>;
  readonly models: readonly BookModel[];
}

/** An immutable set of prices with a version; build one with `buildPriceBook`. */
export interface PriceBook {
  readonly version: string;
  readonly providers: ReadonlyMap<string, ProviderBook>;
}

const TOKEN_CLASSES: ReadonlySet<string> = new Set(TOKEN_PRICE_CLASSES);

/**
 * The book of the given files, indexed by id.
 * @throws AppError `invalid_request` when two rates are equally specific at one instant, two models claim one id, or an interval is empty.
 */
export function buildPriceBook(version: string, files: readonly PriceFile[]): PriceBook {
  const providers = new Map<string, ProviderBook>();
  for (const file of files) {
    if (providers.has(file.provider))
      throw refused("two files for one provider", { provider: file.provider });
    providers.set(file.provider, buildProvider(file));
  }
  return { version, providers };
}

function buildProvider(file: PriceFile): ProviderBook {
  const modifiers = (file.modifiers ?? []).map((modifier) => ({
    provider: file.provider,
    models: modifier.models ?? null,
    key: modifier.key,
    factor: canonicalDecimal(modifier.factor),
    fraction: parseFactor(modifier.factor),
    effectiveFrom: time(modifier.effective_from),
    effectiveTo: time(modifier.effective_to),
    source: modifier.source,
  }));
  const models = file.models.map((model) => buildModel(file, model, modifiers));
  const ids = new Map<string, { model: BookModel; kind: IdKind }>();
  const claim = (id: string, model: BookModel, kind: IdKind) => {
    const form = idForm(file.provider, id);
    const holder = ids.get(form);
    if (holder === undefined) ids.set(form, { model, kind });
    else if (holder.model !== model) {
      throw refused("two models claim one id", {
        provider: file.provider,
        id,
        models: [holder.model.model, model.model],
      });
    }
  };
  for (const model of models) claim(model.model, model, "exact");
  for (const model of models) {
    for (const id of model.snapshots) claim(id, model, "snapshot");
    for (const id of model.aliases) claim(id, model, "alias");
  }
  return { provider: file.provider, ruleSet: buildRuleSet(file), ids, models };
}

function buildRuleSet(file: PriceFile): RuleSet {
  const rules = file.rule_set;
  return {
    provider: file.provider,
    usageSemantics: rules.usage_semantics,
    tierField: rules.tier_field ?? null,
    modelSource: rules.model_source,
    hosts: rules.hosts.map(({ pattern, geo }) => ({ pattern, geo: geo ?? null })),
    tiers: rules.tiers ?? {},
    geoModifier: rules.geo_modifier ?? null,
    neutralGeos: rules.neutral_geos ?? [],
    strictGeo: rules.strict_geo ?? false,
    strictGeos: rules.strict_geos ?? [],
    reportedCostWins: rules.reported_cost_wins ?? false,
    writesAsInput: rules.writes_as_input ?? false,
    defaultVariant: rules.default_variant ?? {},
  };
}

function buildModel(file: PriceFile, source: PriceFileModel, all: readonly CompiledModifier[]): BookModel {
  const rates = source.rates.map((rate) => buildRate(file, source.model, rate));
  refuseOverlaps(rates);
  const modifiers = all.filter((modifier) => modifier.models?.includes(source.model) ?? true);
  const edges = [...rates, ...modifiers].flatMap((row) => [row.effectiveFrom, row.effectiveTo]);
  const boundaries = [...new Set(edges.filter((edge) => edge !== null))].toSorted((a, b) => a - b);
  const geos = new Set(rates.flatMap((rate) => (rate.geo === null ? [] : [rate.geo])));
  const strict = file.rule_set.strict_geos ?? [];
  const thresholds = [...new Set(rates.map(firstTokens))].filter((n) => n > 0).toSorted((a, b) => a - b);
  return {
    provider: file.provider,
    model: source.model,
    family: source.family ?? null,
    aliases: source.aliases ?? [],
    snapshots: source.snapshots ?? [],
    snapshotPolicy: source.snapshot_policy ?? "listed",
    retiredOn: source.retired_on ?? null,
    rates,
    modifiers,
    geos,
    placed: [...geos].some((geo) => !isCloudRegion(geo) && !strict.includes(geo)),
    boundaries,
    thresholds,
    hasWindows: rates.some((rate) => rate.utcWindows !== null),
    variantKeys: [...new Set(rates.flatMap((rate) => Object.keys(rate.variant ?? {})))].toSorted(),
  };
}

/** The smallest prompt size that meets a rate's threshold; 0 = any prompt. Never throws. */
export function firstTokens(rate: Rate): number {
  return rate.minPromptTokens === 0 || rate.minInclusive ? rate.minPromptTokens : rate.minPromptTokens + 1;
}

const UNIT_OF: Readonly<Record<string, string>> = { audio_second: "second", video_second: "second" };

function buildRate(file: PriceFile, model: string, rate: PriceFileRate): CompiledRate {
  const isToken = TOKEN_CLASSES.has(rate.class);
  const per = rate.per ?? (isToken ? 1_000_000 : 1);
  const compiled: Mutable<CompiledRate> = {
    id: "",
    provider: file.provider,
    model,
    ...conditionsOf(rate),
    ...originOf(file, rate),
    class: rate.class,
    unit: rate.unit ?? (isToken ? "token" : (UNIT_OF[rate.class] ?? rate.class)),
    per,
    price: canonicalDecimal(rate.price),
    currency: rate.currency ?? "USD",
    status: rate.status ?? "active",
    priceUnits: parseMoney(rate.price),
    perUnits: BigInt(per),
    unitSteps: stepsPerUnit(parseMoney(rate.price), BigInt(per)),
    isToken,
  };
  const { effectiveFrom: from, effectiveTo: to } = compiled;
  if (from !== null && to !== null && to <= from) {
    throw refused("a rate ends before it starts", {
      provider: file.provider,
      model,
      class: rate.class,
    });
  }
  compiled.id = rateId(compiled);
  return compiled;
}

function conditionsOf(rate: PriceFileRate) {
  return {
    geo: rate.geo ?? null,
    tier: rate.tier ?? ("standard" as const),
    minPromptTokens: rate.min_prompt_tokens ?? 0,
    minInclusive: rate.min_inclusive ?? false,
    variant: rate.variant ?? null,
    effectiveFrom: time(rate.effective_from),
    effectiveTo: time(rate.effective_to),
    utcWindows: rate.utc_windows?.map(buildWindow) ?? null,
  };
}

function originOf(file: PriceFile, rate: PriceFileRate) {
  const source = file.sources[rate.source];
  return {
    source: rate.source,
    sourceUrl: rate.source_url ?? source?.url ?? null,
    sourceSeenAt: rate.source_seen_at ?? source?.seen_at ?? null,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function rateId(rate: CompiledRate): string {
  const geo = rate.geo === null ? "" : `${rate.geo}:`;
  const long =
    rate.minPromptTokens === 0 ? "" : `>${rate.minInclusive ? "=" : ""}${String(rate.minPromptTokens)}`;
  const variant = rate.variant === null ? "" : `~${Object.values(rate.variant).join("~")}`;
  const windows =
    rate.utcWindows === null ? "" : `@${rate.utcWindows.map((w) => String(w.fromMinute)).join("+")}`;
  const from =
    rate.effectiveFrom === null ? "" : `:${new Date(rate.effectiveFrom).toISOString().slice(0, 10)}`;
  return `${rate.provider}/${geo}${rate.model}:${rate.class}:${rate.tier}${long}${variant}${windows}${from}`;
}

function buildWindow(window: {
  from: string;
  to: string;
  weekdays?: readonly number[] | undefined;
}): UtcWindow {
  return {
    fromMinute: minuteOf(window.from),
    toMinute: minuteOf(window.to),
    weekdays: window.weekdays ?? null,
  };
}

function minuteOf(clock: string): number {
  const [hours = "0", minutes = "0"] = clock.split(":");
  return Number.parseInt(hours, 10) * 60 + Number.parseInt(minutes, 10);
}

function time(instant: string | undefined): number | null {
  return instant === undefined ? null : Date.parse(instant);
}

/** What makes two rates compete: same class under the same conditions, whatever the time. */
function competition(rate: CompiledRate): string {
  const kind = `${rate.class}|${rate.tier}|${rate.geo ?? ""}|${String(firstTokens(rate))}|${rate.status}`;
  const timed = rate.utcWindows === null ? kind : `${kind}|timed`;
  if (rate.variant === null) return timed;
  const variant = Object.entries(rate.variant).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${timed}|${JSON.stringify(variant)}`;
}

function refuseOverlaps(rates: readonly CompiledRate[]): void {
  const groups = new Map<string, CompiledRate[]>();
  for (const rate of rates) {
    const key = competition(rate);
    const group = groups.get(key) ?? [];
    for (const other of group) {
      if (overlaps(rate, other))
        throw refused("two rates are equally specific", { rates: [other.id, rate.id] });
    }
    group.push(rate);
    groups.set(key, group);
  }
}

function overlaps(a: CompiledRate, b: CompiledRate): boolean {
  const from = Math.max(a.effectiveFrom ?? -Infinity, b.effectiveFrom ?? -Infinity);
  const to = Math.min(a.effectiveTo ?? Infinity, b.effectiveTo ?? Infinity);
  if (from >= to) return false;
  if (a.utcWindows === null || b.utcWindows === null) return true;
  return a.utcWindows.some((one) => b.utcWindows?.some((other) => windowsMeet(one, other)) === true);
}

function windowsMeet(a: UtcWindow, b: UtcWindow): boolean {
  const days =
    a.weekdays === null || b.weekdays === null || a.weekdays.some((day) => b.weekdays?.includes(day));
  return days && Math.max(a.fromMinute, b.fromMinute) < Math.min(a.toMinute, b.toMinute);
}

function refused(message: string, details: Record<string, unknown>): AppError {
  return new AppError("invalid_request", `price book refused: ${message}`, details);
}
