import { asArray, asCode, asObject } from "./json.js";
import type { JsonObject } from "./json.js";

/**
 * How much a web search may bring into the context, where the price of a search depends on it: `web_search_options` of Chat (OpenAI,
 * Perplexity) or the search tool of Responses. Null when the request does not say. Source: openai-node 7.57 types, read 2026-11-22.
 */
export function searchContext(body: JsonObject): string | null {
  const chat = asCode(asObject(body["web_search_options"])?.["search_context_size"]);
  if (chat !== null) return chat;
  for (const entry of asArray(body["tools"])) {
    const tool = asObject(entry);
    if (asCode(tool?.["type"])?.startsWith("web_search") === true)
      return asCode(tool?.["search_context_size"]);
  }
  return null;
}
