import type { Call } from "../domain/call.js";

/** Dialects of gateways. */
const DIALECTS: ReadonlySet<string> = new Set(["litellm", "openrouter"]);

/**
 * Instrumentation scopes and services of gateways that write plain conventions. Sources: the gateways' documentation of their OpenTelemetry
 * export, read 2026-11-25.
 */
const NAMES =
  /^(@?envoyproxy\/)?(ai-gateway|aigw|envoy-ai-gateway|litellm|litellm-proxy|openrouter|portkey|bifrost|kong|helicone|cloudflare|tensorzero|agentgateway|zuplo|tfy-llm-gateway|vercel-ai-gateway)\b/i;

/** Whether a gateway reported the call: it knows the vendor and key that answered, not the user. Never throws. */
export function isGateway({ source, attribution }: Call): boolean {
  return DIALECTS.has(source.dialect) || NAMES.test(source.scope) || NAMES.test(attribution.service ?? "");
}
