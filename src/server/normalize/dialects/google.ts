import type { Span } from "../../domain/span.js";
import { asDocument, asText, at, type Document } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { emptyReading, fillUsage, hasTokens, type Reading, type ReportedUsage } from "../reading.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";
import { readRawUsage } from "./raw-usage.js";

/** Numbers that stand under GenAI names win; what they leave out comes from the answer's usage object. */
function merge(usage: ReportedUsage | null, raw: ReportedUsage): ReportedUsage {
  if (usage === null || !hasTokens(usage)) return raw;
  fillUsage(usage, raw, ["total", "cacheRead", "reasoning", "inputTool"]);
  return usage;
}

/**
 * Google's Agent Development Kit. The span `call_llm` carries the whole answer as a document; only its usage, model and finish reason are
 * taken. Later versions add GenAI names, and a `generate_content` span below it. Source: google-adk telemetry, read 2026-11-25.
 */
export const googleAdk: Dialect = {
  name: "google_adk",
  claims: (span) =>
    span.scope.name === "gcp.vertex.agent" || span.attributes.get("gen_ai.system") === "gcp.vertex.agent",
  read(span) {
    const reading = readGenAiFields(span);
    const answer = asDocument(span.attributes.get("gcp.vertex.agent.llm_response")) ?? undefined;
    const raw = readRawUsage(asDocument(at(answer, "usage_metadata")));
    if (raw !== null) reading.usage = merge(reading.usage, raw);
    settleGenAiRole(span, reading);
    if (reading.role === "call" && reading.operation === "chat") reading.operation = "generate_content";
    const finish = asText(at(answer, "finish_reason"));
    if (reading.finishReasons.length === 0 && finish !== null) reading.finishReasons = [finish];
    reading.responseModel ??= asText(at(answer, "model_version"));
    return { ...reading, inferred: false };
  },
};

/** Genkit's plugin names -> vendor, where they are not the vendor's. */
function genkitModel(name: string | null): { provider: string | null; model: string | null } {
  const slash = name?.indexOf("/") ?? -1;
  if (name === null || slash <= 0) return { provider: null, model: name };
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

function genkitUsage(output: Document | undefined): ReportedUsage | null {
  const usage = asDocument(at(output, "usage")) ?? undefined;
  return readRawUsage(
    usage === undefined
      ? null
      : {
          promptTokenCount: at(usage, "inputTokens") ?? null,
          candidatesTokenCount: at(usage, "outputTokens") ?? null,
          totalTokenCount: at(usage, "totalTokens") ?? null,
          thoughtsTokenCount: at(usage, "thoughtsTokens") ?? null,
          cachedContentTokenCount: at(usage, "cachedContentTokens") ?? null,
        },
  );
}

function genkitRole(subtype: string, span: Span): Pick<Reading, "role" | "operation"> {
  if (subtype === "model" || subtype === "background-model") return { role: "call", operation: "chat" };
  if (subtype === "embedder") return { role: "call", operation: "embeddings" };
  return { role: span.parentSpanId === "" ? "ignored" : "none", operation: "other" };
}

/** Genkit: actions under names of its own, the answer as a document. Source: firebase/genkit js/core and Langfuse's reader, read 2026-11-25. */
export const genkit: Dialect = {
  name: "genkit",
  claims: (span) => span.attributes.has("genkit:metadata:subtype") || span.attributes.has("genkit:type"),
  read(span) {
    const text = (name: string) => asText(span.attributes.get(name));
    const { provider, model } = genkitModel(text("genkit:name"));
    const output = asDocument(span.attributes.get("genkit:output")) ?? undefined;
    const finish = asText(at(output, "finishReason"));
    return {
      ...emptyReading(),
      ...genkitRole(text("genkit:metadata:subtype") ?? "", span),
      provider,
      requestModel: model,
      outcome: text("genkit:state") === "error" ? "error" : null,
      finishReasons: finish === null ? [] : [finish],
      usage: genkitUsage(output),
    };
  },
};
