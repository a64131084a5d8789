import type { Span, SpanEvent } from "../../../src/server/domain/span.js";
import {
  expectedAttributes,
  expectedId,
  expectedItems,
  hex,
  type Json,
  list,
  number,
  text,
  whole,
} from "./expected-values.js";

function expectedEvent(event: Json): SpanEvent {
  return {
    name: text(event["name"]),
    timeUnixNano: whole(event["timeUnixNano"]),
    attributes: expectedAttributes(event["attributes"]),
  };
}

/** What a decoded ExportTraceServiceRequest of protobufjs must become. */
export function expectedSpans(request: Json): { items: Span[]; rejected: number } {
  const spans = expectedItems(request, "resourceSpans", "scopeSpans", "spans").map(
    ({ item, resource, scope }): Span => ({
      traceId: hex(item["traceId"]),
      spanId: hex(item["spanId"]),
      parentSpanId: expectedId(item["parentSpanId"], 8),
      name: text(item["name"]),
      kind: number(item["kind"]),
      startTimeUnixNano: whole(item["startTimeUnixNano"]),
      endTimeUnixNano: whole(item["endTimeUnixNano"]),
      attributes: expectedAttributes(item["attributes"]),
      events: list(item["events"]).map(expectedEvent),
      statusCode: number((item["status"] as Json | undefined)?.["code"]),
      resource,
      scope,
    }),
  );
  const items = spans.filter(isGood);
  return { items, rejected: spans.length - items.length };
}

function isGood(span: Span): boolean {
  const timed = span.startTimeUnixNano > 0n || span.endTimeUnixNano > 0n;
  return timed && /^(?!0{32})[0-9a-f]{32}$/.test(span.traceId) && /^(?!0{16})[0-9a-f]{16}$/.test(span.spanId);
}
