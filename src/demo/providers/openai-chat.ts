import { type Exchange, type Family, modelInBody, type StreamPlan } from "./exchange.js";
import { dataFrame, openaiError, openaiFinish, openaiHeaders } from "./openai-wire.js";
import type { Tokens } from "./script.js";
import { inputTotal, outputTotal, piecesOf } from "./tokens.js";

/**
 * Usage of a chat completion: both totals are inclusive of their details.
 * Source: types `CompletionUsage` of the npm package openai 6.49.0, read 2026-11-25.
 */
export function chatUsage(tokens: Required<Tokens>): Record<string, unknown> {
  const prompt = inputTotal(tokens);
  const completion = outputTotal(tokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: tokens.cacheRead,
      audio_tokens: tokens.inputAudio,
      ...(tokens.cacheWriteOther > 0 ? { cache_write_tokens: tokens.cacheWriteOther } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: tokens.reasoning,
      audio_tokens: tokens.outputAudio,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** What differs between the servers that speak this protocol. */
export interface ChatFlavor {
  readonly name: string;
  claims: (method: string, path: string) => boolean;
  usage: (tokens: Required<Tokens>) => Record<string, unknown>;
  headers?: (exchange: Exchange) => Record<string, string>;
  /** Fields that carry usage in the last chunk of a stream; `{ usage }` unless given. */
  streamUsage?: (usage: Record<string, unknown>) => Record<string, unknown>;
  /** Sends usage in streams without being asked (Groq, Mistral, xAI, OpenRouter). */
  alwaysUsage?: boolean;
  model?: (path: string, body: Readonly<Record<string, unknown>>) => string;
}

/** A family made of a flavor. */
export function chatFamily(flavor: ChatFlavor): Family {
  return {
    name: flavor.name,
    claims: (method, path) => flavor.claims(method, path),
    model: flavor.model ?? modelInBody,
    streams: (_path, body) => body["stream"] === true,
    headers: flavor.headers ?? openaiHeaders,
    errorBody: openaiError,
    answer: (exchange) =>
      exchange.request.stream ? exchange.stream(chatStream(exchange, flavor)) : chatAnswer(exchange, flavor),
  };
}

/** `POST /v1/chat/completions` of OpenAI. */
export const openaiChat = chatFamily({
  name: "openai-chat",
  claims: (method, path) => method === "POST" && path === "/v1/chat/completions",
  usage: chatUsage,
});

function wireUsage(exchange: Exchange, flavor: ChatFlavor): Record<string, unknown> | null {
  return exchange.reply.wireUsage === undefined ? flavor.usage(exchange.tokens) : exchange.reply.wireUsage;
}

function servedTier(exchange: Exchange): string {
  const tier = exchange.reply.serviceTier ?? "default";
  exchange.entry.serviceTier = tier;
  return tier;
}

async function chatAnswer(exchange: Exchange, flavor: ChatFlavor): Promise<void> {
  const id = exchange.reply.responseId ?? exchange.id("chatcmpl-", 29);
  const finish = exchange.reply.toolCall ? "tool_calls" : openaiFinish(exchange.reply.finishReason);
  const usage = wireUsage(exchange, flavor);
  exchange.consumed(usage, id, finish);
  const message = {
    role: "assistant",
    content: exchange.reply.toolCall ? null : answerText(exchange),
    refusal: null,
    annotations: [],
    ...toolCalls(exchange, id),
  };
  await exchange.json({
    id,
    object: "chat.completion",
    created: exchange.createdSeconds,
    model: exchange.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    ...(usage === null ? {} : { usage }),
    service_tier: servedTier(exchange),
    system_fingerprint: "fp_standin",
  });
}

/** With a JSON schema in the request, an object that has every required property, so that `.parse()` succeeds. */
function answerText(exchange: Exchange): string {
  const format = exchange.request.body["response_format"] as
    | { json_schema?: { schema?: { properties?: Record<string, { type?: string }> } } }
    | undefined;
  const properties = format?.json_schema?.schema?.properties;
  if (!properties || exchange.reply.text !== undefined) return exchange.text;
  const sample = (type: string | undefined): unknown =>
    type === "number" || type === "integer" ? 1 : type === "boolean" ? true : type === "array" ? [] : "text";
  return JSON.stringify(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, sample(property.type)])),
  );
}

function toolCalls(exchange: Exchange, id: string): Record<string, unknown> {
  const call = exchange.reply.toolCall;
  if (!call) return {};
  const fn = { name: call.name, arguments: JSON.stringify(call.arguments) };
  return { tool_calls: [{ id: `call_${id.slice(-24)}`, type: "function", function: fn }] };
}

function chatStream(exchange: Exchange, flavor: ChatFlavor): StreamPlan {
  const { reply, request } = exchange;
  const id = reply.responseId ?? exchange.id("chatcmpl-", 29);
  const finish = reply.toolCall ? "tool_calls" : openaiFinish(reply.finishReason);
  const options = request.body["stream_options"] as { include_usage?: boolean } | undefined;
  const asked = options?.include_usage === true;
  const usage = asked || flavor.alwaysUsage ? wireUsage(exchange, flavor) : null;
  exchange.consumed(usage, id, finish);
  const head = {
    id,
    object: "chat.completion.chunk",
    created: exchange.createdSeconds,
    model: exchange.model,
    service_tier: servedTier(exchange),
    system_fingerprint: "fp_standin",
  };
  const chunk = (delta: unknown, finishReason: string | null): string =>
    dataFrame({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(asked ? { usage: null } : {}),
    });
  const last =
    usage === null
      ? []
      : [dataFrame({ ...head, choices: [], ...(flavor.streamUsage?.(usage) ?? { usage }) })];
  return {
    contentType: "text/event-stream; charset=utf-8",
    open: [chunk({ role: "assistant", content: reply.toolCall ? null : "", refusal: null }, null)],
    content: contentDeltas(exchange, id).map((delta) => chunk(delta, null)),
    close: [chunk({}, finish), ...last, dataFrame("[DONE]")],
    error: dataFrame(openaiError(exchange, 500)),
  };
}

function contentDeltas(exchange: Exchange, id: string): unknown[] {
  const { reply } = exchange;
  const count = reply.chunks ?? 4;
  if (!reply.toolCall) return piecesOf(answerText(exchange), count).map((content) => ({ content }));
  const args = piecesOf(JSON.stringify(reply.toolCall.arguments), count);
  const start = { index: 0, id: `call_${id.slice(-24)}`, type: "function" };
  return [
    { tool_calls: [{ ...start, function: { name: reply.toolCall.name, arguments: "" } }] },
    ...args.map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
  ];
}
