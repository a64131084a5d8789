import type { Span } from "../../domain/span.js";
import { asCount, asDocument, asFlag, asMoney, asText, at, type Document } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { hasTokens, noReportedUsage, type Reading, type ReportedUsage } from "../reading.js";
import { readGenAiFields } from "./gen-ai.js";

const PREFIX = "langfuse.observation.";

function firstOf(document: Document, ...names: string[]): number | null {
  for (const name of names) {
    const count = asCount(at(document, name));
    if (count !== null) return count;
  }
  return null;
}

function sum(...parts: (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.reduce((total, part) => total + part, 0);
}

/**
 * Usage details are disjoint: the SDK takes the details out of input and output. Where the total says otherwise (details entered by
 * hand), input contains the cache tokens.
 */
function readDetails(details: Document): ReportedUsage {
  const usage = noReportedUsage();
  const input = firstOf(details, "input", "input_tokens", "prompt_tokens", "promptTokens");
  const output = firstOf(details, "output", "output_tokens", "completion_tokens", "completionTokens");
  usage.total = firstOf(details, "total", "total_tokens", "totalTokens");
  usage.cacheRead = firstOf(
    details,
    "input_cached_tokens",
    "cache_read_input_tokens",
    "input_cache_read",
    "input_cached",
    "cached_tokens",
  );
  usage.cacheWrite = firstOf(
    details,
    "cache_creation_input_tokens",
    "input_cache_creation",
    "input_cache_write_tokens",
    "input_cache_creation_tokens",
  );
  usage.cacheWrite5m = firstOf(details, "input_cache_creation_5m", "cache_creation_5m_input_tokens");
  usage.cacheWrite1h = firstOf(details, "input_cache_creation_1h", "cache_creation_1h_input_tokens");
  usage.inputAudio = firstOf(details, "input_audio_tokens", "input_audio");
  usage.outputAudio = firstOf(details, "output_audio_tokens", "output_audio");
  usage.reasoning = firstOf(details, "output_reasoning_tokens", "output_reasoning", "reasoning_tokens");
  const predictions = sum(
    firstOf(details, "output_accepted_prediction_tokens"),
    firstOf(details, "output_rejected_prediction_tokens"),
  );
  const cached = sum(usage.cacheRead, usage.cacheWrite ?? sum(usage.cacheWrite5m, usage.cacheWrite1h)) ?? 0;
  const contained =
    usage.total !== null && input !== null && cached > 0 && usage.total === input + (output ?? 0);
  if (contained) {
    usage.input = input;
    usage.output = output;
  } else {
    usage.uncached = input;
    usage.textOutput = sum(output, predictions);
  }
  return usage;
}

/** Text that the SDK wrote as JSON: `"2026-..."` with its quotes. */
function unquoted(value: string | null): string | null {
  return value === null ? null : value.replaceAll('"', "");
}

function firstChunkMs(span: Span): number | null {
  const text = unquoted(asText(span.attributes.get(`${PREFIX}completion_start_time`)));
  const atMs = text === null ? Number.NaN : Date.parse(text);
  const ms = atMs - Number(span.startTimeUnixNano / 1_000_000n);
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

function readObservation(span: Span): Reading {
  const attributes = span.attributes;
  const base = readGenAiFields(span);
  const details = asDocument(attributes.get(`${PREFIX}usage_details`));
  const parameters = asDocument(attributes.get(`${PREFIX}model.parameters`)) ?? undefined;
  const costs = asDocument(attributes.get(`${PREFIX}cost_details`)) ?? undefined;
  const firstChunk = firstChunkMs(span);
  const streaming = asFlag(at(parameters, "stream")) ?? firstChunk !== null;
  const failed = asText(attributes.get(`${PREFIX}level`)) === "ERROR";
  const usage = details === null ? base.usage : readDetails(details);
  const name = asText(attributes.get(`${PREFIX}model.name`));
  // The OpenAI wrapper puts the answering model here, but for streams and failures the one that was asked for.
  const answered = name !== null && !streaming && !failed && hasTokens(usage);
  return {
    ...base,
    usage,
    requestModel: answered ? base.requestModel : (name ?? base.requestModel),
    responseModel: answered ? name : base.responseModel,
    streaming,
    timeToFirstChunkMs: firstChunk ?? base.timeToFirstChunkMs,
    outcome: failed ? "error" : null,
    reportedCost: asMoney(at(costs, "total")) ?? base.reportedCost,
  };
}

/** Langfuse SDK. Generations and embeddings are calls; spans, agents, chains and the rest wrap them. */
export const langfuse: Dialect = {
  name: "langfuse",
  claims: (span) => span.attributes.has("langfuse.observation.type"),
  read(span) {
    const type = asText(span.attributes.get("langfuse.observation.type"));
    const reading = readObservation(span);
    // The OpenAI wrapper calls everything a generation, embeddings too.
    const embeds = /embed/i.test(reading.requestModel ?? reading.responseModel ?? "");
    if (type === "generation") return { ...reading, role: "call", operation: embeds ? "embeddings" : "chat" };
    if (type === "embedding") return { ...reading, role: "call", operation: "embeddings" };
    return { ...reading, role: hasTokens(reading.usage) ? "aggregate" : "none" };
  },
};
