import type { Reply, SeenRequest } from "../../src/demo/providers/index.js";

const PLAIN = { input: 180, output: 60 };
/** Families whose answers split usage into cached and reasoning tokens. */
const SPLITS = new Set(["openai-chat", "openai-responses", "gemini"]);
/** Caches the way Anthropic does: the first request with a breakpoint writes, later ones read. */
export function standInScript(): (request: SeenRequest) => Reply {
  const written = new Set<string>();
  const refused = new Set<string>();
  return (request) => {
    if (request.family === "anthropic-messages" && JSON.stringify(request.body).includes("cache_control")) {
      const isFirst = !written.has(request.model);
      written.add(request.model);
      return isFirst
        ? { tokens: { input: 3, cacheWrite5m: 200, cacheWrite1h: 2_100, output: 40 } }
        : { tokens: { input: 3, cacheRead: 2_300, output: 42 } };
    }
    const isNano = request.model === "gpt-5.4-nano";
    if (isNano && !refused.has(request.model)) {
      refused.add(request.model);
      return { status: 429, retryAfterMs: 20 };
    }
    const pace = { firstChunkMs: 10, chunkGapMs: 15 };
    if (request.family === "azure-chat") return { ...pace, model: "gpt-4.1-2025-04-14", tokens: PLAIN };
    if (request.family === "openai-embeddings") return { tokens: { input: 12 } };
    if (!SPLITS.has(request.family)) return { ...pace, tokens: PLAIN };
    return { ...pace, tokens: { input: 180, cacheRead: 1_024, output: 60, reasoning: 20 } };
  };
}

/** How the other clients are told where their provider is. */
export function clientSettings(standIn: string): NodeJS.ProcessEnv {
  return {
    AZURE_OPENAI_API_KEY: "stand-in",
    AZURE_OPENAI_ENDPOINT: standIn,
    DEEPSEEK_API_KEY: "stand-in",
    DEEPSEEK_BASE_URL: `${standIn}/deepseek`,
    GROQ_API_KEY: "stand-in",
    GROQ_BASE_URL: `${standIn}/groq`,
    TOGETHER_API_KEY: "stand-in",
    TOGETHER_BASE_URL: `${standIn}/together/v1`,
    MISTRAL_API_KEY: "stand-in",
    MISTRAL_BASE_URL: `${standIn}/mistral`,
    COHERE_API_KEY: "stand-in",
    COHERE_BASE_URL: standIn,
    GEMINI_API_KEY: "stand-in",
    GOOGLE_GEMINI_BASE_URL: standIn,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "stand-in",
    AWS_SECRET_ACCESS_KEY: "stand-in",
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: standIn,
    OLLAMA_HOST: standIn,
  };
}
