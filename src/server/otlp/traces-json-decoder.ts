import type { Resource, Scope, Span, SpanEvent } from "../domain/span.js";
import { type Decoded, DecodedBuilder, tooMany } from "./decoded.js";
import { readJsonEnvelope } from "./json-envelope.js";
import {
  type JsonObject,
  jsonArray,
  jsonAttributes,
  jsonInt32,
  jsonObject,
  jsonText,
  jsonUint64,
} from "./json-values.js";
import { DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
import { hexId, spanIdOrNone, spanRefusal } from "./span-ids.js";
import { NOT_A_SPAN } from "./traces-decoder.js";

/**
 * The spans of an OTLP/JSON ExportTraceServiceRequest, and how many of its spans were refused.
 * Ids are hex in any case, 64-bit integers decimal strings or numbers (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, read 2026-11-22).
 * @throws AppError `invalid_request` when the body is no such request.
 */
export function decodeTracesJson(body: Buffer, options: DecodeOptions = DEFAULT_OPTIONS): Decoded<Span> {
  const out = new DecodedBuilder<Span>();
  readJsonEnvelope(body, "traces", options, (item, resource, scope) => {
    if (item === null) return out.reject(NOT_A_SPAN);
    if (out.items.length >= options.limits.items) {
      return out.reject(tooMany("spans", options.limits.items));
    }
    const span = readSpan(item, resource, scope, options);
    const reason = spanRefusal(span);
    if (reason === null) out.items.push(span);
    else out.reject(reason);
  });
  return out;
}

function readSpan(item: JsonObject, resource: Resource, scope: Scope, options: DecodeOptions): Span {
  return {
    traceId: hexId(item["traceId"]),
    spanId: hexId(item["spanId"]),
    parentSpanId: spanIdOrNone(hexId(item["parentSpanId"])),
    name: jsonText(item["name"], options.limits.valueBytes),
    kind: jsonInt32(item["kind"]),
    startTimeUnixNano: jsonUint64(item["startTimeUnixNano"]),
    endTimeUnixNano: jsonUint64(item["endTimeUnixNano"]),
    attributes: jsonAttributes(item["attributes"], options),
    events: jsonArray(item["events"])
      .slice(0, options.limits.events)
      .map((event) => readEvent(jsonObject(event) ?? {}, options)),
    statusCode: jsonInt32(jsonObject(item["status"])?.["code"]),
    resource,
    scope,
  };
}

function readEvent(event: JsonObject, options: DecodeOptions): SpanEvent {
  return {
    name: jsonText(event["name"], options.limits.valueBytes),
    timeUnixNano: jsonUint64(event["timeUnixNano"]),
    attributes: jsonAttributes(event["attributes"], options),
  };
}
