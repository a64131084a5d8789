import type { Exchange } from "./exchange.js";
import { chatFamily, type ChatFlavor, chatUsage } from "./openai-chat.js";
import { openaiHeaders } from "./openai-wire.js";
import type { Tokens } from "./script.js";
import { inputTotal, outputTotal } from "./tokens.js";

type Usage = Record<string, unknown>;

const at =
  (prefix: string): ChatFlavor["claims"] =>
  (method, path) =>
    method === "POST" && path === `${prefix}/chat/completions`;

function plainTotals(tokens: Required<Tokens>): Usage {
  const prompt = inputTotal(tokens);
  const completion = outputTotal(tokens);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/**
 * Groq: times in seconds; a stream carries usage in `x_groq`, whether asked for or not.
 * Source: types of the npm package groq-sdk 1.6.0, read 2026-11-25.
 */
const groq: ChatFlavor = {
  name: "groq-chat",
  claims: at("/groq/openai/v1"),
  usage: (tokens) => ({
    queue_time: 0.019,
    prompt_time: 0.004,
    completion_time: 0.12,
    total_time: 0.124,
    ...plainTotals(tokens),
    ...(tokens.cacheRead > 0 ? { prompt_tokens_details: { cached_tokens: tokens.cacheRead } } : {}),
  }),
  alwaysUsage: true,
  streamUsage: (usage) => ({ x_groq: { id: "req_standin", usage } }),
};

/**
 * xAI: `completion_tokens` leaves reasoning out, the total has it.
 * Source: https://docs.x.ai/docs/api-reference and the usage rules of @ai-sdk/xai 3.0, read 2026-11-22.
 */
const xai: ChatFlavor = {
  name: "xai-chat",
  claims: at("/xai/v1"),
  usage: (tokens) => ({
    prompt_tokens: inputTotal(tokens),
    completion_tokens: tokens.output,
    total_tokens: inputTotal(tokens) + tokens.output + tokens.reasoning,
    prompt_tokens_details: {
      text_tokens: inputTotal(tokens) - tokens.inputImage,
      audio_tokens: 0,
      image_tokens: tokens.inputImage,
      cached_tokens: tokens.cacheRead,
    },
    completion_tokens_details: {
      reasoning_tokens: tokens.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    num_sources_used: 0,
  }),
  alwaysUsage: true,
};

/**
 * DeepSeek: cache hits and misses beside the totals.
 * Source: https://api-docs.deepseek.com/api/create-chat-completion, read 2026-11-22.
 */
const deepseek: ChatFlavor = {
  name: "deepseek-chat",
  claims: at("/deepseek"),
  usage: (tokens) => ({
    ...plainTotals(tokens),
    prompt_cache_hit_tokens: tokens.cacheRead,
    prompt_cache_miss_tokens: inputTotal(tokens) - tokens.cacheRead,
    prompt_tokens_details: { cached_tokens: tokens.cacheRead },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning },
  }),
};

/**
 * Mistral: usage is always sent; its limits have names of their own.
 * Source: types of the npm package @mistralai/mistralai 2.7.0, read 2026-11-25; header names: https://docs.mistral.ai, read 2026-11-22.
 */
const mistral: ChatFlavor = {
  name: "mistral-chat",
  claims: at("/mistral/v1"),
  usage: (tokens) => ({
    ...plainTotals(tokens),
    ...(tokens.cacheRead > 0 ? { num_cached_tokens: tokens.cacheRead } : {}),
  }),
  alwaysUsage: true,
  headers: mistralHeaders,
};

function mistralHeaders(exchange: Exchange): Record<string, string> {
  const requestId = exchange.reply.requestId ?? exchange.id("", 32);
  const limits = exchange.reply.limits ?? { tokens: { limit: 500_000, remaining: 498_800, resetMs: 30_000 } };
  exchange.entry.requestId = requestId;
  exchange.entry.limits = limits;
  const headers: Record<string, string> = { "mistral-correlation-id": requestId };
  if (limits.tokens) {
    headers["x-ratelimit-limit-tokens-minute"] = String(limits.tokens.limit);
    headers["x-ratelimit-remaining-tokens-minute"] = String(limits.tokens.remaining);
  }
  if (limits.requests) {
    headers["x-ratelimit-limit-req-minute"] = String(limits.requests.limit);
    headers["x-ratelimit-remaining-req-minute"] = String(limits.requests.remaining);
  }
  return headers;
}

/** Together: three totals only. Source: types of the npm package together-ai 0.52.0, read 2026-11-25. */
const together: ChatFlavor = {
  name: "together-chat",
  claims: at("/together/v1"),
  usage: plainTotals,
  alwaysUsage: true,
};

/**
 * OpenRouter: usage is always sent, with what the call cost in USD.
 * Source: https://openrouter.ai/docs/use-cases/usage-accounting, read 2026-11-22.
 */
const openrouter: ChatFlavor = {
  name: "openrouter-chat",
  claims: at("/openrouter/api/v1"),
  usage: (tokens) => ({
    ...chatUsage(tokens),
    cost: 0.0015,
    is_byok: false,
    cost_details: { upstream_inference_cost: null },
  }),
  alwaysUsage: true,
};

/** vLLM without `--enable-prompt-tokens-details`: no word about caching. Source: https://docs.vllm.ai, read 2026-11-22. */
const vllm: ChatFlavor = { name: "vllm-chat", claims: at("/vllm/v1"), usage: plainTotals };

/**
 * Azure OpenAI: the path names a deployment, the answer the model.
 * Source: https://learn.microsoft.com/azure/ai-services/openai/reference, read 2026-11-22.
 */
const azure: ChatFlavor = {
  name: "azure-chat",
  claims: (method, path) => method === "POST" && AZURE_PATH.test(path),
  usage: chatUsage,
  model: (path) => AZURE_PATH.exec(path)?.[1] ?? "",
  headers: (exchange) => {
    const { "x-request-id": requestId = "", ...limits } = openaiHeaders(exchange);
    return {
      ...limits,
      "apim-request-id": requestId,
      "x-request-id": requestId,
      "x-ms-region": "West Europe",
    };
  },
};

const AZURE_PATH = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/;

/** Servers that speak OpenAI's chat protocol with usage of their own. Each has a path prefix instead of a host. */
export const openaiCompatible = [groq, xai, deepseek, mistral, together, openrouter, vllm, azure].map(
  chatFamily,
);
