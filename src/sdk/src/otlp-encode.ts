import type { Attributes } from "@opentelemetry/api";
import type { AttributeSink, AttributeValue, SpanData } from "./span-data.js";

/**
 * The bytes of OTLP trace exports, written as calls end. Written here, because the OpenTelemetry SDK and its exporter weigh seven times as
 * much as the whole wrapper. Field numbers: opentelemetry-proto v1.7, trace/v1 and common/v1, read 2026-11-22.
 */
export interface SpanIds {
  /** Lower-case hex. */
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
}

const KIND_CLIENT = 3;
const STATUS_ERROR = 2;

/** Encoded spans of one batch, as the repeated field 2 of a ScopeSpans message. */
export class SpanBatch {
  private readonly writer = new ProtoWriter();
  /** How many spans it holds. */
  count = 0;

  /** Adds one span; adds nothing when it cannot be described. */
  add(span: SpanData, ids: SpanIds): void {
    const start = this.writer.open(2);
    try {
      writeSpan(this.writer, span, ids);
      this.writer.close(start);
      this.count += 1;
    } catch (error) {
      this.writer.undo(start);
      throw error;
    }
  }

  /** The `ExportTraceServiceRequest` of this batch, for one resource and one scope. */
  finish(resource: Attributes, scope: { name: string; version: string }): Buffer {
    const writer = new ProtoWriter();
    const all = writer.open(1);
    const resourceStart = writer.open(1);
    for (const name in resource) writer.attribute(1, name, resource[name]);
    writer.close(resourceStart);
    const spans = writer.open(2);
    const scopeStart = writer.open(1);
    writer.text(1, scope.name);
    writer.text(2, scope.version);
    writer.close(scopeStart);
    writer.bytes(this.writer.written());
    writer.close(spans);
    writer.close(all);
    return writer.written();
  }
}

function writeSpan(writer: ProtoWriter, span: SpanData, ids: SpanIds): void {
  writer.hex(1, ids.traceId);
  writer.hex(2, ids.spanId);
  if (ids.parentSpanId !== "") writer.hex(4, ids.parentSpanId);
  writer.text(5, span.name);
  writer.int(6, KIND_CLIENT);
  writer.time(7, span.startMs);
  writer.time(8, span.endMs);
  span.describe(writer);
  for (const event of span.events) {
    const start = writer.open(11);
    writer.time(1, event.timeMs);
    writer.text(2, event.name);
    for (const name in event.attributes) writer.attribute(3, name, event.attributes[name]);
    writer.close(start);
  }
  if (!span.failed) return;
  const start = writer.open(15);
  writer.int(3, STATUS_ERROR);
  writer.close(start);
}

const START_BYTES = 16_384;
/** Bytes reserved for the length of an open message, enough for an attribute; closing a longer one moves its content. */
const LENGTH_BYTES = 1;
/** Texts up to this length are copied by a loop, which beats the call into native code. */
const SHORT = 64;

/** Attribute names recur with every span, and many values too. */
interface KnownKey {
  /** `KeyValue.key`, tag and length included. */
  readonly key: Uint8Array;
  /** The text that was written last under this name, and the whole attribute as it was written. */
  text: string | null;
  whole: Uint8Array;
}

const NONE = new Uint8Array(0);
const keys = new Map<string, KnownKey>();
/** Tags are named by the application: names beyond this are written without being kept. */
const MAX_KEYS = 1000;

function knownKey(name: string): KnownKey {
  const seen = keys.get(name);
  if (seen !== undefined) return seen;
  const writer = new ProtoWriter(name.length * 3 + 16);
  writer.text(1, name);
  const made = { key: new Uint8Array(writer.written()), text: null, whole: NONE };
  if (keys.size < MAX_KEYS) keys.set(name, made);
  return made;
}

/** The last second that was written, in nanoseconds, as two halves: beyond 2^53 numbers are not exact. */
let second = Number.NaN;
let secondLow = 0;
let secondHigh = 0;

/** Field 9 of a Span. */
const SPAN_ATTRIBUTES = 9;

/** A growing buffer with the few wire types that spans need. */
class ProtoWriter implements AttributeSink {
  private buffer: Buffer;
  private at = 0;

  constructor(size = START_BYTES) {
    this.buffer = Buffer.allocUnsafe(size);
  }

  /** What was written, valid until more is written. */
  written(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** Begins a nested message; the result goes to `close`. */
  open(field: number): number {
    this.room(12);
    this.varint(field * 8 + 2);
    this.at += LENGTH_BYTES;
    return this.at;
  }

  /** Ends the message that was opened at `start`: now its length is known. */
  close(start: number): void {
    const length = this.at - start;
    const size = varintSize(length);
    if (size !== LENGTH_BYTES) {
      this.room(8);
      this.buffer.copyWithin(start - LENGTH_BYTES + size, start, this.at);
    }
    this.at = start - LENGTH_BYTES;
    this.varint(length);
    this.at += length;
  }

  /** Takes back a message that was opened at `start` and cannot be ended; its tag must fit one byte. */
  undo(start: number): void {
    this.at = start - LENGTH_BYTES - 1;
  }

  bytes(value: Uint8Array): void {
    this.room(value.byteLength);
    this.buffer.set(value, this.at);
    this.at += value.byteLength;
  }

  /** An attribute of a span; nothing for a value that is unset. */
  put(name: string, value: AttributeValue | null | undefined): void {
    if (value === undefined || value === null) return;
    const known = knownKey(name);
    // A list of one, as headers are written, is remembered as well; their texts differ in kind from those of plain values.
    const text = typeof value === "object" && value.length === 1 ? value[0] : value;
    if (known.text !== null && text === known.text) {
      this.bytes(known.whole);
      return;
    }
    const start = this.at;
    this.keyValue(SPAN_ATTRIBUTES, known.key, value);
    if (typeof text !== "string" || text.length > SHORT) return;
    known.text = text;
    known.whole = new Uint8Array(this.buffer.subarray(start, this.at));
  }

  /** A KeyValue; nothing for a value that is unset. */
  attribute(field: number, name: string, value: AttributeValue | null | undefined): void {
    if (value !== undefined && value !== null) this.keyValue(field, knownKey(name).key, value);
  }

  private keyValue(field: number, key: Uint8Array, value: AttributeValue): void {
    this.room(key.length + 24);
    const start = this.open(field);
    this.buffer.set(key, this.at);
    this.at += key.length;
    const valueStart = this.open(2);
    this.value(value);
    this.close(valueStart);
    this.close(start);
  }

  private value(value: AttributeValue): void {
    if (typeof value === "string") this.text(1, value);
    else if (typeof value === "boolean") this.int(2, value ? 1 : 0);
    else if (typeof value === "number") {
      if (Number.isSafeInteger(value) && value >= 0) this.int(3, value);
      else this.double(4, value);
    } else {
      const list = this.open(5);
      for (const item of value) {
        if (item === null || item === undefined) continue;
        const start = this.open(1);
        this.value(item);
        this.close(start);
      }
      this.close(list);
    }
  }

  text(field: number, value: string): void {
    const { length } = value;
    this.room(16 + length * 3);
    this.varint(field * 8 + 2);
    if (length <= SHORT && this.ascii(value)) return;
    const bytes = Buffer.byteLength(value);
    this.varint(bytes);
    this.at += this.buffer.write(value, this.at, "utf8");
  }

  /** Writes length and text when the text is ASCII; else nothing. */
  private ascii(value: string): boolean {
    const { buffer } = this;
    let at = this.at + 1;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      buffer[at++] = code;
    }
    buffer[this.at] = value.length;
    this.at = at;
    return true;
  }

  hex(field: number, value: string): void {
    const length = value.length / 2;
    this.room(12 + length);
    this.varint(field * 8 + 2);
    this.varint(length);
    this.at += this.buffer.write(value, this.at, "hex");
  }

  /** A non-negative safe integer as varint; zero is written too, since presence matters inside a oneof. */
  int(field: number, value: number): void {
    this.room(12);
    this.varint(field * 8);
    this.varint(value);
  }

  double(field: number, value: number): void {
    this.room(12);
    this.varint(field * 8 + 1);
    this.at = this.buffer.writeDoubleLE(value, this.at);
  }

  /** Epoch milliseconds as fixed64 nanoseconds. */
  time(field: number, epochMs: number): void {
    this.room(12);
    this.varint(field * 8 + 1);
    const seconds = Math.max(0, Math.floor(epochMs / 1000));
    if (seconds !== second) {
      second = seconds;
      const nanos = BigInt(seconds) * 1_000_000_000n;
      secondLow = Number(nanos & 0xffff_ffffn);
      secondHigh = Number(nanos >> 32n);
    }
    const low = secondLow + Math.max(0, Math.round((epochMs - seconds * 1000) * 1e6));
    this.at = this.buffer.writeUInt32LE(low % 2 ** 32, this.at);
    this.at = this.buffer.writeUInt32LE(secondHigh + Math.floor(low / 2 ** 32), this.at);
  }

  private varint(value: number): void {
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
