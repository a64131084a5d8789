import type { Operation, RequestFacts, ResponseFacts } from "../call.js";
import { bedrockConverseUsage, bedrockInvokeUsage } from "../usage/bedrock-usage.js";
import type { UsageReading } from "../usage/usage-reading.js";
import { anthropicMessages } from "./anthropic-messages.js";
import type { EventEffect, Family, PromptBlock, PromptPieces } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { NO_STREAM } from "./no-stream.js";

function modelOf(path: string, method: string): string | null {
  const found = new RegExp(`/model/([^/]+)/${method}$`).exec(path)?.[1];
  return found === undefined ? null : decodeURIComponent(found);
}

function readError(body: JsonObject): string | null {
  return asCode(body["__type"])?.split("#").at(-1) ?? null;
}

/** `us.anthropic...`, `global.amazon...`: the geography of a cross-region inference profile, or null. */
export function profileGeo(model: string): string | null {
  return /^(us-gov|us|eu|apac|jp|au|ca|global)\./.exec(model)?.[1] ?? null;
}

/** Bedrock Converse. Sources: AWS Converse API reference and client-bedrock-runtime 3.1164 types, read 2026-11-22. */
export const bedrockConverse: Family = {
  name: "bedrock-converse",
  vendor: "aws.bedrock",
  framing: "sse",
  hosts: (host) => host.endsWith(".amazonaws.com"),
  match(path) {
    const model = modelOf(path, "converse(?:-stream)?");
    return model === null ? null : { operation: "chat", model, deployment: deploymentOf(model) };
  },
  readRequest(body: JsonObject, facts: RequestFacts) {
    facts.serviceTier = asCode(asObject(body["serviceTier"])?.["type"]);
  },
  readResponse(body: JsonObject, facts: ResponseFacts) {
    readStop(body["stopReason"], facts);
    readConverseUsage(body, facts);
  },
  // Streams come as binary frames; the AWS client hands out their decoded events, read by `converseEvent`.
  streamReader: () => NO_STREAM,
  readError,
  pieces,
};

/** Bedrock InvokeModel: the vendor's own body. */
export const bedrockInvoke: Family = {
  name: "bedrock-invoke",
  vendor: "aws.bedrock",
  framing: "sse",
  hosts: (host) => host.endsWith(".amazonaws.com"),
  match(path) {
    const model = modelOf(path, "invoke(?:-with-response-stream)?");
    if (model === null) return null;
    return { operation: operationOf(model), model, deployment: deploymentOf(model) };
  },
  readRequest: () => undefined,
  readResponse(body: JsonObject, facts: ResponseFacts) {
    facts.id = asText(body["id"]);
    readInvokeStop(body, facts);
    const images = asArray(body["images"]).length;
    const reading = images > 0 ? imagesUsage(images) : bedrockInvokeUsage(body);
    if (reading.quality !== "unknown") facts.usage = reading;
  },
  streamReader: () => NO_STREAM,
  readError,
  pieces: (body) => anthropicMessages.pieces?.(body) ?? pieces(body),
};

function operationOf(model: string): Operation {
  if (/embed/i.test(model)) return "embeddings";
  if (/rerank/i.test(model)) return "rerank";
  return /canvas|image|stability\./i.test(model) ? "image" : "chat";
}

function imagesUsage(images: number): UsageReading {
  return {
    usage: { images },
    inputTotal: null,
    outputTotal: null,
    quality: "exact",
    rule: "bedrock.invoke:images",
  };
}

/**
 * Usage of an InvokeModel answer whose body has none (Mistral, Cohere): what the headers count; null when they do not.
 * Source: AWS documentation of InvokeModel, read 2026-11-25. Never throws.
 */
export function invokeHeaderUsage(headers: JsonObject): UsageReading | null {
  const count = (name: string): number | undefined => {
    const value = headers[`x-amzn-bedrock-${name}-token-count`];
    return typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
  };
  const reading = bedrockInvokeUsage({
    "amazon-bedrock-invocationMetrics": {
      inputTokenCount: count("input"),
      outputTokenCount: count("output"),
      cacheReadInputTokenCount: count("cache-read-input"),
      cacheWriteInputTokenCount: count("cache-write-input"),
    },
  });
  return reading.quality === "unknown" ? null : { ...reading, rule: "bedrock.invoke:headers" };
}

/** An ARN names a profile that only its owner can map to a model. */
function deploymentOf(model: string): string | null {
  return model.startsWith("arn:") ? model : null;
}

function firstChoice(body: JsonObject): JsonObject | null {
  return asObject(asArray(body["choices"])[0]);
}

/** Where the vendors say why they stopped: in the body, or in their first answer (Mistral, Cohere, Titan). */
function readInvokeStop(body: JsonObject, facts: ResponseFacts): void {
  const answer = asObject(asArray(body["outputs"] ?? body["generations"] ?? body["results"])[0]) ?? {};
  readStop(
    body["stop_reason"] ??
      body["stopReason"] ??
      body["finish_reason"] ??
      body["completionReason"] ??
      asObject(body["messageStop"])?.["stopReason"] ??
      firstChoice(body)?.["finish_reason"] ??
      answer["stop_reason"] ??
      answer["finish_reason"] ??
      answer["completionReason"],
    facts,
  );
}

function readStop(reason: unknown, facts: ResponseFacts): void {
  const code = asCode(reason);
  if (code !== null) facts.finishReasons = [normalizeFinish(code)];
}

function readConverseUsage(body: JsonObject, facts: ResponseFacts): void {
  const usage = asObject(body["usage"]);
  if (usage !== null) facts.usage = bedrockConverseUsage(usage);
  facts.serviceTier = asCode(asObject(body["serviceTier"])?.["type"]) ?? facts.serviceTier;
}

/** Reads one decoded event of ConverseStream; the metadata event is the last. */
export function converseEvent(event: JsonObject, facts: ResponseFacts): EventEffect {
  if (event["contentBlockDelta"] !== undefined) return "content";
  const stop = asObject(event["messageStop"]);
  if (stop !== null) readStop(stop["stopReason"], facts);
  const metadata = asObject(event["metadata"]);
  if (metadata !== null) {
    readConverseUsage(metadata, facts);
    return "end";
  }
  return readException(event, facts);
}

/** Service exceptions come as members named after them, inside an answered stream. */
function readException(event: JsonObject, facts: ResponseFacts): EventEffect {
  const name = Object.keys(event).find((key) => key.endsWith("Exception"));
  if (name === undefined) return "none";
  facts.errorType = name;
  return "end";
}

/** Reads the decoded events of InvokeModelWithResponseStream, whose chunks are the vendor's own JSON events. */
export function invokeEvents(facts: ResponseFacts): (event: JsonObject) => EventEffect {
  const anthropic = anthropicMessages.streamReader(facts, "aws.bedrock");
  let sawContent = false;
  return (event) => {
    const bytes = asObject(event["chunk"])?.["bytes"];
    if (!(ArrayBuffer.isView(bytes) && !(bytes instanceof DataView))) return readException(event, facts);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    if (/"type"\s*:\s*"(message|content_block|ping|error)/.test(text)) return anthropic.event(text);
    const first = !sawContent;
    sawContent = true;
    if (
      /"(amazon-bedrock-invocationMetrics|usage|stop_reason|finish_reason|stopReason|completionReason)"/.test(
        text,
      )
    ) {
      const chunk = parseObject(text);
      if (chunk !== null) readInvokeChunk(chunk, facts);
    }
    return first ? "content" : "none";
  };
}

function readInvokeChunk(chunk: JsonObject, facts: ResponseFacts): void {
  readInvokeStop(chunk, facts);
  const reading = bedrockInvokeUsage(asObject(chunk["metadata"]) ?? chunk);
  if (reading.quality !== "unknown") facts.usage = reading;
}

function pieces(body: JsonObject): PromptPieces {
  const blocks: PromptBlock[] = [];
  for (const entry of asArray(body["messages"])) {
    const message = asObject(entry);
    const role = message?.["role"] === "assistant" ? "a" : "u";
    for (const block of asArray(message?.["content"])) {
      // A cache point stands behind the block that it marks.
      const last = blocks.at(-1);
      const point = asObject(asObject(block)?.["cachePoint"]);
      if (point !== null && last !== undefined) last.mark = asCode(point["ttl"]) ?? "5m";
      else blocks.push({ role, content: asObject(block)?.["text"] ?? block, mark: null });
    }
  }
  return {
    params: [body["inferenceConfig"], body["additionalModelRequestFields"], body["performanceConfig"]],
    tools: asArray(asObject(body["toolConfig"])?.["tools"]),
    system: asArray(body["system"]),
    blocks,
    handles: [],
  };
}
