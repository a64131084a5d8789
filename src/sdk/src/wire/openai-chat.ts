import type { RequestFacts, ResponseFacts } from "../call.js";
import { openrouterCost } from "../usage/openrouter-usage.js";
import { chatUsage } from "./chat-usage.js";
import type { EventEffect, Family, PromptBlock, PromptPieces, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { readOpenaiError } from "./openai-error.js";
import { deploymentOf } from "./openai-path.js";
import { searchContext } from "./search-context.js";

/**
 * OpenAI Chat Completions and the legacy Completions, as spoken by OpenAI, Azure, Groq, Together, DeepSeek, xAI, Mistral, OpenRouter,
 * vLLM and others. Source: openai-node 7.57 types, read 2026-11-22.
 */
export const openaiChat: Family = {
  name: "openai-chat",
  vendor: "openai",
  framing: "sse",
  match(path) {
    if (!path.endsWith("/completions")) return null;
    return {
      operation: path.endsWith("/chat/completions") ? "chat" : "text_completion",
      model: null,
      deployment: deploymentOf(path),
    };
  },
  readRequest,
  readResponse,
  streamReader: (facts, provider) => new ChatStream(facts, provider),
  readError: readOpenaiError,
  pieces,
};

function readRequest(body: JsonObject, facts: RequestFacts): void {
  facts.model = asText(body["model"]);
  facts.streaming = body["stream"] === true;
  facts.serviceTier = asCode(body["service_tier"]);
  const context = searchContext(body);
  if (context !== null) facts.variant["search_context"] = context;
}

function readResponse(body: JsonObject, facts: ResponseFacts, provider: string): void {
  readHead(body, facts);
  for (const choice of asArray(body["choices"])) readFinish(asObject(choice), facts);
  readUsage(body, facts, provider);
}

function readHead(body: JsonObject, facts: ResponseFacts): void {
  facts.id = asText(body["id"]) ?? facts.id;
  facts.model = asText(body["model"]) ?? facts.model;
  facts.serviceTier = asCode(body["service_tier"]) ?? facts.serviceTier;
}

function readFinish(choice: JsonObject | null, facts: ResponseFacts): boolean {
  const reason = asCode(choice?.["finish_reason"]);
  if (reason === null) return false;
  const word = normalizeFinish(reason);
  if (!facts.finishReasons.includes(word)) facts.finishReasons.push(word);
  return true;
}

/** The last usage of a stream wins: running totals (vLLM) are never summed. */
function readUsage(body: JsonObject, facts: ResponseFacts, provider: string): void {
  const usage = asObject(body["usage"]) ?? asObject(asObject(body["x_groq"])?.["usage"]);
  if (usage === null) return;
  facts.usage = chatUsage(usage, provider);
  facts.reportedCostUsd = openrouterCost(usage) ?? facts.reportedCostUsd;
}

class ChatStream implements StreamReader {
  private started = false;
  private sawContent = false;
  private finished = false;

  constructor(
    private readonly facts: ResponseFacts,
    private readonly provider: string,
  ) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    if (data.startsWith("[DONE]")) {
      this.finished = true;
      return "end";
    }
    if (this.started && this.sawContent && !isInteresting(data)) return "none";
    const chunk = parseObject(data);
    if (chunk === null) return "none";
    if (chunk["error"] !== undefined && chunk["error"] !== null) {
      this.facts.errorType = readOpenaiError(chunk);
      return "end";
    }
    return this.read(chunk);
  }

  skims(events: string): boolean {
    return this.started && this.sawContent && !NOTABLE.test(events);
  }

  private read(chunk: JsonObject): EventEffect {
    if (!this.started || chunk["service_tier"] !== undefined) readHead(chunk, this.facts);
    // Azure opens with a chunk of prompt filter results without id and model.
    this.started = this.facts.id !== null;
    let content = false;
    for (const entry of asArray(chunk["choices"])) {
      const choice = asObject(entry);
      if (readFinish(choice, this.facts)) this.finished = true;
      content ||= hasContent(choice);
    }
    readUsage(chunk, this.facts, this.provider);
    if (!content || this.sawContent) return "none";
    this.sawContent = true;
    return "content";
  }
}

/** Whether a chunk carries more than content. Quotes inside content are escaped, so these texts cannot occur there. */
const INTERESTING = /"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|^\s*\{\s*"error"/;

/**
 * Some more than that, for events that were not taken apart yet, and their end. Run over every chunk: parts of words that are rare in these
 * events are found three times as fast as whole ones.
 */
const NOTABLE = /sage"\s*:\s*\{|_reason"\s*:\s*"|"error"|\[DONE\]/;

function isInteresting(data: string): boolean {
  return INTERESTING.test(data);
}

function hasContent(choice: JsonObject | null): boolean {
  if (choice === null) return false;
  if (typeof choice["text"] === "string") return choice["text"] !== "";
  const delta = asObject(choice["delta"]);
  if (delta === null) return false;
  for (const [key, value] of Object.entries(delta)) {
    if (key === "role" || value === null || value === undefined || value === "") continue;
    if (!Array.isArray(value) || value.length > 0) return true;
  }
  return false;
}

const CONTENT_KEYS = new Set([
  "messages",
  "prompt",
  "suffix",
  "tools",
  "functions",
  "user",
  "metadata",
  "stream",
  "stream_options",
  "prediction",
  "safety_identifier",
  "prompt_cache_key",
]);

function pieces(body: JsonObject): PromptPieces {
  const blocks: PromptBlock[] = [];
  for (const entry of asArray(body["messages"])) {
    const message = asObject(entry);
    if (message === null) continue;
    const { role, content } = message;
    blocks.push({
      role: roleLetter(role),
      content: hasMore(message) ? withRest(message) : content,
      mark: null,
    });
  }
  if (body["prompt"] !== undefined) blocks.push({ role: "u", content: body["prompt"], mark: null });
  const leading = leadingSystem(blocks);
  return {
    params: Object.entries(body).filter(([key, value]) => value !== undefined && !CONTENT_KEYS.has(key)),
    tools: [...asArray(body["tools"]), ...asArray(body["functions"])],
    system: blocks.slice(0, leading).map((block) => block.content),
    blocks: blocks.slice(leading),
    handles: [asText(body["prompt_cache_key"])].filter((handle) => handle !== null),
  };
}

/** Whether a message is more than role and content. */
function hasMore(message: JsonObject): boolean {
  for (const key in message) if (key !== "role" && key !== "content") return true;
  return false;
}

function withRest({ role: _role, content, ...rest }: JsonObject): unknown {
  return [content, rest];
}

function leadingSystem(blocks: readonly PromptBlock[]): number {
  const first = blocks.findIndex((block) => block.role !== "s");
  return first === -1 ? blocks.length : first;
}

/** s system or developer, u user, a assistant, t tool, x anything else. */
export function roleLetter(role: unknown): string {
  if (role === "system" || role === "developer") return "s";
  if (role === "user") return "u";
  if (role === "assistant" || role === "model") return "a";
  return role === "tool" || role === "function" ? "t" : "x";
}
