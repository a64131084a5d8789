import { type Exchange, type Family, modelInBody, type StreamPlan } from "./exchange.js";
import { eventFrame, openaiError, openaiHeaders } from "./openai-wire.js";
import type { Tokens } from "./script.js";
import { inputTotal, outputTotal, piecesOf } from "./tokens.js";

/**
 * Usage of a response: `input_tokens` includes cached and written tokens, `output_tokens` includes reasoning.
 * Source: types `ResponseUsage` of the npm packages openai 6.49.0 and 7.57.0, read 2026-11-25.
 */
export function responsesUsage(tokens: Required<Tokens>): Record<string, unknown> {
  const input = inputTotal(tokens);
  const output = outputTotal(tokens);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: tokens.cacheRead,
      ...(tokens.cacheWriteOther > 0 ? { cache_write_tokens: tokens.cacheWriteOther } : {}),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: tokens.reasoning },
    total_tokens: input + output,
  };
}

/** `POST /v1/responses`. */
export const openaiResponses: Family = {
  name: "openai-responses",
  claims: (method, path) => method === "POST" && path === "/v1/responses",
  model: modelInBody,
  streams: (_path, body) => body["stream"] === true,
  headers: openaiHeaders,
  errorBody: openaiError,
  answer: (exchange) => {
    const shape = shapeOf(exchange);
    return exchange.request.stream
      ? exchange.stream(responseStream(exchange, shape))
      : exchange.json(shape.done);
  },
};

interface Shape {
  id: string;
  itemId: string;
  started: Record<string, unknown>;
  item: Record<string, unknown>;
  done: Record<string, unknown>;
}

function shapeOf(exchange: Exchange): Shape {
  const { reply, request } = exchange;
  const id = reply.responseId ?? exchange.id("resp_", 48);
  const itemId = exchange.id("msg_", 48);
  const usage = reply.wireUsage === undefined ? responsesUsage(exchange.tokens) : reply.wireUsage;
  const incomplete = reply.finishReason === "length" ? "max_output_tokens" : reply.finishReason;
  const isIncomplete = incomplete === "max_output_tokens" || incomplete === "content_filter";
  const status = isIncomplete ? "incomplete" : "completed";
  exchange.consumed(usage, id, isIncomplete ? incomplete : status);
  exchange.entry.serviceTier = reply.serviceTier ?? "default";
  const started = {
    id,
    object: "response",
    created_at: exchange.createdSeconds,
    status: "in_progress",
    error: null,
    incomplete_details: null,
    instructions: request.body["instructions"] ?? null,
    metadata: {},
    model: exchange.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: request.body["previous_response_id"] ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: "auto",
    store: true,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: request.body["tools"] ?? [],
    top_p: 1,
    truncation: "disabled",
    usage: null,
    user: null,
  };
  const item = outputItem(exchange, itemId);
  const reasoning =
    exchange.tokens.reasoning > 0 ? [{ id: exchange.id("rs_", 48), type: "reasoning", summary: [] }] : [];
  const done = {
    ...started,
    status,
    incomplete_details: isIncomplete ? { reason: incomplete } : null,
    output: [...reasoning, item],
    service_tier: exchange.entry.serviceTier,
    usage,
  };
  return { id, itemId, started, item, done };
}

function outputItem(exchange: Exchange, itemId: string): Record<string, unknown> {
  const call = exchange.reply.toolCall;
  if (call) {
    return {
      id: itemId,
      type: "function_call",
      status: "completed",
      arguments: JSON.stringify(call.arguments),
      call_id: exchange.id("call_", 24),
      name: call.name,
    };
  }
  const part = { type: "output_text", annotations: [], logprobs: [], text: exchange.text };
  return { id: itemId, type: "message", status: "completed", content: [part], role: "assistant" };
}

function responseStream(exchange: Exchange, shape: Shape): StreamPlan {
  let sequence = 0;
  const frame = (type: string, fields: Record<string, unknown>): string =>
    eventFrame(type, { type, sequence_number: sequence++, ...fields });
  const at = { item_id: shape.itemId, output_index: 0 };
  const call = exchange.reply.toolCall;
  const open = [
    frame("response.created", { response: shape.started }),
    frame("response.in_progress", { response: shape.started }),
    frame("response.output_item.added", { output_index: 0, item: { ...shape.item, status: "in_progress" } }),
  ];
  const pieces = piecesOf(call ? JSON.stringify(call.arguments) : exchange.text, exchange.reply.chunks ?? 4);
  const content = pieces.map((delta) =>
    call
      ? frame("response.function_call_arguments.delta", { ...at, delta })
      : frame("response.output_text.delta", { ...at, content_index: 0, delta, logprobs: [] }),
  );
  const ended = call
    ? frame("response.function_call_arguments.done", { ...at, arguments: JSON.stringify(call.arguments) })
    : frame("response.output_text.done", { ...at, content_index: 0, text: exchange.text, logprobs: [] });
  const final = shape.done["status"] === "incomplete" ? "response.incomplete" : "response.completed";
  return {
    contentType: "text/event-stream; charset=utf-8",
    open,
    content,
    close: [
      ended,
      frame("response.output_item.done", { output_index: 0, item: shape.item }),
      frame(final, { response: shape.done }),
    ],
    error: eventFrame("error", {
      type: "error",
      code: exchange.reply.errorType ?? "server_error",
      message: "Stand-in error in a running stream",
      param: null,
      sequence_number: sequence,
    }),
  };
}
