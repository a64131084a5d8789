import type { AttributeValue, Span, SpanEvent } from "../../../src/server/domain/span.js";

type Json = Record<string, unknown>;

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const hex = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString("hex") : "");
const whole = (value: unknown): bigint => BigInt(typeof value === "string" ? value : 0);
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** An AnyValue as protobufjs decoded it, in the words of domain/span.ts. */
export function expectedValue(value: unknown): AttributeValue {
  const any = (value ?? {}) as Json;
  if (any["stringValue"] !== undefined) return text(any["stringValue"]);
  if (any["boolValue"] !== undefined) return any["boolValue"] === true;
  if (any["doubleValue"] !== undefined) return number(any["doubleValue"]);
  if (any["intValue"] !== undefined) {
    const integer = whole(any["intValue"]);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }
  if (any["bytesValue"] !== undefined) return new Uint8Array(any["bytesValue"] as Buffer);
  if (any["arrayValue"] !== undefined) return list((any["arrayValue"] as Json)["values"]).map(expectedValue);
  if (any["kvlistValue"] === undefined) return null;
  const map = Object.create(null) as Record<string, AttributeValue>;
  for (const pair of list((any["kvlistValue"] as Json)["values"])) {
    map[text(pair["key"])] = expectedValue(pair["value"]);
  }
  return map;
}

/** A list of KeyValue as protobufjs decoded it: the last of equal names wins. */
export function expectedAttributes(pairs: unknown): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const pair of list(pairs)) attributes.set(text(pair["key"]), expectedValue(pair["value"]));
  return attributes;
}

function expectedEvent(event: Json): SpanEvent {
  return {
    name: text(event["name"]),
    timeUnixNano: whole(event["timeUnixNano"]),
    attributes: expectedAttributes(event["attributes"]),
  };
}

/** What a decoded ExportTraceServiceRequest of protobufjs must become: written without any of the product's code. */
export function expectedSpans(request: Json): { spans: Span[]; rejected: number } {
  const spans: Span[] = [];
  let rejected = 0;
  for (const block of list(request["resourceSpans"])) {
    const resource = {
      attributes: expectedAttributes((block["resource"] as Json | undefined)?.["attributes"]),
    };
    for (const scopeBlock of list(block["scopeSpans"])) {
      const scopeJson = (scopeBlock["scope"] ?? {}) as Json;
      const scope = { name: text(scopeJson["name"]), version: text(scopeJson["version"]) };
      for (const item of list(scopeBlock["spans"])) {
        const parent = hex(item["parentSpanId"]);
        const span: Span = {
          traceId: hex(item["traceId"]),
          spanId: hex(item["spanId"]),
          parentSpanId: parent.length === 16 && parent !== "0".repeat(16) ? parent : "",
          name: text(item["name"]),
          kind: number(item["kind"]),
          startTimeUnixNano: whole(item["startTimeUnixNano"]),
          endTimeUnixNano: whole(item["endTimeUnixNano"]),
          attributes: expectedAttributes(item["attributes"]),
          events: list(item["events"]).map(expectedEvent),
          statusCode: number((item["status"] as Json | undefined)?.["code"]),
          resource,
          scope,
        };
        if (isGood(span)) spans.push(span);
        else rejected += 1;
      }
    }
  }
  return { spans, rejected };
}

function isGood(span: Span): boolean {
  const timed = span.startTimeUnixNano > 0n || span.endTimeUnixNano > 0n;
  return timed && /^(?!0{32})[0-9a-f]{32}$/.test(span.traceId) && /^(?!0{16})[0-9a-f]{16}$/.test(span.spanId);
}
