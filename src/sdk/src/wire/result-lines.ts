import { anthropicMessages } from "./anthropic-messages.js";
import type { Family } from "./family.js";
import { asCode, asObject, asText } from "./json.js";
import type { JsonObject } from "./json.js";
import { openaiChat } from "./openai-chat.js";
import { openaiEmbeddings } from "./openai-embeddings.js";
import { openaiResponses } from "./openai-responses.js";

/** One result of a call that was made before, as far as it names one. */
export interface ResultLine {
  family: Family;
  body: JsonObject;
  /** Stands for the call where the body has no id. */
  id: string | null;
  requestId: string | null;
  httpStatus: number | null;
  failed: boolean;
}

/** A finished batch job with usage of its own. */
export interface BatchTotal extends ResultLine {
  /** Its result file. */
  file: string;
  createdMs: number | null;
}

const FAMILY_OF_OBJECT: Readonly<Record<string, Family>> = {
  "chat.completion": openaiChat,
  text_completion: openaiChat,
  response: openaiResponses,
  list: openaiEmbeddings,
};

/** A line of an OpenAI batch result file; null for lines of other files. Source: openai-node 7.57 types, read 2026-11-22. */
export function openaiLine(line: JsonObject): ResultLine | null {
  const response = asObject(line["response"]);
  const body = asObject(response?.["body"]);
  // Other files are read by the same path; a result line has these three.
  if (response === null || body === null || line["custom_id"] === undefined) return null;
  const status = typeof response["status_code"] === "number" ? response["status_code"] : null;
  const family = FAMILY_OF_OBJECT[asText(body["object"]) ?? ""];
  if (family === undefined && (status ?? 0) < 400) return null;
  return {
    family: family ?? openaiChat,
    body,
    id: asText(line["id"]),
    requestId: asCode(response["request_id"]),
    httpStatus: status,
    failed: (status ?? 0) >= 400,
  };
}

/** A line of an Anthropic batch result file. Source: @anthropic-ai/sdk 1.12 types, read 2026-11-22. */
export function anthropicLine(line: JsonObject): ResultLine | null {
  const message = asObject(asObject(line["result"])?.["message"]);
  // Errored, cancelled and expired requests are not billed and carry no message.
  if (message === null) return null;
  return {
    family: anthropicMessages,
    body: message,
    id: null,
    requestId: null,
    httpStatus: null,
    failed: false,
  };
}

const ENDED = new Set(["completed", "failed", "incomplete", "cancelled"]);

/** A stored response that ran in the background and has ended; null for any other. */
export function backgroundResponse(body: JsonObject): ResultLine | null {
  if (body["background"] !== true || !ENDED.has(asText(body["status"]) ?? "")) return null;
  return {
    family: openaiResponses,
    body,
    id: null,
    requestId: null,
    httpStatus: null,
    failed: body["status"] === "failed",
  };
}

const FINISHED = new Set(["completed", "expired", "cancelled"]);

/**
 * The total of a finished OpenAI batch job; null while it runs, and for jobs made before 2025-09-07, which have no usage.
 * Source: openai-node 7.57 types, `Batch.usage`, read 2026-11-25.
 */
export function batchTotal(batch: JsonObject): BatchTotal | null {
  const usage = asObject(batch["usage"]);
  const file = asText(batch["output_file_id"]);
  if (batch["object"] !== "batch" || usage === null || file === null) return null;
  if (!FINISHED.has(asText(batch["status"]) ?? "")) return null;
  const endpoint = asText(batch["endpoint"]) ?? "";
  const family = endpoint.endsWith("/embeddings")
    ? openaiEmbeddings
    : endpoint.endsWith("/completions")
      ? openaiChat
      : openaiResponses;
  const created = batch["created_at"];
  return {
    family,
    body: { id: batch["id"], model: batch["model"], usage, created_at: created },
    id: asText(batch["id"]),
    requestId: null,
    httpStatus: null,
    failed: false,
    file,
    createdMs: typeof created === "number" ? created * 1000 : null,
  };
}
