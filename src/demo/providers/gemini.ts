import type { Exchange, Family, StreamPlan } from "./exchange.js";
import type { FinishReason, Tokens } from "./script.js";
import { piecesOf } from "./tokens.js";

/**
 * Usage of a Gemini answer: the prompt count includes cached tokens, the candidates' count leaves thoughts out, tool prompts stand
 * beside both, and the total is the sum of all.
 * Source: types `GenerateContentResponseUsageMetadata` of the npm package @google/genai 2.32.0, read 2026-11-25.
 */
export function geminiUsage(tokens: Required<Tokens>): Record<string, unknown> {
  const text = tokens.input + tokens.cacheRead;
  const prompt = text + tokens.inputAudio + tokens.inputImage;
  const candidates = tokens.output + tokens.outputImage + tokens.outputAudio;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates + tokens.reasoning + tokens.inputTool,
    ...optional("cachedContentTokenCount", tokens.cacheRead),
    ...optional("thoughtsTokenCount", tokens.reasoning),
    ...optional("toolUsePromptTokenCount", tokens.inputTool),
    promptTokensDetails: modalities({ TEXT: text, AUDIO: tokens.inputAudio, IMAGE: tokens.inputImage }),
    ...(tokens.cacheRead > 0 ? { cacheTokensDetails: modalities({ TEXT: tokens.cacheRead }) } : {}),
    candidatesTokensDetails: modalities({
      TEXT: tokens.output,
      IMAGE: tokens.outputImage,
      AUDIO: tokens.outputAudio,
    }),
  };
}

const PATH = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** `:generateContent` and `:streamGenerateContent`, of the Gemini API and of Vertex AI. */
export const gemini: Family = {
  name: "gemini",
  claims: (method, path) => method === "POST" && PATH.test(path),
  model: (path) => PATH.exec(path)?.[1] ?? "",
  streams: (path) => path.endsWith(":streamGenerateContent"),
  headers: () => ({}),
  errorBody: (exchange, status) => ({
    error: {
      code: status,
      message: `Stand-in refusal ${status}`,
      status: exchange.reply.errorType ?? ERROR_STATUS[status] ?? "INTERNAL",
      details: retryDetails(exchange),
    },
  }),
  answer: (exchange) => {
    const finish = FINISH[exchange.reply.finishReason ?? "stop"];
    const usage =
      exchange.reply.wireUsage === undefined ? geminiUsage(exchange.tokens) : exchange.reply.wireUsage;
    const responseId = exchange.reply.responseId ?? exchange.id("", 22);
    exchange.consumed(usage, responseId, finish);
    const frame = (parts: unknown[], isLast: boolean) => ({
      candidates: [
        { content: { parts, role: "model" }, index: 0, ...(isLast ? { finishReason: finish } : {}) },
      ],
      ...(usage === null ? {} : { usageMetadata: isLast ? usage : soFar(usage) }),
      modelVersion: exchange.model,
      responseId,
    });
    if (!exchange.request.stream) return exchange.json(frame(parts(exchange), true));
    return exchange.stream(streamPlan(exchange, frame));
  },
};

/** Google's status of an HTTP status. Source: https://cloud.google.com/apis/design/errors, read 2026-11-22. */
const ERROR_STATUS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const FINISH: Record<FinishReason, string> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  tool_calls: "STOP",
  content_filter: "SAFETY",
  refusal: "SAFETY",
};

function retryDetails({ reply }: Exchange): unknown[] {
  if (typeof reply.retryAfterSeconds !== "number") return [];
  return [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${reply.retryAfterSeconds}s` }];
}

function parts(exchange: Exchange): unknown[] {
  const call = exchange.reply.toolCall;
  return call ? [{ functionCall: { name: call.name, args: call.arguments } }] : [{ text: exchange.text }];
}

function streamPlan(exchange: Exchange, frame: (parts: unknown[], isLast: boolean) => unknown): StreamPlan {
  const pieces = exchange.reply.toolCall
    ? [parts(exchange)]
    : piecesOf(exchange.text, exchange.reply.chunks ?? 4).map((text) => [{ text }]);
  const data = (value: unknown): string => `data: ${JSON.stringify(value)}\r\n\r\n`;
  return {
    contentType: "text/event-stream",
    open: [],
    content: pieces.map((piece, index) => data(frame(piece, index === pieces.length - 1))),
    close: [],
    error: data(gemini.errorBody(exchange, 503)),
  };
}

/** Earlier chunks carry the prompt's counts already and few of the answer's. */
function soFar(usage: Record<string, unknown>): Record<string, unknown> {
  return { promptTokenCount: usage["promptTokenCount"], totalTokenCount: usage["promptTokenCount"] };
}

function optional(name: string, value: number): Record<string, number> {
  return value > 0 ? { [name]: value } : {};
}

function modalities(counts: Readonly<Record<string, number>>): unknown[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([modality, tokenCount]) => ({ modality, tokenCount }));
}
