import type { AttributeValue } from "../../domain/span.js";
import { asCount, asText, at, type Document } from "../attributes.js";
import type { ReportedUsage } from "../reading.js";

function child(document: Document | null, ...path: string[]): AttributeValue | undefined {
  return document === null ? undefined : at(document, ...path);
}

/** Anthropic's own usage object: input excludes cache tokens. https://docs.anthropic.com/en/api/messages, read 2026-11-22. */
function addAnthropic(metadata: Document, usage: ReportedUsage): void {
  const raw = at(metadata, "anthropic", "usage");
  const uncached = asCount(at(raw, "input_tokens"));
  if (uncached !== null) usage.uncached = uncached;
  usage.cacheRead ??= asCount(at(raw, "cache_read_input_tokens"));
  usage.cacheWrite ??=
    asCount(at(raw, "cache_creation_input_tokens")) ??
    asCount(at(metadata, "anthropic", "cacheCreationInputTokens"));
  usage.cacheWrite5m = asCount(at(raw, "cache_creation", "ephemeral_5m_input_tokens"));
  usage.cacheWrite1h = asCount(at(raw, "cache_creation", "ephemeral_1h_input_tokens"));
  const searches = asCount(at(raw, "server_tool_use", "web_search_requests"));
  if (searches !== null) usage.units.webSearchRequests = searches;
}

function addOthers(metadata: Document, usage: ReportedUsage): void {
  usage.cacheRead ??=
    asCount(at(metadata, "openai", "cachedPromptTokens")) ??
    asCount(at(metadata, "azure", "cachedPromptTokens")) ??
    asCount(at(metadata, "bedrock", "usage", "cacheReadInputTokens")) ??
    asCount(at(metadata, "deepseek", "promptCacheHitTokens")) ??
    asCount(at(metadata, "google", "usageMetadata", "cachedContentTokenCount"));
  usage.cacheWrite ??= asCount(at(metadata, "bedrock", "usage", "cacheWriteInputTokens"));
  usage.reasoning ??=
    asCount(at(metadata, "openai", "reasoningTokens")) ??
    asCount(at(metadata, "google", "usageMetadata", "thoughtsTokenCount"));
}

/**
 * Adds what only the provider's metadata on a Vercel AI span says (a JSON text in `ai.response.providerMetadata`): the cache split of
 * version 5, cache lifetimes, searches. Numbers only. Never throws.
 */
export function addProviderMetadata(metadata: Document | null, usage: ReportedUsage): void {
  if (metadata === null) return;
  addAnthropic(metadata, usage);
  addOthers(metadata, usage);
}

/** Tier as served, by the provider's metadata; null when it says none. Never throws. */
export function serviceTierOf(metadata: Document | null): string | null {
  return (
    asText(child(metadata, "openai", "serviceTier")) ??
    asText(child(metadata, "anthropic", "usage", "service_tier"))
  );
}
