/** One way to read a model string as an id of the book; tried in order, compared whole. */
export interface IdCandidate {
  id: string;
  rule: string;
}

/** What a provider's grammar says about a model string. */
export interface ModelReading {
  candidates: readonly IdCandidate[];
  /** Geography or location that the string carries. */
  geo: string | null;
  /** Why the string can never name a model by itself. */
  opaque: "model_unknown" | "commitment_tier" | null;
}

/**
 * The form in which ids of a provider are compared: lower case, and for Bedrock without the revision (`:0`) and context (`:128k`)
 * suffixes, which do not change the price. Never throws.
 */
export function idForm(provider: string, id: string): string {
  const lower = id.trim().toLowerCase();
  return provider === "aws.bedrock" ? lower.replace(/:\d+k$/, "").replace(/:\d+$/, "") : lower;
}

const plain = (id: string, rule = "exact"): ModelReading => ({
  candidates: [{ id, rule }],
  geo: null,
  opaque: null,
});

const opaque = (reason: "model_unknown" | "commitment_tier"): ModelReading => ({
  candidates: [],
  geo: null,
  opaque: reason,
});

/** The string as it stands, and without a leading `<vendor>/` that gateways and SDKs put before it. */
function withoutVendor(text: string, pattern: RegExp): ModelReading {
  const bare = text.replace(pattern, "");
  if (bare === text) return plain(text);
  return {
    candidates: [
      { id: text, rule: "exact" },
      { id: bare, rule: "vendor_prefix" },
    ],
    geo: null,
    opaque: null,
  };
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

const BEDROCK_OPAQUE =
  /^(application-inference-profile|imported-model|custom-model|custom-model-deployment|prompt|prompt-router|default-prompt-router)$/;
// Longest first: us-gov must not be read as us.
const BEDROCK_GEO = /^(us-gov|global|apac|us|eu|jp|au|ca|sa|uk|me|in)\.(?=[a-z0-9-]+\.)/i;
const AWS_REGION = /^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d\//i;

/** Ids, inference profiles and ARNs of Bedrock; application profiles and custom models are opaque. Source: AWS Bedrock user guide, 2026-11. */
function readBedrock(text: string): ModelReading {
  let id = text
    .replace(/^bedrock\//i, "")
    .replace(/^(converse|invoke|converse_like)\//i, "")
    .replace(AWS_REGION, "");
  let rule = id === text ? "exact" : "gateway_prefix";
  const arn = /^arn:[^:]*:bedrock:[^:]*:[^:]*:([a-z-]+)\/(.+)$/i.exec(id);
  if (arn !== null) {
    const kind = (arn[1] ?? "").toLowerCase();
    if (kind === "provisioned-model") return opaque("commitment_tier");
    if (BEDROCK_OPAQUE.test(kind)) return opaque("model_unknown");
    id = arn[2] ?? "";
    rule = "arn";
  } else if (/^arn:/i.test(id)) {
    return opaque(/:(sagemaker):/i.test(id) ? "commitment_tier" : "model_unknown");
  }
  const geo = BEDROCK_GEO.exec(id)?.[1]?.toLowerCase() ?? null;
  if (geo !== null) {
    id = id.slice(geo.length + 1);
    if (rule === "exact") rule = "geo_prefix";
  }
  // The first version may be written or left out: anthropic.claude-opus-5, anthropic.claude-opus-5-v1:0.
  const base = id.replace(/:\d+k$/i, "").replace(/:\d+$/, "");
  const other = base.endsWith("-v1") ? base.slice(0, -3) : `${base}-v1`;
  return {
    candidates: [
      { id, rule },
      { id: other, rule },
    ],
    geo,
    opaque: null,
  };
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
  const versioned = id.replace(/@(default|latest)$/i, "");
  const candidates = [{ id: versioned, rule: versioned === id ? rule : "version_suffix" }];
  if (versioned.includes("@")) candidates.push({ id: versioned.replace("@", "-"), rule: "version_suffix" });
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

/** `:free` is a price of its own and stays; routing suffixes do not change the listed price. Source: openrouter.ai/docs, 2026-11. */
function readOpenrouter(text: string): ModelReading {
  const id = text.replace(/^openrouter\/(?=[^/]+\/)/i, "");
  const candidates = [{ id, rule: id === text ? "exact" : "gateway_prefix" }];
  const stripped = id.replace(/:(beta|nitro|floor|online|exacto|thinking)$/i, "");
  if (stripped !== id) candidates.push({ id: stripped, rule: "routing_suffix" });
  return { candidates, geo: null, opaque: null };
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
    anthropic: (text) => withoutVendor(text, /^anthropic\//i),
    cloudflare: (text) => withoutVendor(text.replace(/^cloudflare\//i, ""), /^@(?:cf|hf)\/[^/]+\//i),
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

/** How a provider's grammar reads a model string. Unknown grammars compare the whole string. Never throws. */
export function readModelId(provider: string, text: string): ModelReading {
  const trimmed = text.trim();
  const read = READERS.get(provider);
  return read === undefined ? plain(trimmed) : read(trimmed);
}
