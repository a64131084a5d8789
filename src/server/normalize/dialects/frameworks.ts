import { asCount, asDocument, asText, at, firstFlag, firstText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { hasTokens } from "../reading.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";

/** Span of LiteLLM's callback that repeats the raw answer of its parent. */
const LITELLM_RAW = "raw_gen_ai_request";

/**
 * LiteLLM callback and proxy. The proxy writes on a `litellm_request` span or on the HTTP server span itself; its vendor is the real one.
 * Source: litellm integrations/opentelemetry, read 2026-11-22.
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
function litellmOperation(span: Parameters<Dialect["read"]>[0]): "chat" | "embeddings" | "text_completion" {
  const type = firstText(span.attributes, ["gen_ai.operation.name", "llm.request.type", "call_type"]) ?? "";
  if (type.includes("embed")) return "embeddings";
  return type.includes("text_completion") ? "text_completion" : "chat";
}

/**
 * Pydantic AI and Logfire. A pending span is the placeholder of a span that is still open, under an id of its own; run spans repeat their
 * model requests, by default under other names.
 */
export const pydanticAi: Dialect = {
  name: "pydantic_ai",
  claims: (span) =>
    span.scope.name === "pydantic-ai" ||
    span.scope.name.startsWith("logfire") ||
    span.attributes.has("logfire.span_type"),
  read(span) {
    const reading = readGenAiFields(span);
    if (span.attributes.get("logfire.span_type") === "pending_span") return reading;
    settleGenAiRole(span, reading);
    if (/^(agent run|invoke_agent)\b/.test(span.name) && reading.role === "call") reading.role = "aggregate";
    return reading;
  },
};

/** Spring AI observations: the model span carries GenAI names; chat client, advisor and tool spans wrap it. */
export const springAi: Dialect = {
  name: "spring_ai",
  claims: (span) => span.attributes.has("spring.ai.kind"),
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    const kind = asText(span.attributes.get("spring.ai.kind")) ?? "";
    if (!/model/.test(kind)) reading.role = hasTokens(reading.usage) ? "aggregate" : "none";
    return reading;
  },
};

/** LangSmith's exporter: GenAI names, the run type in `langsmith.span.kind`, token details as JSON. */
export const langsmith: Dialect = {
  name: "langsmith",
  claims: (span) => span.attributes.has("langsmith.span.kind"),
  read(span) {
    const reading = readGenAiFields(span);
    const kind = (asText(span.attributes.get("langsmith.span.kind")) ?? "").toLowerCase();
    addLangsmithDetails(span, reading);
    if (kind === "llm" || kind === "embedding") {
      settleGenAiRole(span, reading);
      const operation =
        kind === "embedding" ? "embeddings" : reading.operation === "other" ? "chat" : reading.operation;
      return {
        ...reading,
        role: "call",
        operation,
        streaming: firstFlag(span.attributes, ["gen_ai.request.streaming"]),
      };
    }
    return { ...reading, role: hasTokens(reading.usage) ? "aggregate" : "none" };
  },
};

function addLangsmithDetails(
  span: Parameters<Dialect["read"]>[0],
  reading: ReturnType<Dialect["read"]>,
): void {
  if (reading.usage === null) return;
  const input = asDocument(span.attributes.get("gen_ai.usage.input_token_details")) ?? undefined;
  const output = asDocument(span.attributes.get("gen_ai.usage.output_token_details")) ?? undefined;
  reading.usage.cacheRead ??= asCount(at(input, "cache_read"));
  reading.usage.cacheWrite ??= asCount(at(input, "cache_creation"));
  reading.usage.inputAudio ??= asCount(at(input, "audio"));
  reading.usage.reasoning ??= asCount(at(output, "reasoning"));
  reading.usage.outputAudio ??= asCount(at(output, "audio"));
}
