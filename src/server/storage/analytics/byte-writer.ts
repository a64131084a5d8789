const FIRST_BYTES = 64 * 1024;
/** A writer that has grown beyond this is not worth keeping between blocks. */
const MAX_KEPT_BYTES = 24 * 1024 * 1024;
const HIGH_WORD = 4_294_967_296;

/** Bytes written one after the other into one growing buffer. Numbers are little-endian. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** The same bytes: its setters are compiled to single instructions, those of Buffer are calls. */
  private view = viewOf(this.buffer);
  private length = 0;

  /** What was written, as a view that the next write after `clear` overwrites. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Whether the buffer is small enough to be kept for later use. */
  get isModest(): boolean {
    return this.buffer.length <= MAX_KEPT_BYTES;
  }

  u8(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A whole number within ±2^53 as 64 bits, two's complement. */
  i64(value: number): void {
    this.reserve(8);
    this.view.setInt32(this.length, value | 0, true);
    this.view.setInt32(this.length + 4, Math.floor(value / HIGH_WORD), true);
    this.length += 8;
  }

  /** The low 64 bits of a whole number, two's complement. */
  big64(value: bigint): void {
    this.reserve(8);
    this.view.setBigInt64(this.length, value, true);
    this.length += 8;
  }

  /** `count` bytes of one value. */
  fill(value: number, count: number): void {
    this.reserve(count);
    this.buffer.fill(value, this.length, this.length + count);
    this.length += count;
  }

  /** Bytes one after the other. */
  u8s(values: Uint8Array): void {
    this.reserve(values.length);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  /** Room for one byte per entry, all zero; returns where it starts, for `mark`. */
  marks(count: number): number {
    const start = this.length;
    this.fill(0, count);
    return start;
  }

  /** Sets one byte of what was written already to 1. */
  mark(position: number): void {
    this.buffer[position] = 1;
  }

  /** A length as LEB128. */
  varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  /** Length in bytes, then UTF-8. A lone half of a surrogate pair becomes U+FFFD. */
  text(value: string): void {
    const size = value.length;
    if (size < 128 && this.shortAscii(value, size)) return;
    const bytes = Buffer.byteLength(value, "utf8");
    this.varint(bytes);
    this.reserve(bytes);
    this.length += this.buffer.write(value, this.length, "utf8");
  }

  /** Most of our text is short and plain: a loop is several times faster than a call into the runtime. */
  private shortAscii(value: string, size: number): boolean {
    this.reserve(size + 1);
    const { buffer } = this;
    let at = this.length;
    buffer[at++] = size;
    for (let index = 0; index < size; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    this.length = at;
    return true;
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    this.grow(needed);
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
    this.view = viewOf(grown);
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
