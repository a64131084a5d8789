import { deltaUsage, messagesUsage } from "./anthropic-messages.js";
import { eventMessage, exceptionMessage } from "./aws-event-stream.js";
import type { Exchange, Family, StreamPlan } from "./exchange.js";
import type { FinishReason, Tokens } from "./script.js";
import { inputTotal, outputTotal, piecesOf } from "./tokens.js";

type Json = Record<string, unknown>;

/**
 * Usage of Converse: `inputTokens` leaves cache reads and writes out, the total has everything, `cacheDetails` splits writes.
 * Source: types `TokenUsage` of the npm package @aws-sdk/client-bedrock-runtime 3.1164.0, read 2026-11-25.
 */
export function converseUsage(tokens: Required<Tokens>): Json {
  const written = tokens.cacheWrite5m + tokens.cacheWrite1h;
  const split = [
    { ttl: "1h", inputTokens: tokens.cacheWrite1h },
    { ttl: "5m", inputTokens: tokens.cacheWrite5m },
  ].filter((detail) => detail.inputTokens > 0);
  return {
    inputTokens: tokens.input,
    outputTokens: outputTotal(tokens),
    totalTokens: inputTotal(tokens) + outputTotal(tokens),
    cacheReadInputTokens: tokens.cacheRead,
    cacheWriteInputTokens: written,
    ...(split.length > 0 ? { cacheDetails: split } : {}),
  };
}

const PATH = /^\/model\/(.+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;
const EVENT_STREAM = "application/vnd.amazon.eventstream";

function bedrockFamily(name: string, actions: readonly string[], answer: Family["answer"]): Family {
  return {
    name,
    claims: (method, path) => method === "POST" && actions.includes(PATH.exec(path)?.[2] ?? ""),
    model: (path) => PATH.exec(path)?.[1] ?? "",
    streams: (path) => path.endsWith("-stream"),
    headers: bedrockHeaders,
    errorBody: (_exchange, status) => ({ message: `Stand-in refusal ${status}` }),
    answer,
  };
}

function bedrockHeaders(exchange: Exchange): Record<string, string> {
  exchange.entry.requestId = exchange.reply.requestId ?? exchange.id("", 32);
  const { status = 200 } = exchange.reply;
  const error = exchange.reply.errorType ?? EXCEPTIONS[status] ?? "InternalServerException";
  return {
    "x-amzn-requestid": exchange.entry.requestId,
    ...(status >= 400 ? { "x-amzn-errortype": error } : invocationCounts(exchange)),
  };
}

/** Headers that InvokeModel sends beside the vendor's body. Source: AWS documentation of InvokeModel, read 2026-11-22. */
function invocationCounts({ request, tokens }: Exchange): Record<string, string> {
  if (!request.path.endsWith("/invoke")) return {};
  return {
    "x-amzn-bedrock-input-token-count": String(tokens.input),
    "x-amzn-bedrock-output-token-count": String(outputTotal(tokens)),
  };
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: "ValidationException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  408: "ModelTimeoutException",
  424: "ModelErrorException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

const STOP: Record<FinishReason, string> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "content_filtered",
  refusal: "guardrail_intervened",
};

/** `Converse` and `ConverseStream`. */
export const bedrockConverse = bedrockFamily(
  "bedrock-converse",
  ["converse", "converse-stream"],
  (exchange) => {
    const stopReason = exchange.reply.toolCall ? "tool_use" : STOP[exchange.reply.finishReason ?? "stop"];
    const usage =
      exchange.reply.wireUsage === undefined ? converseUsage(exchange.tokens) : exchange.reply.wireUsage;
    exchange.consumed(usage, null, stopReason);
    const metadata = {
      ...(usage === null ? {} : { usage }),
      metrics: { latencyMs: exchange.reply.latencyMs ?? 1 },
    };
    if (exchange.request.stream) return exchange.stream(converseStream(exchange, stopReason, metadata));
    const call = exchange.reply.toolCall;
    const content = call
      ? { toolUse: { toolUseId: exchange.id("tooluse_", 22), name: call.name, input: call.arguments } }
      : { text: exchange.text };
    const output = { message: { role: "assistant", content: [content] } };
    return exchange.json({ output, stopReason, ...metadata });
  },
);

function converseStream(exchange: Exchange, stopReason: string, metadata: Json): StreamPlan {
  const pieces = piecesOf(exchange.text, exchange.reply.chunks ?? 4);
  return {
    contentType: EVENT_STREAM,
    open: [eventMessage("messageStart", { role: "assistant" })],
    content: pieces.map((text) =>
      eventMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
    ),
    close: [
      eventMessage("contentBlockStop", { contentBlockIndex: 0 }),
      eventMessage("messageStop", { stopReason }),
      eventMessage("metadata", metadata),
    ],
    error: exceptionMessage(exchange.reply.errorType ?? "throttlingException"),
  };
}

/** `InvokeModel` and `InvokeModelWithResponseStream`: the vendor's own bodies, by the prefix of the model id. */
export const bedrockInvoke = bedrockFamily(
  "bedrock-invoke",
  ["invoke", "invoke-with-response-stream"],
  (exchange) => {
    const shape = vendorShape(exchange);
    exchange.consumed(shape.usage, shape.id, shape.finish);
    if (!exchange.request.stream) return exchange.json(shape.body);
    const chunk = (value: unknown): Buffer =>
      eventMessage("chunk", { bytes: Buffer.from(JSON.stringify(value)).toString("base64") });
    return exchange.stream({
      contentType: EVENT_STREAM,
      open: shape.open.map(chunk),
      content: shape.content.map(chunk),
      close: shape.close.map((value, index) =>
        chunk(index === shape.close.length - 1 ? { ...value, ...invocationMetrics(exchange) } : value),
      ),
      error: exceptionMessage(exchange.reply.errorType ?? "modelStreamErrorException"),
    });
  },
);

function invocationMetrics({ tokens, reply }: Exchange): Json {
  return {
    "amazon-bedrock-invocationMetrics": {
      inputTokenCount: tokens.input,
      outputTokenCount: outputTotal(tokens),
      invocationLatency: reply.latencyMs ?? 1,
      firstByteLatency: reply.firstChunkMs ?? 1,
      cacheReadInputTokenCount: tokens.cacheRead,
      cacheWriteInputTokenCount: tokens.cacheWrite5m + tokens.cacheWrite1h,
    },
  };
}

interface VendorShape {
  id: string | null;
  usage: Json;
  finish: string;
  body: Json;
  open: Json[];
  content: Json[];
  close: Json[];
}

function vendorShape(exchange: Exchange): VendorShape {
  const { model } = exchange.request;
  if (model.includes("anthropic.")) return anthropicShape(exchange);
  return model.includes("meta.") ? llamaShape(exchange) : novaShape(exchange);
}

function anthropicShape(exchange: Exchange): VendorShape {
  const id = exchange.reply.responseId ?? exchange.id("msg_bdrk_01", 22);
  const usage = exchange.reply.wireUsage ?? messagesUsage(exchange.tokens, "standard");
  const finish = STOP[exchange.reply.finishReason ?? "stop"];
  const model = exchange.request.model.replace(/^.*anthropic\./, "").replace(/-v\d+:\d+$/, "");
  const message = { id, type: "message", role: "assistant", model, stop_sequence: null };
  const text = (piece: string) => ({ type: "text_delta", text: piece });
  return {
    id,
    usage,
    finish,
    body: { ...message, content: [{ type: "text", text: exchange.text }], stop_reason: finish, usage },
    open: [
      {
        type: "message_start",
        message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ],
    content: piecesOf(exchange.text, exchange.reply.chunks ?? 4).map((piece) => ({
      type: "content_block_delta",
      index: 0,
      delta: text(piece),
    })),
    close: [
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: finish, stop_sequence: null },
        usage: deltaUsage(usage),
      },
      { type: "message_stop" },
    ],
  };
}

function novaShape(exchange: Exchange): VendorShape {
  const usage = exchange.reply.wireUsage ?? {
    ...converseUsage(exchange.tokens),
    cacheReadInputTokenCount: exchange.tokens.cacheRead,
    cacheWriteInputTokenCount: exchange.tokens.cacheWrite5m + exchange.tokens.cacheWrite1h,
  };
  const finish = STOP[exchange.reply.finishReason ?? "stop"];
  const message = { role: "assistant", content: [{ text: exchange.text }] };
  return {
    id: null,
    usage,
    finish,
    body: { output: { message }, stopReason: finish, usage },
    open: [{ messageStart: { role: "assistant" } }],
    content: piecesOf(exchange.text, exchange.reply.chunks ?? 4).map((text) => ({
      contentBlockDelta: { contentBlockIndex: 0, delta: { text } },
    })),
    close: [{ messageStop: { stopReason: finish } }, { metadata: { usage, metrics: {} } }],
  };
}

function llamaShape(exchange: Exchange): VendorShape {
  const usage = exchange.reply.wireUsage ?? {
    prompt_token_count: inputTotal(exchange.tokens),
    generation_token_count: outputTotal(exchange.tokens),
  };
  const finish = exchange.reply.finishReason === "length" ? "length" : "stop";
  const none = { prompt_token_count: null, generation_token_count: null, stop_reason: null };
  return {
    id: null,
    usage,
    finish,
    body: { generation: exchange.text, stop_reason: finish, ...usage },
    open: [],
    content: piecesOf(exchange.text, exchange.reply.chunks ?? 4).map((generation) => ({
      generation,
      ...none,
    })),
    close: [{ generation: "", stop_reason: finish, ...usage }],
  };
}
