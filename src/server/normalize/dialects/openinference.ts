import type { Attributes, AttributeValue, Span } from "../../domain/span.js";
import {
  asCount,
  asDocument,
  asFlag,
  asMoney,
  asText,
  at,
  type Document,
  firstCount,
  firstText,
} from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { hasTokens, noReportedUsage, type Reading, type ReportedUsage } from "../reading.js";
import { modelName, readGenAiFields } from "./gen-ai.js";
import { roleAround } from "./operations.js";

const COUNT = "llm.token_count.";

function readUsage(attributes: Attributes): ReportedUsage {
  const usage = noReportedUsage();
  const count = (...names: string[]) =>
    firstCount(
      attributes,
      names.map((name) => COUNT + name),
    );
  usage.input = count("prompt");
  usage.output = count("completion");
  usage.total = count("total");
  usage.cacheRead = count("prompt_details.cache_read", "prompt_details.cache_input");
  usage.cacheWrite = count("prompt_details.cache_write");
  usage.inputAudio = count("prompt_details.audio");
  usage.reasoning = count("completion_details.reasoning");
  usage.outputAudio = count("completion_details.audio");
  return usage;
}

/** Answers as JSON in `output.value`: nothing but ids, the model, the tier and the cache lifetimes is taken from them. */
interface AnswerFacts {
  id: string | null;
  model: string | null;
  serviceTier: string | null;
  cacheWrite5m: number | null;
  cacheWrite1h: number | null;
}

/** A framework's own run id is no provider's response id. */
function providerId(value: AttributeValue | undefined): string | null {
  const id = asText(value);
  return id === null || /^(lc_)?run-/.test(id) ? null : id;
}

function first(value: AttributeValue | undefined): AttributeValue | undefined {
  return Array.isArray(value) ? (value as readonly AttributeValue[])[0] : undefined;
}

function readAnswer(attributes: Attributes): AnswerFacts {
  const answer = asDocument(attributes.get("output.value")) ?? undefined;
  // LangChain: { generations: [[{ message: { kwargs: { id, response_metadata } } }]], llm_output }
  const message = at(first(first(at(answer, "generations"))), "message");
  const lasting = at(answer, "usage", "cache_creation");
  return {
    id:
      providerId(at(answer, "id")) ??
      providerId(at(answer, "responseId")) ??
      providerId(at(message, "kwargs", "response_metadata", "id")) ??
      providerId(at(message, "kwargs", "id")) ??
      providerId(at(message, "id")) ??
      providerId(at(answer, "llm_output", "id")),
    model: asText(at(answer, "model")) ?? asText(at(answer, "modelVersion")),
    serviceTier: asText(at(answer, "service_tier")) ?? asText(at(answer, "usage", "service_tier")),
    cacheWrite5m: asCount(at(lasting, "ephemeral_5m_input_tokens")),
    cacheWrite1h: asCount(at(lasting, "ephemeral_1h_input_tokens")),
  };
}

/** The name on the span is the model that answered only where it differs from the one asked for: streams repeat the request. */
function responseModelOf(
  attributes: Attributes,
  requested: string | null,
  answered: string | null,
): string | null {
  const stated = firstText(attributes, ["llm.response.model_name", "llm.output_model_name"]) ?? answered;
  if (stated !== null) return stated;
  const name = asText(attributes.get("llm.model_name"));
  return name === requested ? null : name;
}

function requestModelOf(attributes: Attributes, parameters: Document | undefined): string | null {
  return modelName(
    firstText(attributes, ["llm.request.model_name", "llm.input_model_name", "embedding.model_name"]) ??
      asText(at(parameters, "model")) ??
      asText(at(parameters, "modelId")) ??
      asText(at(parameters, "model_id")) ??
      asText(attributes.get("llm.model_name")),
  );
}

function usageOf(attributes: Attributes, answer: AnswerFacts, base: Reading): ReportedUsage {
  const own = readUsage(attributes);
  const usage = hasTokens(own) ? own : (base.usage ?? own);
  usage.cacheWrite5m ??= answer.cacheWrite5m;
  usage.cacheWrite1h ??= answer.cacheWrite1h;
  return usage;
}

/** Converters (of OpenLLMetry, OpenLIT, Pydantic AI, Strands) leave the GenAI names beside theirs: those fill what OpenInference leaves out. */
function readCall(span: Span, isEmbedding: boolean): Reading {
  const attributes = span.attributes;
  const base = readGenAiFields(span);
  const parameters = asDocument(attributes.get("llm.invocation_parameters")) ?? undefined;
  const metadata = asDocument(attributes.get("metadata")) ?? undefined;
  const answer = readAnswer(attributes);
  const requestModel = requestModelOf(attributes, parameters) ?? base.requestModel;
  const answered = isEmbedding ? answer.model : responseModelOf(attributes, requestModel, answer.model);
  const finish = asText(attributes.get("llm.finish_reason"));
  return {
    ...base,
    role: "call",
    operation: isEmbedding ? "embeddings" : "chat",
    provider: firstText(attributes, ["llm.provider", "llm.system"]) ?? base.provider,
    // LangChain says which client it uses; that is no proof of who answered.
    clientFlavor: asText(at(metadata, "ls_provider")),
    requestModel,
    responseModel: answered ?? base.responseModel,
    responseId: answer.id ?? base.responseId,
    serviceTier: answer.serviceTier ?? base.serviceTier,
    streaming: asFlag(at(parameters, "stream")) ?? base.streaming,
    finishReasons: finish === null ? base.finishReasons : [finish],
    usage: usageOf(attributes, answer, base),
    reportedCost: asMoney(attributes.get("llm.cost.total")) ?? base.reportedCost,
  };
}

/** OpenInference (Arize Phoenix). LLM and EMBEDDING spans are calls; every other kind repeats or wraps them. */
export const openinference: Dialect = {
  name: "openinference",
  claims: (span) => span.attributes.has("openinference.span.kind"),
  read(span) {
    const kind = (asText(span.attributes.get("openinference.span.kind")) ?? "").toUpperCase();
    if (kind === "LLM" || kind === "EMBEDDING") return readCall(span, kind === "EMBEDDING");
    const reading = readCall(span, false);
    return { ...reading, role: roleAround(kind, hasTokens(reading.usage)) };
  },
};
