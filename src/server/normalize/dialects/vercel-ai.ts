import type { Operation } from "../../domain/call.js";
import type { Attributes, Span } from "../../domain/span.js";
import { asDocument, asText, firstCount, firstNumber, firstText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { emptyReading, hasTokens, noReportedUsage, type Reading, type ReportedUsage } from "../reading.js";
import { outcomeOf } from "../span-facts.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";
import { addProviderMetadata, serviceTierOf } from "./vercel-metadata.js";

/** Last part of `ai.operationId` of the spans that are provider calls. */
const CALLS: Readonly<Record<string, Operation>> = {
  doGenerate: "chat",
  doStream: "chat",
  doEmbed: "embeddings",
  doRerank: "rerank",
};

/** The SDK makes an id up where the vendor gives none (`aitxt-...`): it is nobody else's. Source: ai, generate-text, read 2026-11-25. */
function providerId(id: string | null): string | null {
  return id === null || /^ai(txt|obj)-/.test(id) ? null : id;
}

/** Functions whose provider calls bear the same name as those of texts. */
function operationOf(id: string): Operation | undefined {
  const operation = CALLS[id.slice(id.lastIndexOf(".") + 1)];
  if (operation !== "chat") return operation;
  if (/image/i.test(id)) return "image";
  return /speech|transcribe/i.test(id) ? "audio" : "chat";
}

function isVersion6(attributes: Attributes): boolean {
  if (
    attributes.has("ai.usage.inputTokenDetails.noCacheTokens") ||
    attributes.has("ai.usage.inputTokenDetails.cacheReadTokens") ||
    attributes.has("ai.usage.outputTokenDetails.textTokens")
  ) {
    return true;
  }
  return /(^|\s)ai\/([6-9]|\d\d)\./.test(asText(attributes.get("ai.request.headers.user-agent")) ?? "");
}

function readUsage(attributes: Attributes): ReportedUsage {
  const usage = noReportedUsage();
  usage.input = firstCount(attributes, [
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "ai.usage.tokens",
    "gen_ai.usage.input_tokens",
  ]);
  usage.output = firstCount(attributes, [
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "gen_ai.usage.output_tokens",
  ]);
  usage.total = firstCount(attributes, ["ai.usage.totalTokens"]);
  usage.uncached = firstCount(attributes, ["ai.usage.inputTokenDetails.noCacheTokens"]);
  usage.cacheRead = firstCount(attributes, [
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "ai.usage.cachedInputTokens",
  ]);
  usage.cacheWrite = firstCount(attributes, ["ai.usage.inputTokenDetails.cacheWriteTokens"]);
  usage.reasoning = firstCount(attributes, [
    "ai.usage.outputTokenDetails.reasoningTokens",
    "ai.usage.reasoningTokens",
  ]);
  return usage;
}

function readCall(span: Span): Reading {
  const attributes = span.attributes;
  const metadata = asDocument(attributes.get("ai.response.providerMetadata"));
  const usage = readUsage(attributes);
  if (hasTokens(usage)) addProviderMetadata(metadata, usage);
  // In version 5 the input of Anthropic is uncached although it bears the name of the total: it repeats `uncached`.
  if (usage.uncached !== null && usage.uncached === usage.input && usage.cacheRead !== 0) usage.input = null;
  const finish = firstText(attributes, ["ai.response.finishReason", "ai.finishReason"]);
  const finished = finish !== null && finish !== "error" && hasTokens(usage);
  return {
    ...emptyReading(),
    operation: "chat",
    generation: isVersion6(attributes) ? "6" : "5",
    provider: firstText(attributes, ["gen_ai.provider.name", "gen_ai.system", "ai.model.provider"]),
    requestModel: firstText(attributes, ["ai.model.id", "gen_ai.request.model"]),
    responseModel: firstText(attributes, ["ai.response.model", "gen_ai.response.model"]),
    responseId: providerId(firstText(attributes, ["ai.response.id", "gen_ai.response.id"])),
    serviceTier: serviceTierOf(metadata),
    timeToFirstChunkMs: firstNumber(attributes, ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]),
    // A span processor may stamp an earlier attempt's error on the span of the attempt that succeeded.
    // A stream that breaks off ends its span without an error, with this finish reason.
    outcome: finished ? "ok" : finish === "error" ? "error" : outcomeOf(span),
    finishReasons: finish === null ? [] : [finish],
    usage,
  };
}

/** Vercel AI SDK 5 and 6. Only the innermost `doGenerate`, `doStream` and `doEmbed` spans are calls; their parents repeat the sum. */
export const vercelAi: Dialect = {
  name: "vercel_ai",
  claims: (span) => span.attributes.has("ai.operationId"),
  read(span) {
    const id = asText(span.attributes.get("ai.operationId")) ?? "";
    const reading = readCall(span);
    const operation = operationOf(id);
    if (operation !== undefined) {
      return { ...reading, role: "call", operation, streaming: id.endsWith(".doStream") };
    }
    return { ...reading, role: hasTokens(reading.usage) ? "aggregate" : "none" };
  },
};

/** Vercel AI SDK 7 (`@ai-sdk/otel`): GenAI names under a scope of its own. `agent_step` and parent spans repeat the calls below. */
export const vercelAi7: Dialect = {
  name: "vercel_ai",
  claims: (span) => span.scope.name === "gen_ai" && span.attributes.has("gen_ai.operation.name"),
  read(span) {
    const given = readGenAiFields(span);
    const reading = { ...given, responseId: providerId(given.responseId), generation: "7" };
    settleGenAiRole(span, reading);
    const isEmbedding = reading.operation === "embeddings" || reading.operation === "rerank";
    // The outer embedding span has the same name and no usage: the inner ones are the calls.
    if (reading.role === "call" && isEmbedding && !hasTokens(reading.usage) && outcomeOf(span) === "ok")
      reading.role = "none";
    return reading;
  },
};
