import type { RequestFacts, ResponseFacts, SideUsage } from "../call.js";
import { openaiImagesUsage, openaiResponsesUsage, openaiToolUsage } from "../usage/openai-usage.js";
import type { EventEffect, Family, PromptBlock, PromptPieces, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { roleLetter } from "./openai-chat.js";
import { readOpenaiError } from "./openai-error.js";
import { deploymentOf } from "./openai-path.js";
import { searchContext } from "./search-context.js";

/** OpenAI Responses (create). Source: openai-node 7.57 types, read 2026-11-22. */
export const openaiResponses: Family = {
  name: "openai-responses",
  vendor: "openai",
  framing: "sse",
  match(path) {
    if (!path.endsWith("/responses")) return null;
    return { operation: "chat", model: null, deployment: deploymentOf(path) };
  },
  readRequest,
  readResponse,
  streamReader: (facts) => new ResponsesStream(facts),
  readError: readOpenaiError,
  pieces,
};

function readRequest(body: JsonObject, facts: RequestFacts): void {
  facts.model = asText(body["model"]);
  facts.streaming = body["stream"] === true;
  facts.serviceTier = asCode(body["service_tier"]);
  const context = searchContext(body);
  if (context !== null) facts.variant["search_context"] = context;
  const conversation = body["conversation"];
  facts.conversationId = asText(asObject(conversation)?.["id"] ?? conversation);
}

function readResponse(body: JsonObject, facts: ResponseFacts): void {
  readHead(body, facts);
  const finish = finishOf(body);
  if (finish !== null) facts.finishReasons = [finish];
  const error = asObject(body["error"]);
  if (error !== null) facts.errorType = asCode(error["code"]) ?? "provider_error";
  const raw = asObject(body["usage"]);
  const status = asCode(body["status"]);
  facts.pending =
    raw === null && body["background"] === true && (status === "queued" || status === "in_progress");
  facts.side = imageTool(body);
  if (raw === null) return;
  const reading = openaiResponsesUsage(raw);
  facts.usage = { ...reading, usage: { ...reading.usage, ...openaiToolUsage(body) } };
}

/**
 * The image tool has tokens of its own beside those of the response. Its model stands in the tool's definition.
 * Source: openai-node 7.57 types, `Response.tool_usage`, read 2026-11-25.
 */
function imageTool(body: JsonObject): SideUsage[] {
  const raw = asObject(asObject(body["tool_usage"])?.["image_gen"]);
  if (raw === null) return [];
  const usage = openaiImagesUsage(raw);
  if (usage.quality === "unknown" || ((usage.inputTotal ?? 0) === 0 && (usage.outputTotal ?? 0) === 0))
    return [];
  const tool = asArray(body["tools"])
    .map(asObject)
    .find((each) => each?.["type"] === "image_generation");
  return [{ kind: "image_tool", model: asText(tool?.["model"]), operation: "image", usage }];
}

function readHead(body: JsonObject, facts: ResponseFacts): void {
  facts.id = asText(body["id"]) ?? facts.id;
  facts.model = asText(body["model"]) ?? facts.model;
  facts.serviceTier = asCode(body["service_tier"]) ?? facts.serviceTier;
  facts.background ||= body["background"] === true;
}

/** completed with a function call reads tool_calls, as in Chat; incomplete reads its reason. */
function finishOf(body: JsonObject): string | null {
  const status = asCode(body["status"]);
  if (status === "incomplete") {
    const reason = asCode(asObject(body["incomplete_details"])?.["reason"]);
    return normalizeFinish(reason ?? "incomplete");
  }
  if (status !== "completed") return null;
  const calls = asArray(body["output"]).some((item) => asObject(item)?.["type"] === "function_call");
  return calls ? "tool_calls" : "stop";
}

class ResponsesStream implements StreamReader {
  private finished = false;
  private sawContent = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    const type = /"type"\s*:\s*"([\w.]+)"/.exec(data)?.[1] ?? "";
    if (type.endsWith(".delta")) {
      if (this.sawContent) return "none";
      this.sawContent = true;
      return "content";
    }
    return ENDS.has(type) || type === "response.created" ? this.read(type, parseObject(data)) : "none";
  }

  private read(type: string, event: JsonObject | null): EventEffect {
    if (event === null) return "none";
    if (type === "error") {
      this.facts.errorType = asCode(event["code"]) ?? readOpenaiError(event) ?? "provider_error";
      this.facts.pending = false;
      this.finished = true;
      return "end";
    }
    const response = asObject(event["response"]);
    if (response === null) return "none";
    if (type === "response.created") {
      readHead(response, this.facts);
      this.facts.pending = this.facts.background;
      return "none";
    }
    readResponse(response, this.facts);
    this.finished = true;
    return "end";
  }
}

const ENDS = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
  "response.cancelled",
  "error",
]);

const CONTENT_KEYS = new Set([
  "input",
  "instructions",
  "tools",
  "user",
  "metadata",
  "stream",
  "stream_options",
  "prompt",
  "safety_identifier",
  "prompt_cache_key",
  "previous_response_id",
  "conversation",
]);

function pieces(body: JsonObject): PromptPieces {
  const input = body["input"];
  const items = typeof input === "string" ? [{ role: "user", content: input }] : asArray(input);
  const blocks = items.map((entry): PromptBlock => {
    const item = asObject(entry);
    if (item?.["role"] === undefined) return { role: itemLetter(item), content: entry, mark: null };
    return { role: roleLetter(item["role"]), content: item["content"], mark: null };
  });
  const conversation = body["conversation"];
  return {
    params: Object.entries(body).filter(([key]) => !CONTENT_KEYS.has(key)),
    tools: asArray(body["tools"]),
    system: body["instructions"] === undefined || body["instructions"] === null ? [] : [body["instructions"]],
    blocks,
    handles: [
      asText(body["prompt_cache_key"]),
      asText(body["previous_response_id"]),
      asText(asObject(conversation)?.["id"] ?? conversation),
    ].filter((handle) => handle !== null),
  };
}

function itemLetter(item: JsonObject | null): string {
  const type = item?.["type"];
  return typeof type === "string" && type.endsWith("_output") ? "t" : "a";
}
