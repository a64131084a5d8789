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
    "azure-openai": "azure.ai.openai",
    "azure openai": "azure.ai.openai",
    azureopenai: "azure.ai.openai",
    claude: "anthropic",
    aws: "aws.bedrock",
    "amazon-bedrock": "aws.bedrock",
    bedrock_converse: "aws.bedrock",
    "google-genai": "gcp.gemini",
    google_ai_studio: "gcp.gemini",
    "google-ai-studio": "gcp.gemini",
    google_generative_ai: "gcp.gemini",
    vertex: "gcp.vertex_ai",
    vertex_ai_beta: "gcp.vertex_ai",
    "google-vertex-ai": "gcp.vertex_ai",
    "mistral-ai": "mistral_ai",
    grok: "x_ai",
    "x.ai": "x_ai",
    "perplexity-ai": "perplexity",
    "workers-ai": "cloudflare",
    voyage_ai: "voyage",
    hugging_face: "huggingface",
    hosted_vllm: "vllm",
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
    "text-completion-openai": "openai",
    azure: "azure.ai.openai",
    azure_ai: "azure.ai.openai",
    azure_text: "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    anthropic: "anthropic",
    anthropic_text: "anthropic",
    bedrock: "aws.bedrock",
    bedrock_converse: "aws.bedrock",
    bedrock_mantle: "aws.bedrock",
    "aws-bedrock": "aws.bedrock",
    sagemaker: "aws.sagemaker",
    sagemaker_chat: "aws.sagemaker",
    vertex_ai: "gcp.vertex_ai",
    vertex_ai_beta: "gcp.vertex_ai",
    "google-vertex-ai": "gcp.vertex_ai",
    gemini: "gcp.gemini",
    "google-ai-studio": "gcp.gemini",
    mistral: "mistral_ai",
    codestral: "mistral_ai",
    "text-completion-codestral": "mistral_ai",
    groq: "groq",
    deepseek: "deepseek",
    xai: "x_ai",
    grok: "x_ai",
    cohere: "cohere",
    cohere_chat: "cohere",
    together_ai: "together",
    fireworks_ai: "fireworks",
    perplexity: "perplexity",
    "perplexity-ai": "perplexity",
    openrouter: "openrouter",
    cloudflare: "cloudflare",
    "workers-ai": "cloudflare",
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
    ai21: "ai21",
    ai21_chat: "ai21",
    alibaba: "alibaba_cloud",
    assemblyai: "assemblyai",
    baseten: "baseten",
    black_forest_labs: "black_forest_labs",
    deepgram: "deepgram",
    elevenlabs: "elevenlabs",
    friendliai: "friendliai",
    inception: "inception",
    jina_ai: "jina_ai",
    lambda_ai: "lambda_ai",
    minimax: "minimax",
    nscale: "nscale",
    ovhcloud: "ovhcloud",
    recraft: "recraft",
    scaleway: "scaleway",
    stability: "stability",
    wandb: "wandb",
    zai: "zai",
    databricks: "databricks",
    github: "github",
    github_copilot: "github_copilot",
    snowflake: "snowflake",
    oci: "oci",
    volcengine: "volcengine",
    watsonx: "ibm.watsonx.ai",
    watsonx_text: "ibm.watsonx.ai",
    nvidia_nim: "nvidia_nim",
    ollama: "ollama",
    ollama_chat: "ollama",
    hosted_vllm: "vllm",
    vllm: "vllm",
    lm_studio: "lm_studio",
    llamafile: "llamafile",
    xinference: "xinference",
  }),
);

/** Also names of publishers on model hubs: on a private host `openai/gpt-oss-20b` is a file name, not a route. */
const AMBIGUOUS_PREFIXES: ReadonlySet<string> = new Set([
  "openai",
  "deepseek",
  "mistral",
  "cohere",
  "perplexity",
  "alibaba",
  "databricks",
  "snowflake",
]);

/** Clients that route to many vendors: their name says nothing about who bills. */
const GATEWAYS: ReadonlySet<string> = new Set([
  "litellm",
  "portkey",
  "helicone",
  "langchain",
  "gateway",
  "kong",
  "cloudflare-ai-gateway",
  "cloudflare_ai_gateway",
  "bifrost",
  "truefoundry",
]);

/** Public hosts of gateways: what is behind them is said by a route prefix, or not at all. Source: the gateways' documentation, 2026-11. */
const GATEWAY_HOSTS: ReadonlySet<string> = new Set([
  "gateway.ai.cloudflare.com",
  "api.portkey.ai",
  "ai-gateway.helicone.ai",
  "gateway.helicone.ai",
  "gateway.hconeai.com",
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
  "llamafile",
  "xinference",
  "self_hosted",
]);

/** What the Vercel AI SDK puts behind a provider's name: the API that was called. Source: `ai` 5 to 7, 2026-11. */
const API_SUFFIX =
  /\.(?:chat|completion|responses|messages|embedding|textembedding|image|transcription|speech|rerank|generative-ai)$/;

/** The contract's name of a provider, whatever the spelling. Never throws. */
export function providerName(spelled: string): string {
  const lower = spelled.trim().toLowerCase();
  const known = SPELLINGS.get(lower);
  if (known !== undefined) return known;
  if (/^google\.vertex\b|^vertex\./.test(lower)) return "gcp.vertex_ai";
  const bare = lower.replace(API_SUFFIX, "");
  return bare === lower ? lower : (SPELLINGS.get(bare) ?? bare);
}

/** Whether calls of this provider word cost nothing but what an operator says. Never throws. */
export function isSelfHosted(provider: string): boolean {
  return SELF_HOSTED.has(provider);
}

/** Whether the word is what the ledger writes when no source names a vendor. Never throws. */
export function isNameless(provider: string): boolean {
  return provider === "" || provider === "unknown";
}

/** Whether the word names a router to many vendors. Never throws. */
export function isGateway(provider: string): boolean {
  return GATEWAYS.has(provider);
}

/** Whether the host (a bare name) belongs to a gateway that routes by prefixes. Never throws. */
export function isGatewayHost(host: string): boolean {
  return GATEWAY_HOSTS.has(host);
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
