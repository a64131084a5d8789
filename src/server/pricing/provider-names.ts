/** Other spellings of providers in telemetry, by the contract's name. Names not listed stand for themselves. */
const SPELLINGS: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    azure: "azure.ai.openai",
    azure_openai: "azure.ai.openai",
    "az.ai.openai": "azure.ai.openai",
    "azure.ai.inference": "azure.ai.openai",
    "az.ai.inference": "azure.ai.openai",
    azure_ai: "azure.ai.openai",
    bedrock: "aws.bedrock",
    aws_bedrock: "aws.bedrock",
    "aws-bedrock": "aws.bedrock",
    amazon_bedrock: "aws.bedrock",
    google: "gcp.gemini",
    gemini: "gcp.gemini",
    google_genai: "gcp.gemini",
    google_generativeai: "gcp.gemini",
    "gcp.gen_ai": "gcp.gemini",
    vertex_ai: "gcp.vertex_ai",
    vertexai: "gcp.vertex_ai",
    google_vertexai: "gcp.vertex_ai",
    "google-vertex": "gcp.vertex_ai",
    mistral: "mistral_ai",
    mistralai: "mistral_ai",
    xai: "x_ai",
    "x-ai": "x_ai",
    together_ai: "together",
    togetherai: "together",
    fireworks_ai: "fireworks",
    "fireworks-ai": "fireworks",
    "ollama-cloud": "ollama_cloud",
    voyageai: "voyage",
    moonshot: "moonshot_ai",
    moonshotai: "moonshot_ai",
    "cloudflare-workers-ai": "cloudflare",
    "self-hosted": "self_hosted",
    dashscope: "alibaba_cloud",
    alibaba: "alibaba_cloud",
    zhipuai: "zhipu_ai",
    jina: "jina_ai",
  }),
);

/** Prefixes by which gateways (LiteLLM first of all) name the upstream: `azure/...`, `bedrock/converse/...`. Source: LiteLLM docs, 2026-11. */
const GATEWAY_PREFIXES: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    openai: "openai",
    azure: "azure.ai.openai",
    azure_ai: "azure.ai.openai",
    anthropic: "anthropic",
    bedrock: "aws.bedrock",
    vertex_ai: "gcp.vertex_ai",
    vertex_ai_beta: "gcp.vertex_ai",
    gemini: "gcp.gemini",
    mistral: "mistral_ai",
    codestral: "mistral_ai",
    groq: "groq",
    deepseek: "deepseek",
    xai: "x_ai",
    cohere: "cohere",
    cohere_chat: "cohere",
    together_ai: "together",
    fireworks_ai: "fireworks",
    perplexity: "perplexity",
    openrouter: "openrouter",
    cloudflare: "cloudflare",
    cerebras: "cerebras",
    deepinfra: "deepinfra",
    sambanova: "sambanova",
    voyage: "voyage",
    moonshot: "moonshot_ai",
    nebius: "nebius",
    dashscope: "alibaba_cloud",
    vercel_ai_gateway: "vercel",
    novita: "novita",
    hyperbolic: "hyperbolic",
    huggingface: "huggingface",
    replicate: "replicate",
    databricks: "databricks",
    watsonx: "ibm.watsonx.ai",
    nvidia_nim: "nvidia_nim",
    ollama: "ollama",
    hosted_vllm: "vllm",
    vllm: "vllm",
  }),
);

/** Also names of publishers on model hubs: on a private host `openai/gpt-oss-20b` is a file name, not a route. */
const AMBIGUOUS_PREFIXES: ReadonlySet<string> = new Set([
  "openai",
  "deepseek",
  "mistral",
  "cohere",
  "perplexity",
]);

/** Clients that route to many vendors: their name says nothing about who bills. */
const GATEWAYS: ReadonlySet<string> = new Set([
  "litellm",
  "portkey",
  "helicone",
  "langchain",
  "gateway",
  "kong",
]);

/** Servers that people run themselves; they bill nothing unless an operator prices them. */
const SELF_HOSTED: ReadonlySet<string> = new Set([
  "ollama",
  "vllm",
  "sglang",
  "tgi",
  "llama_cpp",
  "llamacpp",
  "lmstudio",
  "lm_studio",
  "localai",
  "self_hosted",
]);

/** The contract's name of a provider, whatever the spelling. Never throws. */
export function providerName(spelled: string): string {
  const lower = spelled.trim().toLowerCase();
  return SPELLINGS.get(lower) ?? lower;
}

/** Whether calls of this provider word cost nothing but what an operator says. Never throws. */
export function isSelfHosted(provider: string): boolean {
  return SELF_HOSTED.has(provider);
}

/** Whether the word names a router to many vendors. Never throws. */
export function isGateway(provider: string): boolean {
  return GATEWAYS.has(provider);
}

/** The upstream that a gateway prefix of a model string names, or null. `certain` is false for prefixes that publishers use too. */
export function gatewayPrefix(model: string): { provider: string; certain: boolean; rest: string } | null {
  const slash = model.indexOf("/");
  if (slash <= 0) return null;
  const prefix = model.slice(0, slash).toLowerCase();
  const provider = GATEWAY_PREFIXES.get(prefix);
  if (provider === undefined) return null;
  return { provider, certain: !AMBIGUOUS_PREFIXES.has(prefix), rest: model.slice(slash + 1) };
}
