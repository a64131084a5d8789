import { type Exchange, type Family, modelInBody, type StreamPlan } from "./exchange.js";
import { eventFrame } from "./openai-wire.js";
import type { FinishReason, LimitKind, LimitWindow, Tokens } from "./script.js";
import { piecesOf } from "./tokens.js";

/**
 * Usage of a message: `input_tokens` excludes cache reads and writes, `output_tokens` includes thinking.
 * Source: types `Usage` of the npm package @anthropic-ai/sdk 1.12.0, read 2026-11-25.
 */
export function messagesUsage(tokens: Required<Tokens>, serviceTier: string): Record<string, unknown> {
  const written = tokens.cacheWrite5m + tokens.cacheWrite1h;
  return {
    input_tokens: tokens.input,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: tokens.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: tokens.cacheWrite5m,
      ephemeral_1h_input_tokens: tokens.cacheWrite1h,
    },
    output_tokens: tokens.output + tokens.reasoning,
    output_tokens_details: { thinking_tokens: tokens.reasoning },
    server_tool_use:
      tokens.webSearches > 0 ? { web_search_requests: tokens.webSearches, web_fetch_requests: 0 } : null,
    service_tier: serviceTier,
    inference_geo: "not_available",
    speed: "standard",
  };
}

const DEFAULT_LIMITS: Partial<Record<LimitKind, LimitWindow>> = {
  requests: { limit: 4_000, remaining: 3_999, resetMs: 15 },
  tokens: { limit: 2_400_000, remaining: 2_391_000, resetMs: 250 },
  inputTokens: { limit: 2_000_000, remaining: 1_992_000, resetMs: 240 },
  outputTokens: { limit: 400_000, remaining: 399_000, resetMs: 150 },
};

const LIMIT_HEADERS: Record<LimitKind, string> = {
  requests: "requests",
  tokens: "tokens",
  inputTokens: "input-tokens",
  outputTokens: "output-tokens",
};

/**
 * Headers of an Anthropic answer; resets are RFC 3339 times in whole seconds.
 * Source: https://docs.anthropic.com/en/api/rate-limits#response-headers, read 2026-11-22.
 */
export function anthropicHeaders(exchange: Exchange): Record<string, string> {
  const limits = exchange.reply.limits ?? DEFAULT_LIMITS;
  const requestId = exchange.reply.requestId ?? exchange.id("req_011C", 20);
  exchange.entry.requestId = requestId;
  exchange.entry.limits = limits;
  const headers: Record<string, string> = {
    "request-id": requestId,
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
  };
  for (const [kind, window] of Object.entries(limits)) {
    const name = `anthropic-ratelimit-${LIMIT_HEADERS[kind as LimitKind]}`;
    headers[`${name}-limit`] = String(window.limit);
    headers[`${name}-remaining`] = String(window.remaining);
    const resetAt = Math.ceil((exchange.nowMs() + window.resetMs) / 1000) * 1000;
    headers[`${name}-reset`] = new Date(resetAt).toISOString().replace(".000Z", "Z");
  }
  return headers;
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/**
 * An Anthropic error body.
 * Source: https://docs.anthropic.com/en/api/errors, read 2026-11-22.
 */
export function anthropicError(exchange: Exchange, status: number): Record<string, unknown> {
  const type = exchange.reply.errorType ?? ERROR_TYPES[status] ?? "api_error";
  return {
    type: "error",
    error: { type, message: `Stand-in refusal ${status}` },
    request_id: exchange.entry.requestId,
  };
}

/** `POST /v1/messages`. */
export const anthropicMessages: Family = {
  name: "anthropic-messages",
  claims: (method, path) => method === "POST" && path === "/v1/messages",
  model: modelInBody,
  streams: (_path, body) => body["stream"] === true,
  headers: anthropicHeaders,
  errorBody: anthropicError,
  answer: async (exchange) => {
    const { stopReason, usage, message } = shapeOf(exchange);
    if (exchange.request.stream) {
      await exchange.stream(messageStream(exchange, message, usage, stopReason));
    } else {
      await exchange.json({ ...message, content: contentBlocks(exchange), stop_reason: stopReason, usage });
    }
  },
};

const VERTEX_PATH = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/;

/**
 * Claude on Vertex AI: the path names the model and whether it streams; bodies and events are Anthropic's, limits are not sent.
 * Source: @anthropic-ai/vertex-sdk 1.1.3, how its client builds requests, read 2026-11-25.
 */
export const anthropicVertex: Family = {
  ...anthropicMessages,
  name: "anthropic-vertex",
  claims: (method, path) => method === "POST" && VERTEX_PATH.test(path),
  model: (path) => VERTEX_PATH.exec(path)?.[1] ?? "",
  streams: (path) => path.endsWith(":streamRawPredict"),
  headers: (exchange) => {
    exchange.entry.requestId = exchange.reply.requestId ?? exchange.id("req_vrtx_", 20);
    return { "request-id": exchange.entry.requestId };
  },
};

/** `POST /v1/messages/count_tokens`: free, and not a call. */
export const anthropicCountTokens: Family = {
  ...anthropicMessages,
  name: "anthropic-count-tokens",
  claims: (method, path) => method === "POST" && path === "/v1/messages/count_tokens",
  streams: () => false,
  answer: (exchange) => exchange.json({ input_tokens: exchange.tokens.input }),
};

const STOP_REASONS: Record<FinishReason, string> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
  refusal: "refusal",
};

interface Shape {
  stopReason: string;
  usage: Record<string, unknown> | null;
  message: Record<string, unknown>;
}

function shapeOf(exchange: Exchange): Shape {
  const { reply } = exchange;
  const tier = reply.serviceTier ?? "standard";
  exchange.entry.serviceTier = tier;
  const usage = reply.wireUsage === undefined ? messagesUsage(exchange.tokens, tier) : reply.wireUsage;
  const id = reply.responseId ?? exchange.id("msg_01", 22);
  const stopReason = reply.toolCall ? "tool_use" : STOP_REASONS[reply.finishReason ?? "stop"];
  exchange.consumed(usage, id, stopReason);
  const message = {
    id,
    type: "message",
    role: "assistant",
    model: exchange.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
  };
  return { stopReason, usage, message };
}

function contentBlocks(exchange: Exchange): Record<string, unknown>[] {
  const { reply } = exchange;
  const thinking =
    reply.thinking === undefined
      ? []
      : [{ type: "thinking", thinking: reply.thinking, signature: "c3RhbmQtaW4=" }];
  if (!reply.toolCall) return [...thinking, { type: "text", text: exchange.text, citations: null }];
  const call = {
    id: exchange.id("toolu_01", 22),
    name: reply.toolCall.name,
    input: reply.toolCall.arguments,
  };
  return [...thinking, { type: "tool_use", ...call }];
}

function messageStream(
  exchange: Exchange,
  message: Record<string, unknown>,
  usage: Record<string, unknown> | null,
  stopReason: string,
): StreamPlan {
  const frame = (type: string, fields: Record<string, unknown> = {}): string =>
    eventFrame(type, { type, ...fields });
  const start = usage === null ? {} : { usage: { ...usage, output_tokens: 1, output_tokens_details: null } };
  const content = blockFrames(exchange, frame);
  return {
    contentType: "text/event-stream; charset=utf-8",
    open: [frame("message_start", { message: { ...message, ...start } }), content.open, frame("ping")],
    content: content.deltas,
    close: [
      content.close,
      frame("message_delta", {
        delta: { stop_reason: stopReason, stop_sequence: null },
        ...(usage === null ? {} : { usage: deltaUsage(usage) }),
      }),
      frame("message_stop"),
    ],
    error: frame("error", {
      error: {
        type: exchange.reply.errorType ?? "overloaded_error",
        message: "Stand-in error in a running stream",
      },
    }),
  };
}

/** The fields that `message_delta` repeats, cumulative. Source: type `MessageDeltaUsage` of @anthropic-ai/sdk 1.12.0. */
export function deltaUsage(usage: Record<string, unknown>): Record<string, unknown> {
  const names = [
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
  ];
  return Object.fromEntries(names.filter((name) => name in usage).map((name) => [name, usage[name]]));
}

type FrameMaker = (type: string, fields?: Record<string, unknown>) => string;

/** Frames of the content blocks: the first block's start, every delta (later starts and stops ride along), the last stop. */
function blockFrames(
  exchange: Exchange,
  frame: FrameMaker,
): { open: string; deltas: string[]; close: string } {
  const count = exchange.reply.chunks ?? 4;
  const blocks = contentBlocks(exchange).map((block, index) => {
    const start = frame("content_block_start", { index, content_block: emptied(block) });
    const stop = frame("content_block_stop", { index });
    const deltas = deltasOf(block, count).map((delta) => frame("content_block_delta", { index, delta }));
    return { start, deltas, stop };
  });
  const deltas = blocks.flatMap((block, index) => {
    const lead = index === 0 ? "" : (blocks[index - 1]?.stop ?? "") + block.start;
    return block.deltas.map((delta, at) => (at === 0 ? lead + delta : delta));
  });
  return { open: blocks[0]?.start ?? "", deltas, close: blocks.at(-1)?.stop ?? "" };
}

function emptied(block: Record<string, unknown>): Record<string, unknown> {
  if (block["type"] === "thinking") return { ...block, thinking: "", signature: "" };
  return block["type"] === "text" ? { ...block, text: "" } : { ...block, input: {} };
}

function deltasOf(block: Record<string, unknown>, count: number): Record<string, unknown>[] {
  if (block["type"] === "thinking") {
    const pieces = piecesOf(String(block["thinking"]), Math.min(count, 2));
    return [
      ...pieces.map((thinking) => ({ type: "thinking_delta", thinking })),
      { type: "signature_delta", signature: block["signature"] },
    ];
  }
  if (block["type"] === "text") {
    return piecesOf(String(block["text"]), count).map((text) => ({ type: "text_delta", text }));
  }
  return piecesOf(JSON.stringify(block["input"]), count).map((piece) => ({
    type: "input_json_delta",
    partial_json: piece,
  }));
}
