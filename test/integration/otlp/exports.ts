import { encode } from "../../unit/otlp/oracle.js";

type Json = Record<string, unknown>;

export const TRACE_ID = "5b8efff798038103d269b633813fc60c";
export const SPAN_ID = "eee19b7ec3c1b174";
export const START = "1795374058363934721";
export const END = "1795374059363934721";

/** A span in the members of protobufjs; ids are buffers. */
export function span(overrides: Json = {}): Json {
  return {
    traceId: Buffer.from(TRACE_ID, "hex"),
    spanId: Buffer.from(SPAN_ID, "hex"),
    name: "chat gpt-5-mini",
    kind: 3,
    startTimeUnixNano: START,
    endTimeUnixNano: END,
    attributes: [{ key: "gen_ai.usage.input_tokens", value: { intValue: "1200" } }],
    ...overrides,
  };
}

/** A binary export of these spans under one resource and scope. */
export function protobufExport(...spans: Json[]): Buffer {
  return encode("ExportTraceServiceRequest", {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
        scopeSpans: [{ scope: { name: "test", version: "1" }, spans }],
      },
    ],
  });
}

/** The same span in OTLP/JSON members. */
export function jsonSpan(overrides: Json = {}): Json {
  return { ...span(), traceId: TRACE_ID, spanId: SPAN_ID, ...overrides };
}

export function jsonExport(...spans: Json[]): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
        scopeSpans: [{ scope: { name: "test", version: "1" }, spans }],
      },
    ],
  });
}
