import type { Attributes } from "@opentelemetry/api";
import { AttributeTrack, putAttribute } from "./attribute-track.js";
import { ProtoWriter } from "./proto-writer.js";
import type { SpanData } from "./span-data.js";

/** The span that was active when a call began; ids in lower-case hex. */
export interface SpanParent {
  traceId: string;
  spanId: string;
}

const KIND_CLIENT = 3;
const STATUS_ERROR = 2;
const START_BYTES = 16_384;

/** Spans of one name say nearly the same; beyond so many names all start afresh. */
const MAX_TRACKS = 64;
const tracks = new Map<string, AttributeTrack>();

/**
 * The spans of one OTLP trace export, encoded as calls end. Written here, because the OpenTelemetry SDK and its exporter weigh seven
 * times as much as the whole wrapper. Field numbers: opentelemetry-proto v1.7, trace/v1 and common/v1, read 2026-11-22.
 */
export class SpanBatch {
  /** The repeated field 2 of a ScopeSpans message. */
  private readonly writer = new ProtoWriter(START_BYTES);
  /** How many spans it holds. */
  count = 0;

  /** Empties it for the next spans; what `finish` gave is no longer valid. */
  reset(): void {
    this.writer.cut(0);
    this.count = 0;
  }

  /** Adds one span, a root where it has no `parent`. Throws and adds nothing when it cannot be described. */
  add(span: SpanData, parent: SpanParent | null): void {
    const attributes = attributesOf(span);
    const start = this.writer.open(2);
    writeSpan(this.writer, span, parent, attributes);
    this.writer.close(start);
    this.count += 1;
  }

  /** The `ExportTraceServiceRequest` of this batch, for one resource and one scope: its parts, to be sent one after the other; valid until `reset`. */
  finish(resource: Attributes, scope: { name: string; version: string }): Buffer[] {
    const spans = this.writer.written();
    const inner = new ProtoWriter(1024);
    const scopeStart = inner.open(1);
    inner.text(1, scope.name);
    inner.text(2, scope.version);
    inner.close(scopeStart);
    const outer = new ProtoWriter(1024);
    const resourceStart = outer.open(1);
    for (const name in resource) putAttribute(outer, 1, name, resource[name]);
    outer.close(resourceStart);
    outer.head(2, inner.length + spans.byteLength);
    outer.append(inner);
    const head = new ProtoWriter(outer.length + 16);
    head.head(1, outer.length + spans.byteLength);
    head.append(outer);
    return [head.written(), spans];
  }
}

function attributesOf(span: SpanData): ProtoWriter {
  let track = tracks.get(span.name);
  if (track === undefined) {
    if (tracks.size >= MAX_TRACKS) tracks.clear();
    tracks.set(span.name, (track = new AttributeTrack()));
  }
  try {
    return track.write(span);
  } catch (error) {
    tracks.delete(span.name);
    throw error;
  }
}

function writeIds(writer: ProtoWriter, span: SpanData, parent: SpanParent | null): void {
  if (span.result !== null) {
    const { traceId, spanId, parentSpanId } = span.result;
    writer.hex(1, traceId);
    writer.hex(2, spanId);
    if (parentSpanId !== "") writer.hex(4, parentSpanId);
    return;
  }
  if (parent === null) writer.random(1, 16);
  else writer.hex(1, parent.traceId);
  writer.random(2, 8);
  if (parent !== null) writer.hex(4, parent.spanId);
}

function writeSpan(
  writer: ProtoWriter,
  span: SpanData,
  parent: SpanParent | null,
  attributes: ProtoWriter,
): void {
  writeIds(writer, span, parent);
  writer.text(5, span.name);
  writer.int(6, KIND_CLIENT);
  writer.time(7, span.startMs);
  writer.time(8, span.endMs);
  writer.append(attributes);
  for (const event of span.events) {
    const start = writer.open(11);
    writer.time(1, event.timeMs);
    writer.text(2, event.name);
    event.describe({ put: (name, value) => putAttribute(writer, 3, name, value) });
    writer.close(start);
  }
  if (!span.failed) return;
  const start = writer.open(15);
  writer.int(3, STATUS_ERROR);
  writer.close(start);
}
