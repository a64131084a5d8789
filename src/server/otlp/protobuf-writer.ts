/** Builds the few small messages we answer with; requests are never written here. */
export class ProtobufWriter {
  readonly #bytes: number[] = [];

  /** A varint field; zero, the default of proto3, is left out. `value` is a non-negative safe integer. */
  varint(field: number, value: number): this {
    if (value !== 0) {
      this.#number(field * 8);
      this.#number(value);
    }
    return this;
  }

  /** A text field; empty text, the default of proto3, is left out. */
  text(field: number, value: string): this {
    return value === "" ? this : this.message(field, Buffer.from(value, "utf8"));
  }

  /** A message or bytes field, written even when it is empty. */
  message(field: number, value: Uint8Array): this {
    this.#number(field * 8 + 2);
    this.#number(value.length);
    for (const byte of value) this.#bytes.push(byte);
    return this;
  }

  finish(): Buffer {
    return Buffer.from(this.#bytes);
  }

  #number(value: number): void {
    let left = value;
    while (left >= 0x80) {
      this.#bytes.push((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    this.#bytes.push(left);
  }
}
