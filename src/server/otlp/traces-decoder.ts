import type { AttributeValue, Resource, Scope, Span, SpanEvent } from "../domain/span.js";
import { type Decoded, DecodedBuilder, type Refusal, tooMany } from "./decoded.js";
import { EnvelopeReader } from "./envelope-reader.js";
import { DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from "./protobuf-reader.js";
import { spanIdOrNone, spanRefusal } from "./span-ids.js";

export const NOT_A_SPAN: Refusal = {
  code: "not_a_span",
  message: "not a span: was another signal sent to the traces path?",
};

/** A span being filled. */
interface OpenSpan extends Span {
  traceId: string;
  attributes: Map<string, AttributeValue>;
  events: SpanEvent[];
}

/** Shared by all spans without events; never pushed to. */
const NO_EVENTS: SpanEvent[] = [];
Object.freeze(NO_EVENTS);

function emptySpan(resource: Resource, scope: Scope): OpenSpan {
  return {
    traceId: "",
    spanId: "",
    parentSpanId: "",
    name: "",
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: new Map(),
    events: NO_EVENTS,
    statusCode: 0,
    resource,
    scope,
  };
}

/** Wire type of each Span field that is read (opentelemetry-proto trace/v1, read 2026-11-22), by field number. */
const SPAN_WIRE_TYPES: readonly (number | undefined)[] = [
  undefined,
  WIRE_BYTES, // 1 trace_id
  WIRE_BYTES, // 2 span_id
  WIRE_BYTES, // 3 trace_state
  WIRE_BYTES, // 4 parent_span_id
  WIRE_BYTES, // 5 name
  WIRE_VARINT, // 6 kind
  WIRE_FIXED64, // 7 start_time_unix_nano
  WIRE_FIXED64, // 8 end_time_unix_nano
  WIRE_BYTES, // 9 attributes
  undefined,
  WIRE_BYTES, // 11 events
  undefined,
  undefined,
  undefined,
  WIRE_BYTES, // 15 status
];

/**
 * The spans of a binary ExportTraceServiceRequest, and how many of its spans were refused (bad ids, no time, not a span).
 * @throws AppError `invalid_request` when the bytes are no such message.
 */
export function decodeTraces(body: Buffer, options: DecodeOptions = DEFAULT_OPTIONS): Decoded<Span> {
  const decoder = new TracesDecoder(body, options);
  return decoder.decode();
}

class TracesDecoder {
  readonly #envelope: EnvelopeReader;
  readonly #out = new DecodedBuilder<Span>();

  constructor(
    body: Buffer,
    private readonly options: DecodeOptions,
  ) {
    this.#envelope = new EnvelopeReader(body, options);
  }

  decode(): Decoded<Span> {
    this.#envelope.read((end, resource, scope) => this.#span(end, resource, scope));
    return this.#out;
  }

  #span(end: number, resource: Resource, scope: Scope): void {
    const out = this.#out;
    if (out.items.length >= this.options.limits.items) {
      out.reject(tooMany("spans", this.options.limits.items));
      return;
    }
    const span = this.#fields(end, resource, scope);
    const reason = span === null ? NOT_A_SPAN : spanRefusal(span);
    if (span !== null && reason === null) out.items.push(span);
    else out.reject(reason ?? NOT_A_SPAN);
  }

  /** A span with every field that the bytes up to `end` hold, or null when a known field has a type that no span has. */
  #fields(end: number, resource: Resource, scope: Scope): OpenSpan | null {
    const { reader, attributes } = this.#envelope;
    const span = emptySpan(resource, scope);
    while (reader.pos < end) {
      const field = reader.tag(end);
      const expected = SPAN_WIRE_TYPES[field];
      if (expected === undefined) {
        reader.skip(field, end);
        continue;
      }
      if (expected !== reader.wireType) return null;
      if (field === 9) attributes.readInto(span.attributes, reader.fieldEnd(end));
      else if (field === 7) span.startTimeUnixNano = reader.fixed64(end);
      else if (field === 8) span.endTimeUnixNano = reader.fixed64(end);
      else if (field === 6) span.kind = reader.int32(end);
      else this.#delimited(span, field, reader.fieldEnd(end));
    }
    return span;
  }

  #delimited(span: OpenSpan, field: number, end: number): void {
    const { reader } = this.#envelope;
    if (field === 1) span.traceId = reader.id(end, 16);
    else if (field === 2) span.spanId = reader.id(end, 8);
    else if (field === 4) span.parentSpanId = spanIdOrNone(reader.id(end, 8));
    else if (field === 5) span.name = this.#envelope.shortText(end);
    else if (field === 15) span.statusCode = this.#statusCode(end);
    else if (field === 11) {
      if (span.events === NO_EVENTS) span.events = [];
      this.#event(span.events, end);
    }
    reader.pos = end;
  }

  #statusCode(end: number): number {
    const { reader } = this.#envelope;
    let code = 0;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === 3 && reader.wireType === WIRE_VARINT) code = reader.int32(end);
      else reader.skip(field, end);
    }
    return code;
  }

  #event(events: SpanEvent[], end: number): void {
    if (events.length >= this.options.limits.events) return;
    const { reader, attributes: attributeReader } = this.#envelope;
    const attributes = new Map<string, AttributeValue>();
    let name = "";
    let timeUnixNano = 0n;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === 1 && reader.wireType === WIRE_FIXED64) timeUnixNano = reader.fixed64(end);
      else if (field === 2 && reader.wireType === WIRE_BYTES)
        name = this.#envelope.shortText(reader.fieldEnd(end));
      else if (field === 3 && reader.wireType === WIRE_BYTES) {
        attributeReader.readInto(attributes, reader.fieldEnd(end));
      } else reader.skip(field, end);
    }
    events.push({ name, timeUnixNano, attributes });
  }
}
