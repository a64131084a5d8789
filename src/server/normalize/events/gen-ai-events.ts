import { createHash } from "node:crypto";
import type { Call } from "../../domain/call.js";
import type { LogRecord } from "../../domain/log-record.js";
import type { Attributes, AttributeValue, Span } from "../../domain/span.js";
import { asCount, asDocument, asScalarText, asText, at } from "../attributes.js";
import { buildCall } from "../build-call.js";
import { codingCliSpans } from "../dialects/coding-cli-spans.js";
import { dialectOf } from "../dialects/registry.js";
import { isReadAttribute } from "../read-attributes.js";
import { countsAnything, type Reading } from "../reading.js";
import { timeOf } from "./log-time.js";

/** GenAI events that are about no answer of a model, whatever stands on them. */
const NO_ANSWER = /\.(message|exception)$|^gen_ai\.(evaluation|tool|agent)\b/;

/** An event's name: the record's own field, the attribute of older SDKs, or the body of those that have neither. */
function nameOf(record: LogRecord): string {
  const { attributes, eventName, body } = record;
  return asText(attributes.get("event.name")) ?? asText(eventName) ?? asText(body) ?? "";
}

/** What is read of a record: its attributes, beside them what older conventions and some exporters put into the body. */
function attributesOf(record: LogRecord): Attributes {
  const body = asDocument(record.body);
  if (body === null || Array.isArray(body)) return record.attributes;
  const merged = new Map<string, AttributeValue>();
  for (const [name, value] of Object.entries(body)) if (isReadAttribute(name)) merged.set(name, value);
  for (const [name, value] of record.attributes) merged.set(name, value);
  return merged;
}

function hash(parts: readonly unknown[], characters: number): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, characters);
}

/** The record as a span of no length below the span it was written in, for its dialect to read. Ids are given when it proves to be a call. */
function asSpan(record: LogRecord, name: string, attributes: Attributes): Span {
  const time = timeOf(record);
  return {
    traceId: record.traceId,
    spanId: "",
    parentSpanId: record.traceId === "" ? "" : record.spanId,
    name,
    kind: 1,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes,
    events: [],
    statusCode: 0,
    resource: record.resource,
    scope: record.scope,
  };
}

/** With ids made from what identifies the record: the same for the same record. */
function identified(span: Span, record: LogRecord): Span {
  const { attributes } = span;
  const service = asText(span.resource.attributes.get("service.name"));
  const counts = ["gen_ai.response.id", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"].map(
    (key) => asScalarText(attributes.get(key)),
  );
  const time = span.startTimeUnixNano.toString();
  const identity = [span.scope.name, span.name, service, record.traceId, record.spanId, time, ...counts];
  const traceId = record.traceId === "" ? hash([...identity, "trace"], 32) : record.traceId;
  return { ...span, traceId, spanId: hash(identity, 16) };
}

/** Further choices of one answer repeat what stands on the first. */
function isFurtherChoice(record: LogRecord): boolean {
  const index =
    asCount(record.attributes.get("index")) ?? asCount(at(asDocument(record.body) ?? undefined, "index"));
  return index !== null && index > 0;
}

/** An event that says of itself that it is a model call, or a GenAI event with a model; both with usage: without, it is no evidence. */
function isCall(reading: Reading, isGenAi: boolean): boolean {
  if (reading.role !== "call" || (reading.inferred && !isGenAi)) return false;
  return reading.usage !== null && countsAnything(reading.usage);
}

/**
 * The model call that an event with usage reports (`gen_ai.client.inference.operation.details`, and every other log that one of the
 * dialects reads as a call), or null. Coding tools repeat in such events what their own logs say. Source: OpenTelemetry semantic
 * conventions 1.37 and later, GenAI events, read 2026-11-25. Pure, never throws.
 */
export function readGenAiEvent(record: LogRecord): Call | null {
  const attributes = attributesOf(record);
  if (attributes.size === 0) return null;
  const name = nameOf(record);
  const isGenAi = name.startsWith("gen_ai.");
  if ((isGenAi && NO_ANSWER.test(name)) || isFurtherChoice(record)) return null;
  const span = asSpan(record, name, attributes);
  if (codingCliSpans.claims(span)) return null;
  const dialect = dialectOf(span);
  const reading = dialect?.read(span);
  if (dialect === undefined || reading === undefined || !isCall(reading, isGenAi)) return null;
  return buildCall(identified(span, record), reading, dialect.name, "event");
}
