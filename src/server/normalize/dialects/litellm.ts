import type { Span } from "../../domain/span.js";
import { firstText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";

/** Span of LiteLLM's callback that repeats the raw answer of its parent. */
const LITELLM_RAW = "raw_gen_ai_request";

/**
 * LiteLLM callback and proxy. The proxy writes on a `litellm_request` span or on the HTTP server span itself; its vendor is the real one.
 * Source: litellm integrations/opentelemetry, read 2026-11-25.
 */
export const litellm: Dialect = {
  name: "litellm",
  claims: (span) =>
    span.scope.name === "litellm" ||
    span.name === "litellm_request" ||
    span.name === LITELLM_RAW ||
    span.attributes.has("metadata.user_api_key_hash") ||
    span.attributes.has("gen_ai.cost.total_cost"),
  read(span) {
    const reading = readGenAiFields(span);
    if (span.name === LITELLM_RAW) return reading;
    settleGenAiRole(span, reading);
    if (reading.role === "none" && span.name === "litellm_request" && reading.requestModel !== null)
      reading.role = "call";
    if (reading.role === "call" && (reading.operation === "other" || reading.operation === "text_completion"))
      reading.operation = litellmOperation(span);
    return reading;
  },
};

/** `completion` is LiteLLM's function for chats; `text_completion` is the other one. */
function litellmOperation(span: Span): "chat" | "embeddings" | "text_completion" {
  const type = firstText(span.attributes, ["gen_ai.operation.name", "llm.request.type", "call_type"]) ?? "";
  if (type.includes("embed")) return "embeddings";
  return type.includes("text_completion") ? "text_completion" : "chat";
}
