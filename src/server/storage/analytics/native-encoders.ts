import type { ByteWriter } from "./byte-writer.js";

/**
 * How a column of one type stands in a block of ClickHouse's Native format at revision 0
 * (https://clickhouse.com/docs/interfaces/formats/Native and src/DataTypes/Serializations, read 2026-11-25): a state prefix of the
 * whole column, then its values.
 */
export interface Encoder<Value> {
  /** The type's name in SQL. */
  readonly type: string;
  prefix(out: ByteWriter): void;
  values(out: ByteWriter, values: readonly Value[]): void;
}

/** An encoder whose values stand one after the other, each by itself. */
interface PlainEncoder<Value> extends Encoder<Value> {
  /** Stands for NULL's value, which is written but never read. */
  readonly zero: Value;
  /** Bytes of the zero value, which are all zero. */
  readonly zeroBytes: number;
  readonly write: (this: void, out: ByteWriter, value: Value) => void;
}

function plain<Value>(
  type: string,
  zero: Value,
  zeroBytes: number,
  write: (out: ByteWriter, value: Value) => void,
  writeAll?: (out: ByteWriter, values: readonly Value[]) => void,
): PlainEncoder<Value> {
  const values = (out: ByteWriter, all: readonly Value[]): void => {
    for (const value of all) write(out, value);
  };
  return { type, zero, zeroBytes, write, prefix: () => undefined, values: writeAll ?? values };
}

export const text = plain("String", "", 1, (out, value: string) => out.text(value));
export const bool = plain("Bool", false, 1, (out, value: boolean) => out.u8(value ? 1 : 0));
export const uint16 = plain("UInt16", 0, 2, (out, value: number) => out.u16(value));
export const uint32 = plain("UInt32", 0, 4, (out, value: number) => out.u32(value));
/** Whole numbers within ±2^53. */
export const int64 = plain(
  "Int64",
  0,
  8,
  (out, value: number) => out.i64(value),
  (out, values) => out.i64s(values),
);
export const uint64 = plain("UInt64", 0n, 8, (out, value: bigint) => out.big64(value));
export const uint64FromNumber = plain("UInt64", 0, 8, (out, value: number) => out.i64(value));
export const float64 = plain(
  "Float64",
  0,
  8,
  (out, value: number) => out.f64(value),
  (out, values) => out.f64s(values),
);
/** Nanoseconds since the epoch. */
export const nanoTime = plain("DateTime64(9, 'UTC')", 0n, 8, (out, value: bigint) => out.big64(value));
/** Milliseconds since the epoch. */
export const milliTime = plain("DateTime64(3, 'UTC')", 0, 8, (out, value: number) => out.i64(value));
/** Decimal text with at most 12 digits of fraction. */
export const decimal12 = plain("Decimal(38, 12)", "0", 16, writeDecimal12);
/** A number of seconds, kept to the microsecond. */
export const decimal6 = plain("Decimal(18, 6)", 0, 8, (out, value: number) =>
  out.i64(Math.round(value * 1e6)),
);

/** `null` or a value of the inner type. */
export function nullable<Value>(inner: PlainEncoder<Value>): Encoder<Value | null> {
  const { zero, zeroBytes } = inner;
  return {
    type: `Nullable(${inner.type})`,
    prefix: () => undefined,
    values: (out, values) => {
      const nulls = new Uint8Array(values.length);
      let absent = 0;
      for (let row = 0; row < values.length; row += 1) {
        if (values[row] === null) {
          nulls[row] = 1;
          absent += 1;
        }
      }
      out.u8s(nulls);
      // Most columns that may be empty are, from end to end.
      if (absent === values.length) out.fill(0, absent * zeroBytes);
      else
        inner.values(
          out,
          values.map((value) => value ?? zero),
        );
    },
  };
}

/** Lists of the inner type. */
export function array<Value>(inner: Encoder<Value>): Encoder<readonly Value[]> {
  return {
    type: `Array(${inner.type})`,
    prefix: (out) => inner.prefix(out),
    values: (out, values) => {
      const flat: Value[] = [];
      for (const list of values) {
        for (const value of list) flat.push(value);
        out.i64(flat.length);
      }
      inner.values(out, flat);
    },
  };
}

/** `Map(LowCardinality(String), String)`. */
export const tagMap: Encoder<Readonly<Record<string, string>>> = {
  type: "Map(LowCardinality(String), String)",
  prefix: writeDictionaryVersion,
  values: (out, values) => {
    const keys: string[] = [];
    const texts: string[] = [];
    for (const map of values) {
      for (const key of Object.keys(map)) {
        keys.push(key);
        texts.push(map[key] ?? "");
      }
      out.i64(keys.length);
    }
    writeDictionary(out, keys, []);
    text.values(out, texts);
  },
};

/** Text of few different values. */
export const lowCardinality: Encoder<string> = {
  type: "LowCardinality(String)",
  prefix: writeDictionaryVersion,
  values: (out, values) => writeDictionary(out, values, []),
};

/** The same, or `null`. */
export const lowCardinalityOrNull: Encoder<string | null> = {
  type: "LowCardinality(Nullable(String))",
  prefix: writeDictionaryVersion,
  values: (out, values) => writeDictionary(out, values, [null]),
};

/** SharedDictionariesWithAdditionalKeys. */
function writeDictionaryVersion(out: ByteWriter): void {
  out.i64(1);
}

/** HasAdditionalKeys and NeedUpdateDictionary: this block brings its own keys. */
const OWN_KEYS = 0x600;

/** Keys, then each value's position among them. In a nullable dictionary the first key stands for NULL. */
function writeDictionary(out: ByteWriter, values: readonly (string | null)[], first: readonly null[]): void {
  if (values.length === 0) return;
  const [one] = values;
  if (one !== undefined && isConstant(values, one)) return writeConstant(out, one, values.length, first);
  const positions = new Map<string | null, number>(first.map((key, index) => [key, index]));
  const indexes = new Uint32Array(values.length);
  let last: string | null | undefined;
  let lastIndex = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? null;
    // Neighbours are mostly equal: then the text need not be hashed.
    if (value !== last) {
      last = value;
      lastIndex = positionOf(positions, value);
    }
    indexes[row] = lastIndex;
  }
  const width = positions.size <= 0xff ? 0 : positions.size <= 0xffff ? 1 : 2;
  out.i64(OWN_KEYS | width);
  out.i64(positions.size);
  for (const key of positions.keys()) out.text(key ?? "");
  out.i64(indexes.length);
  if (width === 0) {
    out.u8s(Uint8Array.from(indexes));
    return;
  }
  for (const index of indexes) {
    if (width === 1) out.u16(index);
    else out.u32(index);
  }
}

function isConstant(values: readonly (string | null)[], one: string | null): boolean {
  for (const value of values) if (value !== one) return false;
  return true;
}

/** A dictionary column of one value: most of them, in most blocks. */
function writeConstant(out: ByteWriter, value: string | null, rows: number, first: readonly null[]): void {
  const keys = value === null || first.length === 0 ? 1 : 2;
  out.i64(OWN_KEYS);
  out.i64(keys);
  if (keys === 2) out.text("");
  out.text(value ?? "");
  out.i64(rows);
  out.fill(keys - 1, rows);
}

function positionOf(positions: Map<string | null, number>, value: string | null): number {
  const known = positions.get(value);
  if (known !== undefined) return known;
  const added = positions.size;
  positions.set(value, added);
  return added;
}

const SCALE = 12;
/** Digits that a binary number holds exactly. */
const EXACT_DIGITS = 15;

/** 128 bits, two's complement, of the text's value times 10^12. The usual amount fits a binary number exactly. */
function writeDecimal12(out: ByteWriter, value: string): void {
  const point = value.indexOf(".");
  const whole = point < 0 ? value : value.slice(0, point);
  const digits = whole + (point < 0 ? "" : value.slice(point + 1)).padEnd(SCALE, "0");
  if (digits.length <= EXACT_DIGITS) {
    const scaled = Number(digits);
    out.i64(scaled);
    out.i64(scaled < 0 ? -1 : 0);
    return;
  }
  const scaled = BigInt(digits);
  out.big64(scaled);
  out.big64(scaled >> 64n);
}
