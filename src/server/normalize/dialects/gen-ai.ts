import type { Attributes, Span } from "../../domain/span.js";
import {
  asDocument,
  asMoney,
  firstCount,
  firstFlag,
  firstNumber,
  firstText,
  firstTextList,
} from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { emptyReading, hasTokens, noReportedUsage, type Reading, type ReportedUsage } from "../reading.js";
import * as names from "./gen-ai-names.js";
import { operationRole } from "./operations.js";
import { readRawUsage } from "./raw-usage.js";

const UNSPECIFIED = 0;
const CLIENT = 3;

/** Servers and queues carry a vendor's name for the calls that they pass on, and are none. */
function isClient(span: Span): boolean {
  return span.kind === CLIENT || span.kind === UNSPECIFIED;
}

/** Token numbers under the GenAI names of every generation. Never throws. */
export function readGenAiUsage(attributes: Attributes): ReportedUsage {
  const usage = noReportedUsage();
  usage.input = firstCount(attributes, names.INPUT);
  usage.output = firstCount(attributes, names.OUTPUT);
  usage.total = firstCount(attributes, names.TOTAL);
  const read = firstCount(attributes, names.CACHE_READ);
  const write = firstCount(attributes, names.CACHE_WRITE);
  usage.cacheRead = read ?? firstCount(attributes, names.CACHE_READ_LEGACY);
  usage.cacheWrite = write ?? firstCount(attributes, names.CACHE_WRITE_LEGACY);
  usage.legacyCacheNames =
    read === null && write === null && (usage.cacheRead !== null || usage.cacheWrite !== null);
  usage.cacheWrite5m = firstCount(attributes, names.CACHE_WRITE_5M);
  usage.cacheWrite1h = firstCount(attributes, names.CACHE_WRITE_1H);
  usage.reasoning = firstCount(attributes, names.REASONING);
  usage.inputAudio = firstCount(attributes, names.INPUT_AUDIO);
  usage.outputAudio = firstCount(attributes, names.OUTPUT_AUDIO);
  usage.inputImage = firstCount(attributes, names.INPUT_IMAGE);
  usage.inputVideo = firstCount(attributes, names.INPUT_VIDEO);
  return wholeUsage(attributes, usage) ?? usage;
}

/** The usage object, where no number stands by itself. */
function wholeUsage(attributes: Attributes, single: ReportedUsage): ReportedUsage | null {
  for (const name of names.WHOLE_USAGE)
    if (attributes.has(name) && !hasTokens(single)) return readRawUsage(asDocument(attributes.get(name)));
  return null;
}

function firstMoney(attributes: Attributes, keys: readonly string[]): string | null {
  for (const key of keys) {
    const money = asMoney(attributes.get(key));
    if (money !== null) return money;
  }
  return null;
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

/** Words that stand for "no model": Spring AI writes `none`, Microsoft's Agent Framework `unknown`. Read in source, 2026-11-25. */
const NO_MODEL = /^(none|unknown|null|undefined|n\/a)$/i;

/** The model as written, null where the word says that none is known. Never throws. */
export function modelName(written: string | null): string | null {
  return written === null || NO_MODEL.test(written) ? null : written;
}

/** Every field that GenAI names carry beside usage; `role` is left to the dialect. Never throws. */
export function readGenAiNames(span: Span): Reading {
  const attributes = span.attributes;
  const reading = emptyReading();
  reading.provider = firstText(attributes, names.PROVIDER);
  reading.requestModel = modelName(firstText(attributes, names.REQUEST_MODEL));
  reading.responseModel = modelName(firstText(attributes, names.RESPONSE_MODEL));
  reading.responseId = firstText(attributes, names.RESPONSE_ID);
  reading.requestId = firstText(attributes, names.REQUEST_ID);
  reading.serviceTier = firstText(attributes, names.SERVICE_TIER);
  reading.streaming = firstFlag(attributes, names.STREAM);
  reading.timeToFirstChunkMs = milliseconds(firstNumber(attributes, names.FIRST_CHUNK_SECONDS));
  reading.finishReasons = firstTextList(attributes, names.FINISH);
  reading.reportedCost = firstMoney(attributes, names.REPORTED_COST);
  reading.dimensions = { region: firstText(attributes, names.REGION) };
  return reading;
}

/** Every field that GenAI names carry; `role` is left to the dialect. Never throws. */
export function readGenAiFields(span: Span): Reading {
  const reading = readGenAiNames(span);
  reading.usage = readGenAiUsage(span.attributes);
  if (span.events.length > 0 && !hasTokens(reading.usage))
    reading.usage = usageOfEvents(span) ?? reading.usage;
  return reading;
}

/** Usage on the event of the answer, where a sender records that on the span instead of the log and the numbers nowhere else. */
function usageOfEvents(span: Span): ReportedUsage | null {
  for (const { name, attributes } of span.events) {
    if (!name.startsWith("gen_ai.")) continue;
    const usage = readGenAiUsage(attributes);
    if (hasTokens(usage)) return usage;
  }
  return null;
}

/** Role and operation by the operation name; without one, a span with a model is a call if it has usage or is a client span of a vendor. */
export function settleGenAiRole(span: Span, reading: Reading): void {
  const said = operationRole(firstText(span.attributes, names.OPERATION));
  const model = reading.requestModel ?? reading.responseModel;
  if (said.role === "call") {
    reading.role = "call";
    reading.operation = said.operation;
  } else if (said.role === "aggregate") {
    // A client span is a remote agent: nothing but this span reports its usage, unless a descendant turns up.
    const remote = span.kind === CLIENT && model !== null && hasTokens(reading.usage);
    reading.role = remote ? "call" : hasTokens(reading.usage) ? "aggregate" : "none";
  } else if (said.role !== "none" && model !== null) {
    const vendorClient =
      said.role === "unsaid" && reading.provider !== null && isClient(span) && !isWrapped(span);
    reading.inferred = hasTokens(reading.usage);
    reading.role = reading.inferred || vendorClient ? "call" : "none";
    if (reading.role === "call") reading.operation = /embed/i.test(model) ? "embeddings" : "chat";
  }
}

/** Agent, workflow and tool names without an operation belong to spans around calls. */
function isWrapped(span: Span): boolean {
  return span.attributes.has("gen_ai.agent.name") || span.attributes.has("gen_ai.tool.name");
}

/** Plain OpenTelemetry GenAI spans, current and older conventions. */
export const genAi: Dialect = {
  name: "gen_ai",
  claims(span) {
    const attributes = span.attributes;
    return (
      attributes.has("gen_ai.operation.name") ||
      attributes.has("gen_ai.request.model") ||
      attributes.has("gen_ai.provider.name") ||
      attributes.has("gen_ai.system") ||
      attributes.has("gen_ai.response.model") ||
      attributes.has("llm.request.type") ||
      attributes.has("llm.request.model")
    );
  },
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    return reading;
  },
};
