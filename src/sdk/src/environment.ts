import type { Attributes } from "@opentelemetry/api";
import { SDK_NAME, SDK_VERSION } from "./version.js";

const DEFAULT_ENDPOINT = "http://127.0.0.1:4318";

function setting(name: string): string | null {
  const value = process.env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

function isTrue(name: string): boolean {
  return /^(1|true|yes|on)$/i.test(setting(name) ?? "");
}

/** Whether `SPANLEDGER_DISABLED` or `OTEL_SDK_DISABLED` is set to true. */
export function isDisabled(): boolean {
  return isTrue("SPANLEDGER_DISABLED") || isTrue("OTEL_SDK_DISABLED");
}

/** `SPANLEDGER_FINGERPRINT_KEY`, or null. */
export function fingerprintKeySetting(): string | null {
  return setting("SPANLEDGER_FINGERPRINT_KEY");
}

/** Hosts that `register` observes beside the vendors' own: `SPANLEDGER_REGISTER_HOSTS`, comma separated. */
export function registerHosts(): ReadonlySet<string> {
  const listed = setting("SPANLEDGER_REGISTER_HOSTS") ?? "";
  return new Set(listed.split(",").map((host) => host.trim()));
}

export interface OwnEndpoint {
  url: string;
  headers: Record<string, string>;
}

/**
 * Where our own exporter sends: `SPANLEDGER_ENDPOINT` + `/v1/traces`; when that is unset, the standard
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT` with their headers; else a local server's default port.
 */
export function ownEndpoint(): OwnEndpoint {
  const key = setting("SPANLEDGER_API_KEY");
  const authorization: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const own = setting("SPANLEDGER_ENDPOINT");
  if (own !== null) return { url: tracesUrl(own), headers: authorization };
  const standard = standardUrl();
  if (standard === null) return { url: tracesUrl(DEFAULT_ENDPOINT), headers: authorization };
  const listed = setting("OTEL_EXPORTER_OTLP_TRACES_HEADERS") ?? setting("OTEL_EXPORTER_OTLP_HEADERS") ?? "";
  return { url: standard, headers: { ...pairs(listed), ...authorization } };
}

function standardUrl(): string | null {
  const base = setting("OTEL_EXPORTER_OTLP_ENDPOINT");
  return setting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? (base === null ? null : tracesUrl(base));
}

function tracesUrl(base: string): string {
  return `${base.replace(/\/+$/, "")}/v1/traces`;
}

/** `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`, the latter winning, beside what names this SDK. */
export function resourceAttributes(): Attributes {
  const listed = pairs(setting("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  const service = setting("OTEL_SERVICE_NAME");
  return {
    "service.name": "unknown_service:node",
    ...listed,
    ...(service === null ? {} : { "service.name": service }),
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": SDK_NAME,
    "telemetry.sdk.version": SDK_VERSION,
  };
}

/** `a=1,b=2` with percent-encoded values, as OpenTelemetry's environment variables are written. Malformed pairs are left out. */
function pairs(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of text.split(",")) {
    const at = entry.indexOf("=");
    const key = entry.slice(0, Math.max(at, 0)).trim();
    if (key === "") continue;
    const value = entry.slice(at + 1).trim();
    try {
      found[key] = decodeURIComponent(value);
    } catch {
      // Not percent-encoded after all: taken as it stands.
      found[key] = value;
    }
  }
  return found;
}
