import type { ResponseFacts } from "../call.js";
import { ollamaUsage } from "../usage/ollama-usage.js";
import type { EventEffect, Family, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asCode, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { openaiChat } from "./openai-chat.js";

const PATHS: Readonly<Record<string, "chat" | "text_completion" | "embeddings">> = {
  "/api/chat": "chat",
  "/api/generate": "text_completion",
  "/api/embed": "embeddings",
  "/api/embeddings": "embeddings",
};

/** Ollama's native API. Source: github.com/ollama/ollama docs/api.md and ollama 0.6 types, read 2026-11-22. */
export const ollama: Family = {
  name: "ollama",
  vendor: "ollama",
  framing: "ndjson",
  hosts: (host, port) => host === "ollama.com" || port === "11434",
  match(path) {
    const known = Object.keys(PATHS).find((suffix) => path.endsWith(suffix));
    if (known === undefined) return null;
    return { operation: PATHS[known] ?? "other", model: null, deployment: null };
  },
  readRequest(body, facts) {
    facts.model = asText(body["model"]);
    // The server streams unless it is told not to; the client always tells.
    facts.streaming = body["stream"] === true;
  },
  readResponse,
  streamReader: (facts) => new OllamaStream(facts),
  readError: (body) => (body["error"] === undefined ? null : "provider_error"),
  pieces: (body) => openaiChat.pieces?.(body) ?? NO_PIECES,
};

const NO_PIECES = { params: null, tools: [], system: [], blocks: [], handles: [] };

function readResponse(body: JsonObject, facts: ResponseFacts): void {
  facts.model = asText(body["model"]) ?? facts.model;
  const reason = asCode(body["done_reason"]);
  if (reason !== null) facts.finishReasons = [normalizeFinish(reason)];
  if (body["prompt_eval_count"] !== undefined || body["eval_count"] !== undefined) {
    facts.usage = ollamaUsage(body);
  }
}

class OllamaStream implements StreamReader {
  private sawContent = false;
  private finished = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    if (/"done"\s*:\s*true/.test(data)) {
      const last = parseObject(data);
      if (last !== null) readResponse(last, this.facts);
      this.finished = true;
      return "end";
    }
    if (/^\s*\{\s*"error"/.test(data)) {
      this.facts.errorType = "provider_error";
      return "end";
    }
    if (this.sawContent) return "none";
    this.facts.model ??= asText(parseObject(data)?.["model"]);
    this.sawContent = true;
    return "content";
  }
}
