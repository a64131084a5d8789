import type { RequestFacts, ResponseFacts } from "../call.js";
import { anthropicSides, anthropicUsage } from "../usage/anthropic-usage.js";
import type { EventEffect, Family, PromptBlock, PromptPieces, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";

/** Anthropic Messages (create). Counting tokens and batches are other paths. Source: @anthropic-ai/sdk 1.12 types, read 2026-11-22. */
export const anthropicMessages: Family = {
  name: "anthropic-messages",
  vendor: "anthropic",
  framing: "sse",
  match(path) {
    return path.endsWith("/v1/messages") ? { operation: "chat", model: null, deployment: null } : null;
  },
  readRequest,
  readResponse,
  streamReader: (facts) => new MessagesStream(facts),
  readError(body) {
    const error = asObject(body["error"]);
    return error === null ? null : (asCode(error["type"]) ?? "provider_error");
  },
  pieces,
};

/** Claude on Vertex AI: the path names the model. Source: @anthropic-ai/vertex-sdk 1.1.3, how it builds requests, read 2026-11-25. */
export const anthropicVertex: Family = {
  ...anthropicMessages,
  name: "anthropic-vertex",
  vendor: "gcp.vertex_ai",
  match(path) {
    const model = /\/publishers\/anthropic\/models\/([^/:]+):(?:raw|streamRaw)Predict$/.exec(path)?.[1];
    return model === undefined
      ? null
      : { operation: "chat", model: decodeURIComponent(model), deployment: null };
  },
};

function readRequest(body: JsonObject, facts: RequestFacts): void {
  facts.model = asText(body["model"]);
  facts.streaming = body["stream"] === true;
  facts.serviceTier = asCode(body["service_tier"]);
}

function readResponse(body: JsonObject, facts: ResponseFacts): void {
  facts.id = asText(body["id"]) ?? facts.id;
  facts.model = asText(body["model"]) ?? facts.model;
  readStop(body, facts);
  const usage = asObject(body["usage"]);
  if (usage !== null) readUsage(usage, facts);
}

function readStop(body: JsonObject, facts: ResponseFacts): void {
  const reason = asCode(body["stop_reason"]);
  if (reason !== null) facts.finishReasons = [normalizeFinish(reason)];
}

function readUsage(usage: JsonObject, facts: ResponseFacts): void {
  facts.usage = anthropicUsage(usage);
  facts.side = anthropicSides(usage).map(({ kind, model, usage: tokens }) => ({
    kind,
    model: model ?? (kind === "declined" ? { requested: true } : null),
    operation: "chat",
    usage: tokens,
  }));
  facts.serviceTier = asCode(usage["service_tier"]) ?? facts.serviceTier;
  facts.speed = asCode(usage["speed"]) ?? facts.speed;
  facts.geo = asCode(usage["inference_geo"]) ?? facts.geo;
}

class MessagesStream implements StreamReader {
  private usage: Record<string, unknown> = {};
  private sawContent = false;
  private finished = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.finished || this.facts.finishReasons.length > 0;
  }

  event(data: string): EventEffect {
    const type = /"type"\s*:\s*"(\w+)"/.exec(data)?.[1];
    switch (type) {
      case "content_block_delta":
        if (this.sawContent) return "none";
        this.sawContent = true;
        return "content";
      case "message_stop":
        this.finished = true;
        return "end";
      case "message_start":
      case "message_delta":
      case "error":
        return this.read(type, parseObject(data));
      default:
        return "none";
    }
  }

  private read(type: string, event: JsonObject | null): EventEffect {
    if (event === null) return "none";
    if (type === "error") {
      this.facts.errorType = asCode(asObject(event["error"])?.["type"]) ?? "provider_error";
      return "end";
    }
    if (type === "message_start") {
      const message = asObject(event["message"]);
      if (message === null) return "none";
      this.usage = { ...asObject(message["usage"]) };
      // The output counts of the start are placeholders: until a delta replaces them, the output is unknown.
      delete this.usage["output_tokens"];
      delete this.usage["output_tokens_details"];
      readResponse({ ...message, usage: this.usage }, this.facts);
      return "none";
    }
    readStop(asObject(event["delta"]) ?? {}, this.facts);
    this.merge(asObject(event["usage"]));
    return "none";
  }

  /** Deltas are cumulative: what they carry replaces what is known, nulls say nothing. */
  private merge(usage: JsonObject | null): void {
    if (usage === null) return;
    for (const [key, value] of Object.entries(usage)) {
      if (value !== null && value !== undefined) this.usage[key] = value;
    }
    readUsage(this.usage, this.facts);
  }
}

const CONTENT_KEYS = new Set(["messages", "system", "tools", "metadata", "stream", "cache_control"]);

function pieces(body: JsonObject): PromptPieces {
  const blocks: PromptBlock[] = [];
  for (const entry of asArray(body["messages"])) {
    const message = asObject(entry);
    if (message === null) continue;
    const role = message["role"] === "assistant" ? "a" : "u";
    const content = message["content"];
    if (!Array.isArray(content)) blocks.push({ role, content, mark: null });
    else for (const block of asArray(content)) blocks.push(blockOf(role, block));
  }
  const system = body["system"];
  return {
    params: Object.entries(body).filter(([key]) => !CONTENT_KEYS.has(key)),
    tools: asArray(body["tools"]),
    system: typeof system === "string" ? [system] : asArray(system),
    blocks,
    handles: [],
  };
}

function blockOf(role: string, value: unknown): PromptBlock {
  const block = asObject(value);
  if (block === null) return { role, content: value, mark: null };
  const { cache_control: cache, ...rest } = block;
  const control = asObject(cache);
  // A moved breakpoint must not change the hash of the content it stands on.
  const content = rest["type"] === "text" ? rest["text"] : rest;
  return { role, content, mark: control === null ? null : (asCode(control["ttl"]) ?? "5m") };
}
