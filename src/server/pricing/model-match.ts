import type { DeploymentMapping, OperatorPricing } from "./operator-pricing.js";
import type { BookModel, IdKind, PriceBook, ProviderBook } from "./price-book.js";
import { bedrockPlace, isCloudRegion } from "./bedrock-grammar.js";
import { idForm, readModelId } from "./model-grammar.js";
import type { ModelReading } from "./model-reading.js";
import { isNameless, providerName } from "./provider-names.js";
import { hostName } from "./settle-provider.js";
import type { Settlement } from "./settle-provider.js";

/** The facts of a call that decide which model is priced, beside who bills. */
export interface ModelFacts {
  host: string | null;
  responseModel: string | null;
  deployment: string | null;
  /** Geography the provider reported (`inference_geo`, data zone). */
  geo: string | null;
  /** Cloud region or location. */
  region: string | null;
}

export type UnmatchedReason =
  | "model_missing"
  | "model_unknown"
  | "provider_ambiguous"
  | "endpoint_unmapped"
  | "no_price_for_provider"
  | "commitment_tier";

/** A model of the book. `canonical` is `<provider>/<geo:>?<model>`; the geography stands in it where the model's price depends on it. */
export interface ListedModel {
  kind: "listed";
  provider: string;
  canonical: string;
  model: BookModel;
  geo: string | null;
  rule: string;
  confidence: "exact" | "alias" | "operator";
  /** Azure capacity SKU and the like: paid by capacity. */
  commitment: boolean;
  /** Azure batch SKU: every call of the deployment is a batch call. */
  batch: boolean;
}

/** A model of a self-hosted pool or of a vendor without list prices: only an operator's price can hold. */
export interface PoolModel {
  kind: "pool";
  provider: string;
  canonical: string;
  rule: string;
  confidence: "exact" | "alias" | "operator" | "none";
}

export interface Unmatched {
  kind: "none";
  provider: string;
  reason: UnmatchedReason;
}

export type ModelMatch = ListedModel | PoolModel | Unmatched;

/** Vendors whose models are taken as named, because nothing is listed for them. */
const OPEN_CATALOGUES: ReadonlySet<string> = new Set(["ollama_cloud"]);

/** Providers whose request model is a name that the operator chose: it never matches by itself. */
const OPAQUE_REQUESTS: ReadonlySet<string> = new Set(["azure.ai.openai"]);

/**
 * The model that is priced, looked up whole among the listed ids of the settled provider; never by prefix, part or similarity.
 * Never throws.
 */
export function matchModel(
  facts: ModelFacts,
  settlement: Settlement,
  book: PriceBook,
  operator: OperatorPricing,
): ModelMatch {
  const { provider } = settlement;
  const request = settlement.requestModel ?? "";
  if (settlement.reason === "provider_ambiguous") {
    const alias = deploymentOf(operator, isNameless(provider) ? "unknown" : provider, facts, request);
    if (alias !== null) return aliased(alias, facts, settlement, book, operator);
  }
  if (settlement.reason !== null) return { kind: "none", provider, reason: settlement.reason };
  const response = facts.responseModel ?? "";
  if (settlement.pool !== null) return poolModel(settlement.pool, settlement, request || response);
  if (OPEN_CATALOGUES.has(provider)) return poolModel(provider, settlement, request || response);
  const known = book.providers.get(provider);
  if (known === undefined) return { kind: "none", provider, reason: "no_price_for_provider" };
  const mapping = deploymentOf(operator, provider, facts, request);
  if (mapping !== null && mapping.model !== null)
    return lookup(known, [mapping.model], facts, settlement, operator, mapping);
  const named = namedBy(known, request, response);
  if (named.length === 0) {
    return {
      kind: "none",
      provider,
      reason: request === "" && response === "" ? "model_missing" : "model_unknown",
    };
  }
  return lookup(known, named, facts, settlement, operator, mapping);
}

/** The string that names the model at this provider: one, or none. */
function namedBy(known: ProviderBook, request: string, response: string): string[] {
  // A request that names something unlisted is not what the reply, which drops the place, calls it.
  const byRequest = known.ruleSet.modelSource === "request";
  const [first, second] = byRequest ? [request, response] : [response, request];
  if (first !== "") return [first];
  const opaqueRequest = !byRequest && OPAQUE_REQUESTS.has(known.provider);
  return second === "" || opaqueRequest ? [] : [second];
}

/** What the operator said a gateway's alias stands for: `<vendor>/<model>`. */
function aliased(
  alias: DeploymentMapping,
  facts: ModelFacts,
  settlement: Settlement,
  book: PriceBook,
  operator: OperatorPricing,
): ModelMatch {
  const target = alias.model ?? "";
  const slash = target.indexOf("/");
  const known = book.providers.get(providerName(target.slice(0, Math.max(slash, 0))));
  if (known === undefined)
    return { kind: "none", provider: settlement.provider, reason: "provider_ambiguous" };
  return lookup(known, [target.slice(slash + 1)], facts, settlement, operator, alias);
}

function poolModel(pool: string, settlement: Settlement, model: string): ModelMatch {
  if (model === "") return { kind: "none", provider: settlement.provider, reason: "model_missing" };
  const mapped = settlement.rule === "operator";
  const byHost = settlement.rule === "host";
  const cloud = OPEN_CATALOGUES.has(pool);
  return {
    kind: "pool",
    provider: settlement.provider,
    canonical: `${pool}/${model}`,
    rule: mapped ? "operator_endpoint" : cloud ? (byHost ? "host" : "cloud_suffix") : "self_hosted",
    confidence: mapped ? "operator" : cloud ? (byHost ? "exact" : "alias") : "none",
  };
}

function deploymentOf(
  operator: OperatorPricing,
  provider: string,
  facts: ModelFacts,
  request: string,
): DeploymentMapping | null {
  if (operator.deployments.length === 0) return null;
  const resource = facts.host === null ? null : (hostName(facts.host).split(".")[0] ?? null);
  // The served name last: where only the response names the model, an alias of it is the operator's word too.
  const names = [facts.deployment, request, facts.responseModel].filter(
    (name) => name !== null && name !== "",
  );
  const wanted = names.flatMap((name) =>
    resource === null ? [name] : [`${resource}/${String(name)}`, name],
  );
  for (const name of wanted) {
    const found = operator.deployments.find(
      (mapping) => mapping.provider === provider && mapping.name.toLowerCase() === name?.toLowerCase(),
    );
    if (found !== undefined) return found;
  }
  return null;
}

interface Found {
  model: BookModel;
  kind: IdKind | "inherited";
  rule: string;
  /** The id is one that the provider moves from model to model. */
  moving: boolean;
}

function findListed(known: ProviderBook, reading: ModelReading, operator: OperatorPricing): Found | null {
  for (const { id, rule } of reading.candidates) {
    const found = known.ids.get(idForm(known.provider, id));
    if (found !== undefined) return { ...found, rule, moving: id.endsWith("-latest") };
  }
  for (const { id, rule } of reading.candidates) {
    const base = /^(.+)-(?:\d{4}-\d{2}-\d{2}|\d{8})$/.exec(idForm(known.provider, id))?.[1];
    const found = base === undefined ? undefined : known.ids.get(base);
    if (found === undefined) continue;
    const allowed =
      found.model.snapshotPolicy === "inherit" ||
      operator.inheritSnapshots.includes(`${known.provider}/${found.model.model}`);
    if (allowed && found.kind === "exact")
      return { model: found.model, kind: "inherited", rule, moving: false };
  }
  return null;
}

function lookup(
  known: ProviderBook,
  strings: readonly string[],
  facts: ModelFacts,
  settlement: Settlement,
  operator: OperatorPricing,
  mapping: DeploymentMapping | null,
): ModelMatch {
  const { provider } = known;
  for (const text of strings) {
    const reading = readModelId(provider, text);
    if (reading.opaque !== null) return { kind: "none", provider, reason: reading.opaque };
    const found = findListed(known, reading, operator);
    if (found === null) continue;
    const place = mapping?.zone ?? zoneOf(mapping) ?? geoOf(known, reading, facts, settlement);
    // One price holds in all regions of Bedrock that have none of their own.
    const everywhere = provider === "aws.bedrock" && place !== null && isCloudRegion(place);
    const geo = everywhere && !found.model.geos.has(place) ? null : place;
    const shown = geo !== null && namesGeo(found.model, geo) && !known.ruleSet.neutralGeos.includes(geo);
    return {
      kind: "listed",
      provider,
      canonical: `${provider}/${shown ? `${geo}:` : ""}${found.model.model}`,
      model: found.model,
      geo,
      rule: ruleOf(found, settlement, mapping),
      confidence: confidenceOf(found, settlement, mapping),
      commitment: /provisioned/i.test(mapping?.sku ?? ""),
      batch: /batch/i.test(mapping?.sku ?? ""),
    };
  }
  return { kind: "none", provider, reason: "model_unknown" };
}

/** A data zone that nobody named: dearer than the global price, by an amount that the zone decides, so that no price holds. */
function zoneOf(mapping: DeploymentMapping | null): string | null {
  return /^datazone/i.test(mapping?.sku ?? "") ? UNKNOWN_ZONE : null;
}

/**
 * Whether a geography stands in the canonical name of a model: it has a price of its own there, or is priced by geography at all.
 * Never throws.
 */
export function namesGeo(model: BookModel, geo: string): boolean {
  return model.geos.has(geo) || (model.placed && !isCloudRegion(geo) && geo !== UNKNOWN_ZONE);
}

const UNKNOWN_ZONE = "unknown-zone";

/** Where the call is priced: what the id says, else what the provider reported, else the place that the host stands for. */
function geoOf(
  known: ProviderBook,
  reading: ModelReading,
  facts: ModelFacts,
  settlement: Settlement,
): string | null {
  if (reading.geo !== null) return reading.geo;
  switch (known.provider) {
    case "aws.bedrock":
      return facts.geo ?? bedrockPlace(facts.region ?? settlement.hostGeo);
    case "gcp.vertex_ai":
      return facts.region ?? facts.geo ?? settlement.hostGeo;
    default:
      return facts.geo ?? settlement.hostGeo;
  }
}

function ruleOf(found: Found, settlement: Settlement, mapping: DeploymentMapping | null): string {
  if (mapping !== null) return "operator_deployment";
  if (found.rule !== "exact") return found.rule;
  if (found.kind !== "exact") return found.kind === "inherited" ? "snapshot_inherited" : found.kind;
  return settlement.rule === "gateway_prefix" ? "gateway_prefix" : "exact";
}

function confidenceOf(
  found: Found,
  settlement: Settlement,
  mapping: DeploymentMapping | null,
): ListedModel["confidence"] {
  if (mapping !== null || settlement.rule === "operator") return "operator";
  const undatedFineTune = found.rule === "fine_tune" && found.kind === "exact";
  return undatedFineTune || found.moving || found.kind === "inherited" ? "alias" : "exact";
}
