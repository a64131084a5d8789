import type { RequestInitLike } from "./http-types.js";
import { regionOfHost, vendorOfHost } from "./provider-hosts.js";
import { endpointOf } from "./wire/families.js";
import type { Endpoint } from "./wire/family.js";

export interface Target {
  endpoint: Endpoint;
  url: string;
  host: string;
  /** Null for the scheme's default port. */
  port: number | null;
  /** The vendor and the cloud region that the host names; null when it proves nothing. */
  vendor: string | null;
  region: string | null;
}

/** Where a fetch goes, if that is a call that costs; null otherwise. Takes a URL text, a URL or a Request. */
export function targetOf(input: unknown, init: RequestInitLike | undefined, flavor: string): Target | null {
  const text = urlText(input);
  if (text === null) return null;
  const method = init?.method ?? (input as { method?: unknown } | null)?.method;
  if (typeof method !== "string" || method.length !== 4) return null;
  const target = knownTarget(text, method.toUpperCase());
  return target === null || !belongs(target, flavor) ? null : target;
}

const MAX_KNOWN = 200;
const known = new Map<string, Target | null>();

/** The target of an address; an application calls few of them, again and again. */
function knownTarget(text: string, method: string): Target | null {
  if (method !== "POST") return null;
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  const target = parseTarget(text, method);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, target);
  return target;
}

function parseTarget(text: string, method: string): Target | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const endpoint = endpointOf(method, url.pathname);
  if (endpoint === null) return null;
  return targetAt(url, endpoint, text);
}

/** `url` taken apart, as far as a record names it. */
export function targetAt(url: URL, endpoint: Endpoint, text = url.href): Target {
  const host = url.hostname;
  const port = url.port === "" ? null : Number(url.port);
  return { endpoint, url: text, host, port, vendor: vendorOfHost(host), region: regionOfHost(host) };
}

/**
 * Whether a path that other servers use as well belongs to its family here. A client of a known make vouches for its paths; for a
 * plain fetch the host has to.
 */
function belongs({ endpoint, host, port }: Target, flavor: string): boolean {
  if (flavor !== "fetch") return true;
  return endpoint.family.hosts?.(host, port === null ? "" : String(port)) ?? true;
}

/** The URL of a fetch's first argument: text, URL or Request; null for anything else. */
export function urlText(input: unknown): string | null {
  if (typeof input === "string") return input;
  if (input instanceof URL) return input.href;
  const url = typeof input === "object" && input !== null ? (input as { url?: unknown }).url : null;
  return typeof url === "string" ? url : null;
}
