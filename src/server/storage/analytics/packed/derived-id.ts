const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TRACE_LENGTH = 32;
const SPAN_LENGTH = 16;
const ID_LENGTH = 22;
const NO_DIGIT = 16;

/** Value of each hexadecimal digit by its character code. */
const HEX = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * Whether a ledger id is the one made of the record's own ids: base64url of the second half of its trace id and of its span id. Such an
 * id is not stored: the table's column `call_id` makes it again. Never throws.
 */
export function isDerivedId(id: string, traceId: string, spanId: string): boolean {
  if (id.length !== ID_LENGTH || traceId.length !== TRACE_LENGTH || spanId.length !== SPAN_LENGTH)
    return false;
  let bits = 0;
  let width = 0;
  let at = 0;
  for (let index = 0; index < TRACE_LENGTH; index += 1) {
    const code =
      index < SPAN_LENGTH ? traceId.charCodeAt(SPAN_LENGTH + index) : spanId.charCodeAt(index - SPAN_LENGTH);
    const value = HEX[code] ?? NO_DIGIT;
    if (value === NO_DIGIT) return false;
    bits = ((bits << 4) | value) & 0xfff;
    width += 4;
    if (width < 6) continue;
    width -= 6;
    if (DIGITS.charCodeAt((bits >> width) & 63) !== id.charCodeAt(at)) return false;
    at += 1;
  }
  return DIGITS.charCodeAt((bits << (6 - width)) & 63) === id.charCodeAt(at);
}

/** The id that `isDerivedId` stands for. @throws nothing; text of other than hexadecimal digits gives an id of no use. */
export function derivedId(traceId: string, spanId: string): string {
  return Buffer.from(traceId.slice(SPAN_LENGTH) + spanId, "hex").toString("base64url");
}
