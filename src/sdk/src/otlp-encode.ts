import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { SpanData } from "./span-data.js";

/**
 * The bytes of an OTLP `ExportTraceServiceRequest` for one resource and one scope. Written here, because the OpenTelemetry SDK and its
 * exporter weigh seven times as much as the whole wrapper. Field numbers: opentelemetry-proto v1.7, trace/v1 and common/v1, read 2026-11-22.
 */
export function encodeExport(
  resource: Attributes,
  scope: { name: string; version: string },
  spans: readonly (SpanData & SpanIds)[],
): Buffer {
  const writer = new ProtoWriter();
  writer.message(1, () => {
    writer.message(1, () => writeAttributes(writer, 1, resource));
    writer.message(2, () => {
      writer.message(1, () => {
        writer.text(1, scope.name);
        writer.text(2, scope.version);
      });
      for (const span of spans) writer.message(2, () => writeSpan(writer, span));
    });
  });
  return writer.finish();
}

export interface SpanIds {
  /** Lower-case hex. */
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
}

const KIND_CLIENT = 3;
const STATUS_ERROR = 2;

function writeSpan(writer: ProtoWriter, span: SpanData & SpanIds): void {
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  if (span.parentSpanId !== "") writer.hex(4, span.parentSpanId);
  writer.text(5, span.name);
  writer.int(6, KIND_CLIENT);
  writer.time(7, span.startMs);
  writer.time(8, span.endMs);
  writeAttributes(writer, 9, span.attributes);
  for (const event of span.events) {
    writer.message(11, () => {
      writer.time(1, event.timeMs);
      writer.text(2, event.name);
      writeAttributes(writer, 3, event.attributes);
    });
  }
  if (span.failed) writer.message(15, () => writer.int(3, STATUS_ERROR));
}

function writeAttributes(writer: ProtoWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    writer.message(field, () => {
      writer.text(1, key);
      writer.message(2, () => writeValue(writer, value));
    });
  }
}

function writeValue(writer: ProtoWriter, value: AttributeValue): void {
  if (typeof value === "string") writer.text(1, value);
  else if (typeof value === "boolean") writer.int(2, value ? 1 : 0);
  else if (typeof value === "number") {
    if (Number.isSafeInteger(value) && value >= 0) writer.int(3, value);
    else writer.double(4, value);
  } else {
    writer.message(5, () => {
      for (const item of value) {
        if (item !== null && item !== undefined) writer.message(1, () => writeValue(writer, item));
      }
    });
  }
}

/** A growing buffer with the few wire types that spans need. Nested messages are written in place and then given their length. */
class ProtoWriter {
  private buffer = Buffer.allocUnsafe(16_384);
  private at = 0;

  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.at));
  }

  message(field: number, write: () => void): void {
    this.tag(field, 2);
    const start = this.at;
    write();
    const length = this.at - start;
    const shift = varintSize(length);
    this.room(shift);
    this.buffer.copyWithin(start + shift, start, this.at);
    this.at = start;
    this.varint(length);
    this.at += length;
  }

  text(field: number, value: string): void {
    this.tag(field, 2);
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.room(length);
    this.at += this.buffer.write(value, this.at, "utf8");
  }

  hex(field: number, value: string): void {
    this.tag(field, 2);
    const length = value.length / 2;
    this.varint(length);
    this.room(length);
    this.at += this.buffer.write(value, this.at, "hex");
  }

  /** A non-negative safe integer as varint; zero is written too, since presence matters inside a oneof. */
  int(field: number, value: number): void {
    this.tag(field, 0);
    this.varint(value);
  }

  double(field: number, value: number): void {
    this.tag(field, 1);
    this.room(8);
    this.at = this.buffer.writeDoubleLE(value, this.at);
  }

  /** Epoch milliseconds as fixed64 nanoseconds. */
  time(field: number, epochMs: number): void {
    this.tag(field, 1);
    this.room(8);
    const whole = Math.floor(epochMs);
    const nanos = BigInt(whole) * 1_000_000n + BigInt(Math.round((epochMs - whole) * 1e6));
    this.at = this.buffer.writeBigUInt64LE(nanos < 0n ? 0n : nanos, this.at);
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number): void {
    this.room(10);
    let rest = value;
    while (rest > 127) {
      this.buffer[this.at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.at++] = rest;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.byteLength) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.byteLength * 2, this.at + bytes));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
