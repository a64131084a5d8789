import { fillRandom } from "./random-bytes.js";

/** Bytes reserved for the length of an open message, enough for an attribute; closing a longer one moves its content. */
const LENGTH_BYTES = 1;
/** Texts up to this length are copied by a loop, which beats the call into native code. */
const SHORT = 64;

/** The last second that was written, in nanoseconds, as two halves: beyond 2^53 numbers are not exact. */
let second = Number.NaN;
let secondLow = 0;
let secondHigh = 0;

/** A growing buffer with the few protobuf wire types that spans need. Encoding: https://protobuf.dev/programming-guides/encoding, read 2026-11-22. */
export class ProtoWriter {
  private buffer: Buffer;
  private at = 0;

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.at;
  }

  /** What was written, valid until more is written. */
  written(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** Forgets what was written from `length` on. */
  cut(length: number): void {
    this.at = length;
  }

  /** Puts all that `other` holds in the place of the `size` bytes at `at`. */
  replace(at: number, size: number, other: ProtoWriter): void {
    const grown = other.at - size;
    if (grown !== 0) {
      if (grown > 0) this.room(grown);
      this.buffer.copyWithin(at + other.at, at + size, this.at);
      this.at += grown;
    }
    copy(other.buffer, other.at, this.buffer, at);
  }

  /** Adds all that `other` holds. */
  append(other: ProtoWriter): void {
    this.room(other.at);
    copy(other.buffer, other.at, this.buffer, this.at);
    this.at += other.at;
  }

  /** Adds the `size` bytes that `other` holds at `from`. */
  take(other: ProtoWriter, from: number, size: number): void {
    this.room(size);
    this.buffer.set(other.buffer.subarray(from, from + size), this.at);
    this.at += size;
  }

  /** Where the content of the nested message at `at` begins, its field number being below 16. */
  inside(at: number): number {
    let next = at + 1;
    while ((this.buffer[next] ?? 0) > 127) next += 1;
    return next + 1;
  }

  /** Where the `count` nested messages from `at` on end, all of field numbers below 16. */
  afterMessages(at: number, count: number): number {
    let next = at;
    for (let message = 0; message < count; message += 1) {
      let length = 0;
      let scale = 1;
      next += 1;
      for (; (this.buffer[next] ?? 0) > 127; next += 1) {
        length += ((this.buffer[next] ?? 0) - 128) * scale;
        scale *= 128;
      }
      next += 1 + length + (this.buffer[next] ?? 0) * scale;
    }
    return next;
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

  /** Begins a nested message whose `length` is known. */
  head(field: number, length: number): void {
    this.room(12);
    this.varint(field * 8 + 2);
    this.varint(length);
  }

  bytes(value: Uint8Array): void {
    this.room(value.byteLength);
    copy(value, value.byteLength, this.buffer, this.at);
    this.at += value.byteLength;
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

  /** A field of `length` random bytes: an id. */
  random(field: number, length: number): void {
    this.room(12 + length);
    this.varint(field * 8 + 2);
    this.varint(length);
    fillRandom(this.buffer, this.at, length);
    this.at += length;
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

/** The first `length` bytes of `from`, put into `to` at `at`. */
function copy(from: Uint8Array, length: number, to: Buffer, at: number): void {
  if (length <= SHORT) for (let index = 0; index < length; index += 1) to[at + index] = from[index] ?? 0;
  else to.set(from.subarray(0, length), at);
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
