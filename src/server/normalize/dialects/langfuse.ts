import type { Span } from "../../domain/span.js";
import { asCount, asDocument, asFlag, asMoney, asText, at, type Document } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { hasTokens, noReportedUsage, type Reading, type ReportedUsage } from "../reading.js";
import { readGenAiFields } from "./gen-ai.js";
import { roleAround } from "./operations.js";
import { readRawUsage } from "./raw-usage.js";

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

/** Everything beside input and output, which are read by what the rest says of them. */
function readDetailNames(details: Document): ReportedUsage {
  const usage = noReportedUsage();
  usage.total = firstOf(details, "total", "total_tokens", "totalTokens");
  usage.cacheRead = firstOf(
    details,
    "input_cached_tokens",
    "cache_read_input_tokens",
    "input_cache_read",
    "input_cached",
    "cached_tokens",
    "cached_content_token_count",
  );
  usage.cacheWrite = firstOf(
    details,
    "cache_creation_input_tokens",
    "input_cache_creation",
    "input_cache_write_tokens",
    "input_cache_write",
    "input_cache_creation_tokens",
  );
  usage.cacheWrite5m = firstOf(
    details,
    "input_cache_creation_5m",
    "cache_creation_5m_input_tokens",
    "cache_creation_ephemeral_5m_input_tokens",
    "input_ephemeral_5m_input_tokens",
  );
  usage.cacheWrite1h = firstOf(
    details,
    "input_cache_creation_1h",
    "cache_creation_1h_input_tokens",
    "cache_creation_ephemeral_1h_input_tokens",
    "input_ephemeral_1h_input_tokens",
  );
  usage.inputAudio = firstOf(details, "input_audio_tokens", "input_audio", "input_modality_AUDIO");
  usage.outputAudio = firstOf(details, "output_audio_tokens", "output_audio", "output_modality_AUDIO");
  usage.reasoning = firstOf(
    details,
    "output_reasoning_tokens",
    "output_reasoning",
    "reasoning_tokens",
    "thoughts_token_count",
  );
  return usage;
}

/**
 * Disjoint usage details: the SDK takes the details out of input and output. Where the total says otherwise (details entered by hand,
 * LangChain's Gemini), input contains the cache tokens.
 */
function readDisjoint(details: Document): ReportedUsage {
  const usage = readDetailNames(details);
  const input = firstOf(details, "input", "input_tokens", "prompt_tokens", "promptTokens");
  const output = firstOf(details, "output", "output_tokens", "completion_tokens", "completionTokens");
  const text = modality(details, "input_modality_");
  const cached = sum(usage.cacheRead, usage.cacheWrite ?? sum(usage.cacheWrite5m, usage.cacheWrite1h)) ?? 0;
  const written = (input ?? 0) + (output ?? 0);
  const totals = [written, written + (usage.reasoning ?? 0)];
  if (usage.total !== null && input !== null && cached > 0 && totals.includes(usage.total)) {
    usage.input = input;
    usage.output = output;
    return usage;
  }
  const predictions = sum(
    firstOf(details, "output_accepted_prediction_tokens"),
    firstOf(details, "output_rejected_prediction_tokens"),
  );
  usage.uncached = sum(input, text);
  usage.textOutput = sum(output, predictions, modality(details, "output_modality_"));
  return usage;
}

/** Vertex AI's tokens by modality, which LangChain's handler takes out of input and output; audio is read by name. */
function modality(details: Document, prefix: string): number | null {
  let total: number | null = null;
  for (const [name, value] of Object.entries(details)) {
    if (name.startsWith(prefix) && !/audio/i.test(name)) total = sum(total, asCount(value));
  }
  return total;
}

/** Usage as the vendor wrote it is passed on by the Python SDK's OpenAI client and by integrations of users: no `input` is among its names. */
function readDetails(details: Document): ReportedUsage {
  const raw = at(details, "input") === undefined ? readRawUsage(details) : null;
  return raw ?? readDisjoint(details);
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

/** The Python SDK up to 3.3.0 called generations spans: they carry a model or usage all the same. Source: Langfuse's own reader, 2026-08-22. */
function typeOf(span: Span): string | null {
  const type = asText(span.attributes.get("langfuse.observation.type"));
  if (type !== "span" || span.scope.name !== "langfuse-sdk") return type;
  const generation =
    span.attributes.has(`${PREFIX}usage_details`) || span.attributes.has(`${PREFIX}model.name`);
  return generation && /^([0-2]\.|3\.[0-3](\.|$))/.test(span.scope.version) ? "generation" : type;
}

/** Langfuse SDK. Generations and embeddings are calls; spans, agents, chains and the rest wrap them. */
export const langfuse: Dialect = {
  name: "langfuse",
  claims: (span) => span.attributes.has("langfuse.observation.type"),
  read(span) {
    const type = typeOf(span);
    const reading = readObservation(span);
    // The OpenAI wrapper calls everything a generation, embeddings too.
    const embeds = /embed/i.test(reading.requestModel ?? reading.responseModel ?? "");
    if (type === "generation") return { ...reading, role: "call", operation: embeds ? "embeddings" : "chat" };
    if (type === "embedding") return { ...reading, role: "call", operation: "embeddings" };
    return { ...reading, role: roleAround(type, hasTokens(reading.usage)) };
  },
};
