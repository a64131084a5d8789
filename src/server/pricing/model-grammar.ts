import { readBedrock } from "./bedrock-grammar.js";
import { CONTEXT_WORD, opaque, plain } from "./model-reading.js";
import type { ModelReading } from "./model-reading.js";
import { gatewayPrefix } from "./provider-names.js";

/**
 * The form in which ids of a provider are compared: lower case, and for Bedrock without the revision (`:0`) and context (`:128k`)
 * suffixes, which do not change the price. Never throws.
 */
export function idForm(provider: string, id: string): string {
  const lower = id.trim().toLowerCase();
  return provider === "aws.bedrock" ? lower.replace(/:\d+k$/, "").replace(/:\d+$/, "") : lower;
}

/** The string as it stands, and as it reads without what its grammar allows around an id. */
function orBare(text: string, bare: string, rule: string): ModelReading {
  if (bare === text) return plain(text);
  return {
    candidates: [
      { id: text, rule: "exact" },
      { id: bare, rule },
    ],
    geo: null,
    opaque: null,
  };
}

/** The string as it stands, and without a leading `<vendor>/` that gateways and SDKs put before it. */
function withoutVendor(text: string, pattern: RegExp): ModelReading {
  return orBare(text, text.replace(pattern, ""), "vendor_prefix");
}

/** `ft:<base>:<org>:<name?>:<id>[:ckpt-..]` is priced by the fine-tune row of its base. Source: OpenAI fine-tuning guide, 2026-11. */
function readOpenai(text: string): ModelReading {
  const id = text.replace(/^openai\//i, "");
  const fineTune = /^ft:([^:]+)(?::|$)/i.exec(id);
  if (fineTune !== null) return plain(`ft:${fineTune[1] ?? ""}`, "fine_tune");
  return id === text ? plain(id) : plain(id, "vendor_prefix");
}

/** Azure spells 3.5 as 35 and fine-tunes as `<base>.ft-<id>`. Source: Azure OpenAI model names, 2026-11. */
function readAzure(text: string): ModelReading {
  const id = text.replace(/^(azure|azure_ai|openai)\//i, "").replace(/^gpt-35/i, "gpt-3.5");
  const fineTune = /^(.+)\.ft-/i.exec(id);
  if (fineTune !== null) return plain(`ft:${fineTune[1] ?? ""}`, "fine_tune");
  return plain(id, id === text ? "exact" : "azure_spelling");
}

const VERTEX_PATH = /^(?:projects\/[^/]+\/)?locations\/([^/]+)\//i;

/** Resource paths, `publishers/<p>/models/`, and `@date` versions of Vertex AI; tuned endpoints are opaque. Source: Vertex AI docs, 2026-11. */
function readVertex(text: string): ModelReading {
  const bare = text.replace(/^(vertex_ai|vertex_ai_beta)\//i, "");
  const geo = VERTEX_PATH.exec(bare)?.[1]?.toLowerCase() ?? null;
  if (/(^|\/)endpoints\//i.test(bare)) return opaque("model_unknown");
  const id = bare
    .replace(VERTEX_PATH, "")
    .replace(/^(?:projects\/[^/]+\/)?publishers\/[^/]+\/models\//i, "")
    .replace(/^models\//i, "")
    .replace(
      /^(google|meta|anthropic|mistralai|deepseek-ai|qwen|openai|moonshotai|zai-org|minimaxai)\//i,
      "",
    );
  const rule = id === text ? "exact" : "resource_path";
  const versioned = id.replace(CONTEXT_WORD, "").replace(/@(default|latest)$/i, "");
  const candidates = [{ id: versioned, rule: versioned === id ? rule : "version_suffix" }];
  // A version stands behind `@` in requests and behind `-` in Claude's replies.
  const other = versioned.includes("@") ? versioned.replace("@", "-") : versioned.replace(/-(\d{8})$/, "@$1");
  if (other !== versioned) candidates.push({ id: other, rule: "version_suffix" });
  return { candidates, geo, opaque: null };
}

function readGemini(text: string): ModelReading {
  if (/^tunedModels\//i.test(text)) return opaque("model_unknown");
  const id = text
    .replace(/^gemini\//i, "")
    .replace(/^models\//i, "")
    .replace(/^google\//i, "");
  return plain(id, id === text ? "exact" : "resource_path");
}

const ROUTING_SUFFIX = /:(beta|nitro|floor|online|thinking)$/i;

/**
 * `:free`, `:extended` and `:exacto` are prices of their own and stay; routing suffixes, of which several may stand in a row, do not change
 * the listed price. Source: openrouter.ai/docs, 2026-11.
 */
function readOpenrouter(text: string): ModelReading {
  let id = text.replace(/^openrouter\/(?=[^/]+\/)/i, "");
  const candidates = [{ id, rule: id === text ? "exact" : "gateway_prefix" }];
  while (ROUTING_SUFFIX.test(id)) {
    id = id.replace(ROUTING_SUFFIX, "");
    candidates.push({ id, rule: "routing_suffix" });
  }
  return { candidates, geo: null, opaque: null };
}

/** Any id with or without the prefix by which gateways name this provider. */
function readPrefixed(provider: string, text: string): ModelReading {
  const route = gatewayPrefix(text);
  return route?.provider === provider ? orBare(text, route.rest, "gateway_prefix") : plain(text);
}

const READERS: ReadonlyMap<string, (text: string) => ModelReading> = new Map<
  string,
  (text: string) => ModelReading
>(
  Object.entries({
    openai: readOpenai,
    "azure.ai.openai": readAzure,
    "aws.bedrock": readBedrock,
    "gcp.vertex_ai": readVertex,
    "gcp.gemini": readGemini,
    openrouter: readOpenrouter,
    anthropic: (text) => withoutVendor(text.replace(CONTEXT_WORD, ""), /^anthropic\//i),
    cloudflare: (text) =>
      withoutVendor(text.replace(/^(?:cloudflare|workers-ai)\//i, ""), /^@(?:cf|hf)\/[^/]+\//i),
    fireworks: (text) =>
      withoutVendor(text.replace(/^fireworks_ai\//i, ""), /^accounts\/fireworks\/(?:models|routers)\//i),
    mistral_ai: (text) => withoutVendor(text, /^(mistral|mistralai|codestral)\//i),
    x_ai: (text) => withoutVendor(text, /^(xai|x-ai)\//i),
    deepseek: (text) => withoutVendor(text, /^deepseek\//i),
    cohere: (text) => withoutVendor(text, /^(cohere|cohere_chat)\//i),
    groq: (text) => withoutVendor(text, /^groq\//i),
    together: (text) => withoutVendor(text, /^(together_ai|together)\//i),
    perplexity: (text) => withoutVendor(text, /^perplexity\//i),
  }),
);

/** How a provider's grammar reads a model string. Without a grammar of its own the whole string is compared. Never throws. */
export function readModelId(provider: string, text: string): ModelReading {
  const trimmed = text.trim();
  const read = READERS.get(provider);
  return read === undefined ? readPrefixed(provider, trimmed) : read(trimmed);
}
