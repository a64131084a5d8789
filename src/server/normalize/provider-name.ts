import { remembering } from "./remembered.js";

/**
 * Names under which instrumentations report a vendor -> the contract's name (OpenTelemetry's where one exists). Keys are lower case with
 * `_` for spaces and dashes. Source: open-telemetry/semantic-conventions-genai and the instrumentations named in docs/attributes.md, 2026-11-25.
 */
const NAMES: Readonly<Record<string, string>> = {
  openai: "openai",
  chatopenai: "openai",
  openai_chat: "openai",
  text_completion_openai: "openai",
  azure: "azure.ai.openai",
  azure_openai: "azure.ai.openai",
  azure_text: "azure.ai.openai",
  azureopenai: "azure.ai.openai",
  azurechatopenai: "azure.ai.openai",
  "azure.ai.openai": "azure.ai.openai",
  "az.ai.openai": "azure.ai.openai",
  "az.ai.inference": "azure.ai.inference",
  "azure.ai.inference": "azure.ai.inference",
  "azure.ai.foundry": "azure.ai.inference",
  "microsoft.foundry": "azure.ai.inference",
  azure_ai: "azure.ai.inference",
  azure_ai_foundry: "azure.ai.inference",
  azure_ai_inference: "azure.ai.inference",
  azure_inference: "azure.ai.inference",
  "az.ai.agents": "azure.ai.inference",
  anthropic: "anthropic",
  anthropic_text: "anthropic",
  chatanthropic: "anthropic",
  claude: "anthropic",
  gemini: "gcp.gemini",
  google: "gcp.gemini",
  googleai: "gcp.gemini",
  google_genai: "gcp.gemini",
  google_gla: "gcp.gemini",
  chatgooglegenerativeai: "gcp.gemini",
  google_ai: "gcp.gemini",
  google_ai_studio: "gcp.gemini",
  "gcp.gemini": "gcp.gemini",
  "gcp.gen_ai": "gcp.gemini",
  google_generative_ai: "gcp.gemini",
  google_generativeai: "gcp.gemini",
  generativeai: "gcp.gemini",
  vertex_ai: "gcp.vertex_ai",
  vertexai: "gcp.vertex_ai",
  chatvertexai: "gcp.vertex_ai",
  vertex: "gcp.vertex_ai",
  google_vertex: "gcp.vertex_ai",
  google_vertex_ai: "gcp.vertex_ai",
  google_vertexai: "gcp.vertex_ai",
  "gcp.vertex_ai": "gcp.vertex_ai",
  vertex_ai_beta: "gcp.vertex_ai",
  aws: "aws.bedrock",
  bedrock: "aws.bedrock",
  amazon: "aws.bedrock",
  amazon_bedrock: "aws.bedrock",
  aws_bedrock: "aws.bedrock",
  bedrock_converse: "aws.bedrock",
  bedrockconverse: "aws.bedrock",
  chatbedrock: "aws.bedrock",
  chatbedrockconverse: "aws.bedrock",
  bedrock_runtime: "aws.bedrock",
  "aws.bedrock": "aws.bedrock",
  mistral: "mistral_ai",
  mistralai: "mistral_ai",
  mistral_ai: "mistral_ai",
  groq: "groq",
  deepseek: "deepseek",
  xai: "x_ai",
  "x.ai": "x_ai",
  x_ai: "x_ai",
  grok: "x_ai",
  cohere: "cohere",
  cohere_chat: "cohere",
  together: "together",
  togetherai: "together",
  together_ai: "together",
  openrouter: "openrouter",
  perplexity: "perplexity",
  fireworks: "fireworks",
  fireworks_ai: "fireworks",
  cerebras: "cerebras",
  moonshot: "moonshot_ai",
  moonshotai: "moonshot_ai",
  moonshot_ai: "moonshot_ai",
  watsonx: "ibm.watsonx.ai",
  ibm_watsonx: "ibm.watsonx.ai",
  "watsonx.ai": "ibm.watsonx.ai",
  "ibm.watson.ai": "ibm.watsonx.ai",
  "ibm.watsonx.ai": "ibm.watsonx.ai",
  huggingface: "huggingface",
  hugging_face: "huggingface",
  replicate: "replicate",
  voyage: "voyage",
  voyageai: "voyage",
  voyage_ai: "voyage",
  ollama: "ollama",
  alibaba: "alibaba_cloud",
  dashscope: "alibaba_cloud",
  jina: "jina_ai",
  zhipuai: "zhipu_ai",
  vllm: "vllm",
  sglang: "sglang",
  hosted_vllm: "vllm",
  self_hosted: "self_hosted",
};

/**
 * Client libraries, frameworks and gateways that report themselves where a vendor is expected: they prove no vendor.
 * Source: their instrumentations, as in docs/attributes.md, read 2026-11-25.
 */
const NO_VENDOR = new Set([
  "",
  "unknown",
  "other",
  "none",
  "_other",
  "custom",
  "ag2",
  "agent_framework",
  "agno",
  "autogen",
  "browser_use",
  "claude_agent_sdk",
  "controlflow",
  "crewai",
  "dify",
  "dspy",
  "dynamiq",
  "framework",
  "gcp.vertex.agent",
  "google_adk",
  "haystack",
  "langchain",
  "langchain4j",
  "langgraph",
  "letta",
  "litellm",
  "litellm_proxy",
  "llamaindex",
  "llama_index",
  "mem0",
  "microsoft.agent_framework",
  "microsoft.agents.ai",
  "openai_agents",
  "pydantic_ai",
  "semantic_kernel",
  "smolagents",
  "spring_ai",
  "strands",
  "strands_agents",
]);

/** Host suffix -> vendor. The first match wins, so longer suffixes of one vendor stand before shorter ones. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)openai\.azure\.com$/, "azure.ai.openai"],
  [/(^|\.)cognitiveservices\.azure\.com$/, "azure.ai.openai"],
  [/(^|\.)services\.ai\.azure\.com$/, "azure.ai.inference"],
  [/(^|\.)models\.ai\.azure\.com$/, "azure.ai.inference"],
  [/(^|\.)openai\.com$/, "openai"],
  [/(^|\.)anthropic\.com$/, "anthropic"],
  [/^bedrock(-runtime|-mantle)?(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/, "aws.bedrock"],
  [/^generativelanguage\.googleapis\.com$/, "gcp.gemini"],
  [/^([a-z0-9-]+-)?aiplatform\.googleapis\.com$/, "gcp.vertex_ai"],
  [/^aiplatform\.[a-z0-9-]+\.rep\.googleapis\.com$/, "gcp.vertex_ai"],
  [/(^|\.)mistral\.ai$/, "mistral_ai"],
  [/(^|\.)groq\.com$/, "groq"],
  [/(^|\.)deepseek\.com$/, "deepseek"],
  [/(^|\.)x\.ai$/, "x_ai"],
  [/(^|\.)cohere\.(com|ai)$/, "cohere"],
  [/(^|\.)together\.(xyz|ai)$/, "together"],
  [/(^|\.)openrouter\.ai$/, "openrouter"],
  [/(^|\.)perplexity\.ai$/, "perplexity"],
  [/(^|\.)fireworks\.ai$/, "fireworks"],
  [/(^|\.)cerebras\.ai$/, "cerebras"],
  [/(^|\.)moonshot\.(ai|cn)$/, "moonshot_ai"],
  [/(^|\.)voyageai\.com$/, "voyage"],
];

/** What is recorded when no source names the vendor. */
export const UNKNOWN_PROVIDER = "unknown";

/**
 * The contract's name of a vendor as an instrumentation wrote it ("OpenAI", "openai.chat", "az.ai.openai"), null when it names none.
 * A name we do not list is kept in lower case. Never throws.
 */
export function normalizeProviderName(written: string | null): string | null {
  return written === null ? null : providerOfName(written);
}

const providerOfName = remembering((written): string | null => {
  const name = written.trim().toLowerCase();
  const key = name.replaceAll(/[\s-]+/g, "_");
  if (NO_VENDOR.has(key)) return null;
  const known = NAMES[key];
  if (known !== undefined) return known;
  // Vercel AI writes "openai.chat", "anthropic.messages", "google.generative-ai", "google.vertex.chat", "amazon-bedrock"; LiteLLM
  // writes "vertex_ai-anthropic_models".
  if (/^(google[._])?vertex(_ai)?[._]/.test(key)) return "gcp.vertex_ai";
  const head = key.split(".", 1)[0] ?? "";
  return (head !== key && NAMES[head]) || name.slice(0, 64);
});

const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, string | null>();

/** The vendor that owns a public host name (port and case do not matter); null for every other host. Remembered, bounded. Never throws. */
export function providerOfHost(host: string | null): string | null {
  if (host === null) return null;
  let vendor = remembered.get(host);
  if (vendor === undefined) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    vendor = vendorOf(host);
    remembered.set(host, vendor);
  }
  return vendor;
}

function vendorOf(host: string): string | null {
  const name = host
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/[/:].*$/, "")
    .replace(/\.$/, "");
  for (const [pattern, vendor] of HOSTS) if (pattern.test(name)) return vendor;
  return null;
}
