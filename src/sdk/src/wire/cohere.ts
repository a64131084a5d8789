import type { Operation, RequestFacts, ResponseFacts } from "../call.js";
import { cohereUsage } from "../usage/cohere-usage.js";
import type { EventEffect, Family, PromptPieces, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { openaiChat } from "./openai-chat.js";

const PATHS: readonly (readonly [pattern: RegExp, operation: Operation])[] = [
  [/\/v[12]\/chat$/, "chat"],
  [/\/v1\/generate$/, "text_completion"],
  [/\/v[12]\/embed$/, "embeddings"],
  [/\/v[12]\/rerank$/, "rerank"],
];

/** Cohere v1 and v2: chat, embed, rerank. Source: cohere-ai 8.1 types, read 2026-11-22. */
export const cohere: Family = {
  name: "cohere",
  vendor: "cohere",
  framing: "sse",
  hosts: (host) => host === "api.cohere.com" || host === "api.cohere.ai",
  match(path) {
    const found = PATHS.find(([pattern]) => pattern.test(path));
    return found === undefined ? null : { operation: found[1], model: null, deployment: null };
  },
  readRequest(body: JsonObject, facts: RequestFacts) {
    facts.model = asText(body["model"]);
    facts.streaming = body["stream"] === true;
  },
  readResponse,
  streamReader: (facts) => new CohereStream(facts),
  readError: () => null,
  pieces,
};

function readResponse(body: JsonObject, facts: ResponseFacts): void {
  facts.id = asText(body["id"]) ?? asText(body["generation_id"]) ?? asText(body["response_id"]) ?? facts.id;
  readEnd(body, facts);
}

function readEnd(body: JsonObject, facts: ResponseFacts): void {
  const reason = asCode(body["finish_reason"]);
  if (reason !== null) facts.finishReasons = [normalizeFinish(reason)];
  if (reason !== null && FAILURES.has(reason)) facts.errorType = reason.toLowerCase();
  const usage = asObject(body["usage"]) ?? asObject(body["meta"]);
  if (usage !== null) facts.usage = cohereUsage(usage);
}

/** Ends that are failures, inside an answered call. */
const FAILURES = new Set(["ERROR", "TIMEOUT", "ERROR_TOXIC", "ERROR_LIMIT"]);

class CohereStream implements StreamReader {
  private sawContent = false;
  private finished = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    const type = /"(?:type|event_type)"\s*:\s*"([\w-]+)"/.exec(data)?.[1];
    if (type === "message-start" || type === "stream-start") {
      const start = parseObject(data);
      this.facts.id = asText(start?.["id"]) ?? asText(start?.["generation_id"]);
      return "none";
    }
    if (type === "message-end" || type === "stream-end") return this.end(parseObject(data));
    const content = type?.endsWith("-delta") === true || type === "text-generation";
    if (!content || this.sawContent) return "none";
    this.sawContent = true;
    return "content";
  }

  private end(event: JsonObject | null): EventEffect {
    this.finished = true;
    const v1 = asObject(event?.["response"]);
    if (v1 !== null) readEnd({ ...v1, finish_reason: event?.["finish_reason"] }, this.facts);
    else readEnd(asObject(event?.["delta"]) ?? {}, this.facts);
    return "end";
  }
}

function pieces(body: JsonObject): PromptPieces {
  const shaped = openaiChat.pieces?.(body) ?? {
    params: null,
    tools: [],
    system: [],
    blocks: [],
    handles: [],
  };
  const { message, texts, documents, query, chat_history: history, preamble, inputs } = body;
  const parts = [
    ...asArray(history),
    message,
    ...asArray(texts),
    ...asArray(inputs),
    query,
    ...asArray(documents),
  ];
  return {
    ...shaped,
    // Only what is no content: everything else of these requests may quote the application.
    params: [body["model"], body["temperature"], body["max_tokens"], body["p"], body["k"]],
    system: preamble === undefined ? shaped.system : [preamble],
    blocks: [
      ...shaped.blocks,
      ...parts.filter((part) => part !== undefined).map((content) => ({ role: "i", content, mark: null })),
    ],
  };
}
