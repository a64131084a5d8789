import type { EndpointMapping, OperatorPricing } from "./operator-pricing.js";
import type { PriceBook } from "./price-book.js";
import {
  gatewayPrefix,
  isGateway,
  isGatewayHost,
  isNameless,
  isSelfHosted,
  providerName,
} from "./provider-names.js";

/** The facts of a call that decide who bills for it. */
export interface ProviderFacts {
  provider: string;
  providerStated: boolean;
  host: string | null;
  requestModel: string | null;
  /** What the client said it was; a gateway stays one after its vendor was settled. */
  clientFlavor: string | null;
}

/** Who bills: a vendor of the book, a self-hosted pool, or nobody that can be named. */
export interface Settlement {
  provider: string;
  /** Name of the operator's pool, or the server kind, when self-hosted. */
  pool: string | null;
  /** Geography that the host stands for (`us.api.openai.com`, a Bedrock or Vertex region). */
  hostGeo: string | null;
  /** Request model without a gateway's route prefix. */
  requestModel: string | null;
  rule: "host" | "operator" | "gateway_prefix" | "stated" | "hint";
  reason: "endpoint_unmapped" | "provider_ambiguous" | null;
}

interface HostRule {
  provider: string;
  pattern: RegExp;
  geo: string | null;
}

const hostRules = new WeakMap<PriceBook, HostRule[]>();
const hostCache = new WeakMap<PriceBook, Map<string, HostMatch | null>>();

interface HostMatch {
  provider: string;
  geo: string | null;
}

/** The pattern's `*` is one or more characters of a host name; `{geo}` captures one label as the geography. */
function compilePattern(pattern: string): RegExp {
  const source = pattern
    .split(/(\*|\{geo\})/)
    .map((part) =>
      part === "*" ? "[a-z0-9.-]+" : part === "{geo}" ? "(?<geo>[a-z0-9-]+)" : part.replaceAll(".", "\\."),
    )
    .join("");
  return new RegExp(`^${source}$`);
}

function rulesOf(book: PriceBook): HostRule[] {
  const known = hostRules.get(book);
  if (known !== undefined) return known;
  const rules = [...book.providers.values()].flatMap(({ provider, ruleSet }) =>
    ruleSet.hosts.map(({ pattern, geo }) => ({ provider, pattern: compilePattern(pattern), geo })),
  );
  hostRules.set(book, rules);
  return rules;
}

/** The vendor whose host this is, or null. Results are kept per book, bounded. Never throws. */
export function vendorOfHost(book: PriceBook, host: string): HostMatch | null {
  let cache = hostCache.get(book);
  if (cache === undefined || cache.size > 10_000) {
    cache = new Map();
    hostCache.set(book, cache);
  }
  const known = cache.get(host);
  if (known !== undefined) return known;
  const name = hostName(host);
  let found: HostMatch | null = null;
  for (const rule of rulesOf(book)) {
    const match = rule.pattern.exec(name);
    if (match === null) continue;
    found = { provider: rule.provider, geo: rule.geo ?? match.groups?.["geo"] ?? null };
    break;
  }
  cache.set(host, found);
  return found;
}

/** Host name without scheme, path and port, lower case. Never throws. */
export function hostName(host: string): string {
  const bare = host
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/\/.*$/, "");
  // A host written with the root's dot is the same host.
  return bare.startsWith("[") ? bare.replace(/\]:\d+$/, "]") : bare.replace(/:\d+$/, "").replace(/\.$/, "");
}

function endpointOf(operator: OperatorPricing, host: string): EndpointMapping | null {
  const full = host
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/\/.*$/, "");
  const name = hostName(host);
  const exact = operator.endpoints.find(({ endpoint }) => endpoint.toLowerCase() === full);
  if (exact !== undefined) return exact;
  // A mapping without port covers every port; a call without port cannot tell which port it used.
  const loose = operator.endpoints.filter(({ endpoint }) =>
    full === name ? hostName(endpoint) === name : endpoint.toLowerCase() === name,
  );
  return loose.length === 1 ? (loose[0] ?? null) : null;
}

type Base = Omit<Settlement, "provider" | "rule">;

/**
 * Who bills for a call: host patterns first, then the operator's endpoint map, then a gateway's route prefix, then what the application
 * stated, then what the instrumentation reported, which counts only without a host. A private or unknown host proves nothing.
 * Never throws.
 */
export function settleProvider(facts: ProviderFacts, book: PriceBook, operator: OperatorPricing): Settlement {
  const hint = providerName(facts.provider);
  const base: Base = { pool: null, hostGeo: null, requestModel: facts.requestModel, reason: null };
  const host = facts.host === "" ? null : facts.host;
  const placed = host === null ? null : byHost(host, base, book, operator);
  if (placed !== null) return placed;
  if (facts.providerStated) return selfOrVendor(hint, base, "stated");
  const routed = byRoute(facts, hint, host, base);
  if (routed !== null) return routed;
  if ((isNameless(hint) && host === null) || isGateway(hint))
    return { ...base, provider: hint, rule: "hint", reason: "provider_ambiguous" };
  if (isSelfHosted(hint)) return selfOrVendor(hint, base, "hint");
  return { ...base, provider: hint, rule: "hint", reason: host === null ? null : "endpoint_unmapped" };
}

function byHost(host: string, base: Base, book: PriceBook, operator: OperatorPricing): Settlement | null {
  if (hostName(host) === OLLAMA_CLOUD) return { ...base, provider: "ollama_cloud", rule: "host" };
  const vendor = vendorOfHost(book, host);
  if (vendor !== null) return { ...base, provider: vendor.provider, hostGeo: vendor.geo, rule: "host" };
  const mapped = endpointOf(operator, host);
  if (mapped === null) return null;
  return mapped.provider === null
    ? { ...base, provider: "self_hosted", pool: mapped.pool ?? hostName(host), rule: "operator" }
    : { ...base, provider: providerName(mapped.provider), rule: "operator" };
}

/** Ollama's own service; it has no list prices. Source: ollama.com/cloud, 2026-11. */
const OLLAMA_CLOUD = "ollama.com";

/**
 * The vendor that a gateway's route prefix names: at a gateway's host always, behind another foreign host only where the prefix is no
 * publisher's name.
 */
function byRoute(facts: ProviderFacts, hint: string, host: string | null, base: Base): Settlement | null {
  const route = facts.requestModel === null ? null : gatewayPrefix(facts.requestModel);
  if (route === null) return null;
  const flavor = facts.clientFlavor === null ? "" : providerName(facts.clientFlavor);
  const gateway = isGateway(hint) || isGateway(flavor) || (host !== null && isGatewayHost(hostName(host)));
  if (!gateway && !(host !== null && route.certain)) return null;
  return selfOrVendor(route.provider, { ...base, requestModel: route.rest }, "gateway_prefix");
}

/** Ollama's `-cloud` models run at Ollama although the host is local. Source: ollama.com/cloud, 2026-11. */
function selfOrVendor(provider: string, base: Base, rule: Settlement["rule"]): Settlement {
  if (provider === "ollama" && base.requestModel !== null && /[-:]cloud$/i.test(base.requestModel)) {
    return {
      ...base,
      provider: "ollama_cloud",
      requestModel: base.requestModel.replace(/[-:]cloud$/i, ""),
      rule,
    };
  }
  return { ...base, provider, pool: isSelfHosted(provider) ? provider : null, rule };
}
