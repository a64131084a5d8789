import { AppError } from "../domain/errors.js";

/** Protobuf wire types (https://protobuf.dev/programming-guides/encoding/, read 2026-11-22). */
export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_GROUP_START = 3;
export const WIRE_GROUP_END = 4;
export const WIRE_FIXED32 = 5;

/** Groups are long deprecated; a sender may still nest a few unknown ones. */
const MAX_GROUP_DEPTH = 32;

/**
 * A cursor over one protobuf message. Every read names the end of the message it belongs to (exclusive), so that no length
 * can reach into a neighbour. All reads throw AppError `invalid_request` on broken framing; they never read past the buffer.
 */
export class ProtobufReader {
  pos = 0;
  /** Wire type of the tag last read by `tag`. */
  wireType = 0;
  /** Low and high 32 bits of the varint last read by `varint`. */
  low = 0;
  high = 0;
  readonly view: DataView;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Field number of the next field, at least 1; leaves its wire type in `wireType`. */
  tag(end: number): number {
    const tag = this.uint32(end);
    this.wireType = tag & 7;
    if (tag < 8) throw malformed("field number 0");
    return tag >>> 3;
  }

  /** A varint that must fit in 32 bits: a tag or a length. */
  uint32(end: number): number {
    if (this.pos < end) {
      const first = this.bytes[this.pos] ?? 0;
      if (first < 0x80) {
        this.pos += 1;
        return first;
      }
    }
    this.varint(end);
    if (this.high !== 0) throw malformed("number out of range");
    return this.low >>> 0;
  }

  /** Reads a varint of 1 to 10 bytes into `low` and `high`; bits beyond 64 are dropped, as protobuf does. */
  varint(end: number): void {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    let pos = this.pos;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= end) throw malformed("truncated number");
      const byte = bytes[pos] ?? 0;
      pos += 1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= shift < 64 ? bits << (shift - 32) : 0;
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        this.pos = pos;
        return;
      }
    }
    throw malformed("number longer than 10 bytes");
  }

  /** A signed 64-bit varint: a number while exact (|v| < 2^53), else a bigint. */
  int64(end: number): number | bigint {
    this.varint(end);
    const high = this.high | 0;
    const low = this.low >>> 0;
    const value = high * 4294967296 + low;
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
  }

  /** An enum or int32: the low 32 bits, signed. */
  int32(end: number): number {
    this.varint(end);
    return this.low | 0;
  }

  bool(end: number): boolean {
    this.varint(end);
    return (this.low | this.high) !== 0;
  }

  /** Reads a length and returns where that field ends (exclusive), never beyond `end`. */
  fieldEnd(end: number): number {
    const length = this.uint32(end);
    if (length > end - this.pos) throw malformed("length beyond the end of the message");
    return this.pos + length;
  }

  /** An unsigned 64-bit little-endian integer. */
  fixed64(end: number): bigint {
    return this.view.getBigUint64(this.take(8, end), true);
  }

  /** A signed 64-bit little-endian integer: a number while exact (|v| < 2^53), else a bigint. */
  sfixed64(end: number): number | bigint {
    const at = this.take(8, end);
    const low = this.view.getUint32(at, true);
    const high = this.view.getInt32(at + 4, true);
    const value = high * 4294967296 + low;
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
  }

  double(end: number): number {
    return this.view.getFloat64(this.take(8, end), true);
  }

  /** The rest of the field as text; invalid UTF-8 becomes U+FFFD. */
  text(fieldEnd: number): string {
    const start = this.pos;
    this.pos = fieldEnd;
    return start === fieldEnd ? "" : this.bytes.toString("utf8", start, fieldEnd);
  }

  /** The rest of the field as lower-case hex when it has exactly `bytes` bytes, else "". */
  id(fieldEnd: number, bytes: number): string {
    const start = this.pos;
    this.pos = fieldEnd;
    return fieldEnd - start === bytes ? this.bytes.toString("hex", start, fieldEnd) : "";
  }

  /** Skips the field whose tag (`field`, `wireType`) was just read. */
  skip(field: number, end: number): void {
    this.#skip(field, this.wireType, end, 0);
  }

  /** Moves `count` bytes on; returns where they start. */
  take(count: number, end: number): number {
    const at = this.pos;
    if (count > end - at) throw malformed("truncated field");
    this.pos = at + count;
    return at;
  }

  #skip(field: number, wireType: number, end: number, depth: number): void {
    if (wireType === WIRE_VARINT) this.varint(end);
    else if (wireType === WIRE_FIXED64) this.take(8, end);
    else if (wireType === WIRE_BYTES) this.pos = this.fieldEnd(end);
    else if (wireType === WIRE_FIXED32) this.take(4, end);
    else if (wireType === WIRE_GROUP_START) this.#skipGroup(field, end, depth);
    else throw malformed(`wire type ${wireType}`);
  }

  #skipGroup(field: number, end: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) throw malformed("groups nested too deep");
    for (;;) {
      const inner = this.tag(end);
      const wireType = this.wireType;
      if (wireType === WIRE_GROUP_END) {
        if (inner !== field) throw malformed("group ended by another");
        return;
      }
      this.#skip(inner, wireType, end, depth + 1);
    }
  }
}

/** The error of bytes that are no protobuf message. `why` names the fault, never the data. */
export function malformed(why: string): AppError {
  return new AppError("invalid_request", `The body is not a valid protobuf message: ${why}.`);
}
