import { readFileSync } from "node:fs";
import protobuf from "protobufjs";

const root = protobuf.parse(
  readFileSync(new URL("../../fixtures/proto/otlp.proto", import.meta.url), "utf8"),
).root;

type Attributes = Record<string, unknown>;

export interface SeenSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startNano: string;
  endNano: string;
  statusCode: number;
  attributes: Attributes;
  events: { name: string; timeNano: string; attributes: Attributes }[];
}

interface RawValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values?: RawValue[] };
}
type RawAttributes = { key: string; value: RawValue }[] | undefined;
interface RawSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: RawAttributes;
  events?: { name: string; timeUnixNano: string; attributes?: RawAttributes }[];
  status?: { code?: number };
}
interface RawExport {
  resourceSpans?: { resource?: { attributes?: RawAttributes }; scopeSpans?: { spans?: RawSpan[] }[] }[];
}

/** The spans and the resource of an OTLP trace export, decoded by protobufjs and the published schema. Ids are hex. */
export function decodeTraces(bytes: Uint8Array): { spans: SeenSpan[]; resource: Attributes } {
  const type = root.lookupType("otlp.ExportTraceServiceRequest");
  const raw = type.toObject(type.decode(bytes), { longs: String, bytes: String }) as RawExport;
  const [first] = raw.resourceSpans ?? [];
  return {
    spans: (first?.scopeSpans ?? []).flatMap((scope) => (scope.spans ?? []).map(seen)),
    resource: plain(first?.resource?.attributes),
  };
}

function seen(span: RawSpan): SeenSpan {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId ?? ""),
    name: span.name,
    kind: span.kind,
    startNano: span.startTimeUnixNano,
    endNano: span.endTimeUnixNano,
    statusCode: span.status?.code ?? 0,
    attributes: plain(span.attributes),
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      timeNano: event.timeUnixNano,
      attributes: plain(event.attributes),
    })),
  };
}

function hex(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}

function plain(attributes: RawAttributes): Attributes {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: RawValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(valueOf);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}
