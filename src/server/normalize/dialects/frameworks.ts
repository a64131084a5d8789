import type { Span } from "../../domain/span.js";
import { asCount, asDocument, asFlag, asText, at, type Document, firstText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { fillUsage, hasTokens, noReportedUsage, type Reading } from "../reading.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";
import { roleAround } from "./operations.js";
import { readRawUsage } from "./raw-usage.js";

/** Spring's observations: its model spans carry GenAI names and no kind; chat client, advisor, tool and vector store spans wrap them. */
export const springAi: Dialect = {
  name: "spring_ai",
  claims: (span) =>
    span.attributes.has("spring.ai.kind") ||
    (span.scope.name.startsWith("org.springframework") && span.attributes.has("gen_ai.operation.name")),
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    const kind = asText(span.attributes.get("spring.ai.kind"));
    if (kind !== null && !/model/.test(kind)) reading.role = roleAround(kind, hasTokens(reading.usage));
    return reading;
  },
};

/** LangSmith's exporters: GenAI names, the run type in `langsmith.span.kind`, token details as a document or as Python wrote it out. */
export const langsmith: Dialect = {
  name: "langsmith",
  claims: (span) => span.attributes.has("langsmith.span.kind"),
  read(span) {
    const reading = readGenAiFields(span);
    const kind = (asText(span.attributes.get("langsmith.span.kind")) ?? "").toLowerCase();
    addLangsmithUsage(span, reading);
    // The exporter guesses `gen_ai.system` from the model's name; LangChain says which client it uses.
    reading.provider = firstText(span.attributes, ["langsmith.metadata.ls_provider"]) ?? reading.provider;
    reading.streaming ??= asFlag(span.attributes.get("langsmith.request.streaming"));
    if (kind === "llm" || kind === "embedding") {
      settleGenAiRole(span, reading);
      const operation =
        kind === "embedding" ? "embeddings" : reading.operation === "other" ? "chat" : reading.operation;
      return { ...reading, role: "call", operation, inferred: false };
    }
    return { ...reading, role: roleAround(kind, hasTokens(reading.usage)) };
  },
};

/** Counts in a Python dictionary as `str()` writes it: `{'cache_read': 1800}`. Names and numbers only. */
function pythonCounts(text: string | null): Document | null {
  if (text === null || !text.startsWith("{'")) return null;
  const counts: Record<string, number> = {};
  for (const [, name, digits] of text.matchAll(/'([a-z0-9_]{1,40})': (\d{1,10})(?=[,}])/g))
    if (name !== undefined) counts[name] = Number(digits);
  return counts;
}

function details(span: Span, name: string): Document | undefined {
  const value = span.attributes.get(name);
  return asDocument(value) ?? pythonCounts(asText(value)) ?? undefined;
}

function addLangsmithUsage(span: Span, reading: Reading): void {
  const usage = reading.usage ?? noReportedUsage();
  const input = details(span, "gen_ai.usage.input_token_details");
  const output = details(span, "gen_ai.usage.output_token_details");
  usage.cacheRead ??= asCount(at(input, "cache_read"));
  usage.cacheWrite ??= asCount(at(input, "cache_creation"));
  usage.inputAudio ??= asCount(at(input, "audio"));
  usage.reasoning ??= asCount(at(output, "reasoning"));
  usage.outputAudio ??= asCount(at(output, "audio"));
  const whole = readRawUsage(asDocument(span.attributes.get("langsmith.usage_metadata")));
  fillUsage(usage, whole, ["input", "output", "total", "cacheRead", "cacheWrite", "reasoning"]);
  fillUsage(usage, whole, ["inputAudio", "outputAudio"]);
  reading.usage = usage;
}

/** A model id that only Amazon Bedrock uses: a publisher with a dot, a region before it or not. */
const BEDROCK_ID =
  /^([a-z]{2,6}\.)?(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|writer)\.[a-z0-9]/;

/** Strands Agents (AWS). The first token's time is in milliseconds under a name that means seconds. Source: strands tracer.py, read 2026-11-25. */
export const strands: Dialect = {
  name: "strands",
  claims: (span) =>
    span.scope.name.startsWith("strands") ||
    span.attributes.get("gen_ai.system") === "strands-agents" ||
    span.attributes.get("gen_ai.provider.name") === "strands-agents",
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    if (reading.timeToFirstChunkMs !== null) reading.timeToFirstChunkMs /= 1000;
    if (reading.requestModel !== null && BEDROCK_ID.test(reading.requestModel))
      reading.provider = "aws.bedrock";
    return reading;
  },
};

/** OpenRouter's Broadcast: the vendor it names is the one behind it; OpenRouter is who bills. Source: its documentation, read 2026-11-25. */
export const openrouter: Dialect = {
  name: "openrouter",
  claims: (span) =>
    span.scope.name === "openrouter" ||
    span.resource.attributes.get("service.name") === "openrouter" ||
    span.attributes.has("openrouter.source"),
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    return { ...reading, provider: "openrouter" };
  },
};

/** Inference servers that trace themselves: they say nothing of a vendor, being it. Source: vLLM's tracing, read 2026-11-25. */
const SERVERS = /^(vllm|sglang)\b/;

/** vLLM and SGLang: a server span with model and usage for each request. */
export const inferenceServer: Dialect = {
  name: "inference_server",
  claims: (span) => SERVERS.test(span.scope.name),
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    return { ...reading, provider: reading.provider ?? SERVERS.exec(span.scope.name)?.[1] ?? null };
  },
};

/** Text, or JSON text of a text: MLflow writes every attribute as JSON. */
function mlflowText(span: Span, name: string): string | null {
  return asText(span.attributes.get(name))?.replace(/^"(.*)"$/, "$1") ?? null;
}

/** MLflow: the span's type and the usage are documents of its own. Source: mlflow.org/docs tracing, read 2026-11-25. */
export const mlflow: Dialect = {
  name: "mlflow",
  claims: (span) => span.attributes.has("mlflow.spanType"),
  read(span) {
    const reading = readGenAiFields(span);
    const type = (mlflowText(span, "mlflow.spanType") ?? "").toUpperCase();
    const document = asDocument(span.attributes.get("mlflow.chat.tokenUsage")) ?? undefined;
    const count = (name: string) => asCount(at(document, name));
    const usage = reading.usage ?? noReportedUsage();
    usage.input ??= count("input_tokens");
    usage.output ??= count("output_tokens");
    usage.total ??= count("total_tokens");
    usage.cacheRead ??= count("cache_read_input_tokens");
    usage.cacheWrite ??= count("cache_creation_input_tokens");
    usage.legacyCacheNames ||= usage.cacheRead !== null || usage.cacheWrite !== null;
    reading.usage = usage;
    reading.requestModel ??= mlflowText(span, "mlflow.llm.model");
    reading.provider ??= mlflowText(span, "mlflow.llm.provider") ?? mlflowText(span, "mlflow.message.format");
    const calls = type === "LLM" || type === "CHAT_MODEL" || type === "EMBEDDING";
    if (!calls) return { ...reading, role: roleAround(type, hasTokens(usage)) };
    return { ...reading, role: "call", operation: type === "EMBEDDING" ? "embeddings" : "chat" };
  },
};
