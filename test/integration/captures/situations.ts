import type { Reply, Tokens } from "../../../src/demo/providers/index.js";

/** What the stand-in servers answer in a situation, in the order of the requests; later requests get the last reply again. */
export type Situation = readonly Reply[];

const PLAIN: Tokens = { input: 40, output: 12 };
const CACHED: Tokens = { input: 176, cacheRead: 1024, output: 85 };
const REASONED: Tokens = { input: 86, cacheRead: 1920, output: 108, reasoning: 192 };
const CLAUDE: Tokens = { input: 21, cacheRead: 1800, cacheWrite5m: 148, cacheWrite1h: 40, output: 320 };
const tool = { name: "lookup", arguments: { city: "Berlin" } };

/** By name. A name may be used by programs of several clients: the servers answer each in its own protocol. */
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  "openai-plain": [{ tokens: PLAIN }],
  "openai-cached": [{ tokens: CACHED }],
  "openai-reasoning": [{ tokens: REASONED }],
  "openai-stream": [{ tokens: CACHED }],
  "openai-stream-usage": [{ tokens: CACHED }],
  "openai-tools": [
    { tokens: { input: 54, cacheRead: 256, output: 24 }, toolCall: tool, finishReason: "tool_calls" },
    { tokens: { input: 36, cacheRead: 384, output: 31 } },
  ],
  "openai-400": [{ status: 400 }],
  "openai-429": [{ status: 429 }],
  "openai-retry": [{ status: 429, retryAfterMs: 1 }, { tokens: PLAIN }],
  "openai-overloaded": [{ status: 503 }, { tokens: PLAIN }],
  "openai-parallel": [{ tokens: PLAIN }, { tokens: PLAIN }, { tokens: PLAIN }],
  "openai-same-id": [
    { tokens: PLAIN, responseId: "chatcmpl-always-the-same" },
    { tokens: PLAIN, responseId: "chatcmpl-always-the-same" },
  ],
  "openai-responses": [{ tokens: REASONED }],
  "openai-responses-stream": [{ tokens: REASONED }],
  "openai-embeddings": [{ tokens: { input: 18 } }],
  "openai-aborted": [{ tokens: CACHED, stallAfterChunks: 2 }],
  "openai-agent": [{ tokens: PLAIN }, { tokens: CACHED }],
  "anthropic-plain": [{ tokens: PLAIN }],
  "anthropic-cached": [{ tokens: CLAUDE }],
  "anthropic-stream": [{ tokens: CLAUDE }],
  "anthropic-tools": [
    { tokens: { ...CLAUDE, output: 44 }, toolCall: tool, finishReason: "tool_calls" },
    { tokens: { input: 65, cacheRead: 1988, output: 31 } },
  ],
  "anthropic-400": [{ status: 400 }],
  "anthropic-429": [{ status: 429 }],
  "anthropic-retry": [{ status: 429, retryAfterMs: 1 }, { tokens: CLAUDE }],
  "anthropic-parallel": [{ tokens: CLAUDE }, { tokens: CLAUDE }, { tokens: CLAUDE }],
  "anthropic-aborted": [{ tokens: CLAUDE, stallAfterChunks: 2 }],
  "anthropic-broken": [{ tokens: CLAUDE, errorAfterChunks: 2 }],
  "bedrock-converse": [{ tokens: CLAUDE }],
  "bedrock-converse-stream": [{ tokens: CLAUDE }],
  "bedrock-invoke": [{ tokens: CLAUDE }],
  "bedrock-invoke-stream": [{ tokens: CLAUDE }],
  "bedrock-400": [{ status: 400 }],
  "mistral-plain": [{ tokens: { input: 40, cacheRead: 100, output: 12 } }],
  "mistral-stream": [{ tokens: PLAIN }],
  "mistral-400": [{ status: 400 }],
};
