import { providerName, isSelfHosted } from "../pricing/provider-names.js";
import { idForm, readModelId } from "../pricing/model-grammar.js";
import type { OperatorPricing } from "../pricing/operator-pricing.js";
import type { BookModel, CompiledRate, IdKind, PriceBook, ProviderBook } from "../pricing/price-book.js";
import type { RuleSet } from "../domain/price.js";

/** The two halves of `<provider>/<model>`; the model may hold further slashes. Never throws. */
export function splitMatch(match: string): { provider: string; model: string } {
  const slash = match.indexOf("/");
  return { provider: match.slice(0, slash), model: match.slice(slash + 1) };
}

/**
 * The book with a model for every exact name that an override states and the book does not list, so that the operator's price can
 * hold for it. Such a model has no list price at any time. The same object when there is nothing to add. Never throws.
 */
export function withOperatorModels(book: PriceBook, operator: OperatorPricing): PriceBook {
  const pools = new Set(
    operator.endpoints.flatMap(({ pool }) => (pool === null ? [] : [pool.toLowerCase()])),
  );
  const added = new Map<string, Set<string>>();
  for (const { match } of operator.overrides) {
    const { provider, model } = splitMatch(match);
    if (model === "*" || pools.has(provider.toLowerCase()) || isSelfHosted(provider)) continue;
    const name = providerName(provider);
    if (listedModel(book, name, model) !== null) continue;
    const models = added.get(name) ?? new Set();
    added.set(name, models.add(model));
  }
  if (added.size === 0) return book;
  const providers = new Map(book.providers);
  for (const [name, models] of added) {
    providers.set(name, extended(providers.get(name) ?? emptyProvider(name), [...models]));
  }
  return { version: book.version, providers };
}

/** The listed model that a name means at a provider, by id, alias or snapshot, with or without geography; or null. Never throws. */
export function listedModel(book: PriceBook, provider: string, model: string): BookModel | null {
  const known = book.providers.get(provider);
  if (known === undefined) return null;
  const found = known.ids.get(idForm(provider, model));
  if (found !== undefined) return found.model;
  const withoutGeo = /^[a-z0-9-]+:(.+)$/i.exec(model)?.[1];
  if (withoutGeo === undefined) return null;
  const placed = known.ids.get(idForm(provider, withoutGeo))?.model;
  return placed !== undefined && placed.geos.size > 0 ? placed : null;
}

function extended(known: ProviderBook, models: readonly string[]): ProviderBook {
  const ids = new Map<string, { model: BookModel; kind: IdKind }>(known.ids);
  const added = models.map((model) => operatorModel(known.provider, model));
  for (const model of added) {
    const own = idForm(known.provider, model.model);
    // Calls are looked up by what the provider's grammar makes of their string: the name must be found by that too.
    const read = readModelId(known.provider, model.model).candidates.map(({ id }) =>
      idForm(known.provider, id),
    );
    for (const id of [own, ...read.slice(0, 1)]) if (!ids.has(id)) ids.set(id, { model, kind: "exact" });
  }
  return { ...known, ids, models: [...known.models, ...added] };
}

function operatorModel(provider: string, model: string): BookModel {
  return {
    provider,
    model,
    family: null,
    aliases: [],
    snapshots: [],
    snapshotPolicy: "listed",
    retiredOn: null,
    rates: [neverInForce(provider, model)],
    modifiers: [],
    geos: new Set(),
    placed: false,
    boundaries: [],
    thresholds: [],
    hasWindows: false,
    variantKeys: [],
  };
}

/** Makes the reason `no_price_at_date` where no override is in force. */
function neverInForce(provider: string, model: string): CompiledRate {
  return {
    id: `operator:${provider}/${model}`,
    provider,
    model,
    geo: null,
    tier: "standard",
    class: "input",
    unit: "token",
    per: 1_000_000,
    price: "0",
    currency: "USD",
    minPromptTokens: 0,
    minInclusive: false,
    variant: null,
    effectiveFrom: 0,
    effectiveTo: 0,
    utcWindows: null,
    source: "operator",
    sourceUrl: null,
    sourceSeenAt: null,
    status: "quarantined",
    priceUnits: 0n,
    perUnits: 1_000_000n,
    unitSteps: 0n,
    isToken: true,
  };
}

function emptyProvider(provider: string): ProviderBook {
  const ruleSet: RuleSet = {
    provider,
    usageSemantics: "operator",
    tierField: null,
    modelSource: "response",
    hosts: [],
    tiers: {},
    geoModifier: null,
    neutralGeos: [],
    strictGeo: false,
    strictGeos: [],
    reportedCostWins: false,
    writesAsInput: false,
    defaultVariant: {},
  };
  return { provider, ruleSet, ids: new Map(), models: [] };
}
