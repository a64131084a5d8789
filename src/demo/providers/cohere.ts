import type { Exchange, Family, StreamPlan } from "./exchange.js";
import { modelInBody } from "./exchange.js";
import { eventFrame } from "./openai-wire.js";
import type { FinishReason, Tokens } from "./script.js";
import { inputTotal, outputTotal, piecesOf } from "./tokens.js";

/**
 * Usage of a Cohere chat: what is billed, and what was counted.
 * Source: types `Usage` of the npm package cohere-ai 8.1.0, read 2026-11-25.
 */
export function cohereUsage(tokens: Required<Tokens>): Record<string, unknown> {
  return {
    billed_units: { input_tokens: inputTotal(tokens), output_tokens: outputTotal(tokens) },
    tokens: { input_tokens: inputTotal(tokens) + 68, output_tokens: outputTotal(tokens) },
    ...(tokens.cacheRead > 0 ? { cached_tokens: tokens.cacheRead } : {}),
  };
}

/** `POST /v2/chat`. */
export const cohere: Family = {
  name: "cohere-chat",
  claims: (method, path) => method === "POST" && path === "/v2/chat",
  model: modelInBody,
  streams: (_path, body) => body["stream"] === true,
  headers: (exchange) => {
    exchange.entry.requestId = exchange.reply.requestId ?? exchange.id("", 32);
    return { "x-debug-trace-id": exchange.entry.requestId };
  },
  errorBody: (exchange, status) => ({
    id: exchange.reply.responseId ?? exchange.id("", 32),
    message: `stand-in refusal ${status}`,
  }),
  answer: (exchange) => {
    const finish = FINISH[exchange.reply.finishReason ?? (exchange.reply.toolCall ? "tool_calls" : "stop")];
    const usage =
      exchange.reply.wireUsage === undefined ? cohereUsage(exchange.tokens) : exchange.reply.wireUsage;
    const id = exchange.reply.responseId ?? exchange.id("", 32);
    exchange.consumed(usage, id, finish);
    if (exchange.request.stream) return exchange.stream(streamPlan(exchange, id, finish, usage));
    const message = { role: "assistant", content: [{ type: "text", text: exchange.text }] };
    return exchange.json({ id, finish_reason: finish, message, ...(usage === null ? {} : { usage }) });
  },
};

const FINISH: Record<FinishReason, string> = {
  stop: "COMPLETE",
  length: "MAX_TOKENS",
  tool_calls: "TOOL_CALL",
  content_filter: "ERROR",
  refusal: "ERROR",
};

function streamPlan(
  exchange: Exchange,
  id: string,
  finish: string,
  usage: Record<string, unknown> | null,
): StreamPlan {
  const frame = (type: string, fields: Record<string, unknown>): string =>
    eventFrame(type, { type, ...fields });
  const delta = (content: unknown) => ({ message: { content } });
  const start = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
  return {
    contentType: "text/event-stream",
    open: [
      frame("message-start", { id, delta: { message: start } }),
      frame("content-start", { index: 0, delta: delta({ type: "text", text: "" }) }),
    ],
    content: piecesOf(exchange.text, exchange.reply.chunks ?? 4).map((text) =>
      frame("content-delta", { index: 0, delta: delta({ text }) }),
    ),
    close: [
      frame("content-end", { index: 0 }),
      frame("message-end", { id, delta: { finish_reason: finish, ...(usage === null ? {} : { usage }) } }),
    ],
    error: frame("message-end", { id, delta: { finish_reason: "ERROR", error: "stand-in error" } }),
  };
}
