import { AppError } from "../../domain/errors.js";
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
  /** The value that `get` takes out of each row, row by row: no list of values is made, they would be most of a block's garbage. */
  values<Row>(out: ByteWriter, rows: readonly Row[], get: (row: Row) => Value): void;
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
): PlainEncoder<Value> {
  return {
    type,
    zero,
    zeroBytes,
    write,
    prefix: () => undefined,
    values: (out, rows, get) => {
      for (const row of rows) write(out, get(row));
    },
  };
}

export const text = plain("String", "", 1, (out, value: string) => out.text(value));
export const bool = plain("Bool", false, 1, (out, value: boolean) => out.u8(value ? 1 : 0));
export const uint16 = plain("UInt16", 0, 2, (out, value: number) => out.u16(value));
export const uint32 = plain("UInt32", 0, 4, (out, value: number) => out.u32(value));
/** Whole numbers within ±2^53. */
export const int64 = plain("Int64", 0, 8, (out, value: number) => out.i64(value));
export const uint64 = plain("UInt64", 0n, 8, (out, value: bigint) => out.big64(value));
export const uint64FromNumber = plain("UInt64", 0, 8, (out, value: number) => out.i64(value));
export const float64 = plain("Float64", 0, 8, (out, value: number) => out.f64(value));
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
  const { zero, zeroBytes, write } = inner;
  return {
    type: `Nullable(${inner.type})`,
    prefix: () => undefined,
    values: (out, rows, get) => {
      const nulls = out.marks(rows.length);
      // Most columns that may be empty are, from end to end: nulls are written many at a time.
      let pending = 0;
      for (let index = 0; index < rows.length; index += 1) {
        const value = get(rows[index] as (typeof rows)[number]);
        if (value === null) {
          out.mark(nulls + index);
          pending += 1;
          continue;
        }
        if (pending > 0) {
          out.fill(0, pending * zeroBytes);
          pending = 0;
        }
        write(out, value ?? zero);
      }
      if (pending > 0) out.fill(0, pending * zeroBytes);
    },
  };
}

/** Lists of the inner type. */
export function array<Value>(inner: Encoder<Value>): Encoder<readonly Value[]> {
  return {
    type: `Array(${inner.type})`,
    prefix: (out) => inner.prefix(out),
    values: (out, rows, get) => {
      const flat: Value[] = [];
      for (const row of rows) {
        for (const value of get(row)) flat.push(value);
        out.i64(flat.length);
      }
      inner.values(out, flat, itself);
    },
  };
}

function itself<Value>(value: Value): Value {
  return value;
}

/** `Map(LowCardinality(String), String)`. */
export const tagMap: Encoder<Readonly<Record<string, string>>> = {
  type: "Map(LowCardinality(String), String)",
  prefix: writeDictionaryVersion,
  values: (out, rows, get) => {
    const keys: string[] = [];
    const texts: string[] = [];
    for (const row of rows) {
      const map = get(row);
      for (const key in map) {
        if (!Object.hasOwn(map, key)) continue;
        keys.push(key);
        texts.push(map[key] ?? "");
      }
      out.i64(keys.length);
    }
    writeDictionary(out, keys, itself, []);
    text.values(out, texts, itself);
  },
};

/** Text of few different values. */
export const lowCardinality: Encoder<string> = {
  type: "LowCardinality(String)",
  prefix: writeDictionaryVersion,
  values: (out, rows, get) => writeDictionary(out, rows, get, []),
};

/** The same, or `null`. */
export const lowCardinalityOrNull: Encoder<string | null> = {
  type: "LowCardinality(Nullable(String))",
  prefix: writeDictionaryVersion,
  values: (out, rows, get) => writeDictionary(out, rows, get, [null]),
};

/** SharedDictionariesWithAdditionalKeys. */
function writeDictionaryVersion(out: ByteWriter): void {
  out.i64(1);
}

/** HasAdditionalKeys and NeedUpdateDictionary: this block brings its own keys. */
const OWN_KEYS = 0x600;

/** Positions of the block being written: one at a time, so one list serves all. */
let indexes = new Uint32Array(8192);

/** Keys, then each value's position among them. In a nullable dictionary the first key stands for NULL. */
function writeDictionary<Row>(
  out: ByteWriter,
  rows: readonly Row[],
  get: (row: Row) => string | null,
  first: readonly null[],
): void {
  const { length } = rows;
  if (length === 0) return;
  if (indexes.length < length) indexes = new Uint32Array(length);
  let last = get(rows[0] as Row);
  let row = 1;
  while (row < length && get(rows[row] as Row) === last) row += 1;
  if (row === length) return writeConstant(out, last, length, first);
  const positions = new Map<string | null, number>(first.map((key, index) => [key, index]));
  let lastIndex = positionOf(positions, last);
  indexes.fill(lastIndex, 0, row);
  for (; row < length; row += 1) {
    const value = get(rows[row] as Row);
    // Neighbours are mostly equal: then the text need not be hashed.
    if (value !== last) {
      last = value;
      lastIndex = positionOf(positions, value);
    }
    indexes[row] = lastIndex;
  }
  writeIndexed(out, positions, indexes.subarray(0, length));
}

function writeIndexed(
  out: ByteWriter,
  positions: ReadonlyMap<string | null, number>,
  chosen: Uint32Array,
): void {
  const width = positions.size <= 0xff ? 0 : positions.size <= 0xffff ? 1 : 2;
  out.i64(OWN_KEYS | width);
  out.i64(positions.size);
  for (const key of positions.keys()) out.text(key ?? "");
  out.i64(chosen.length);
  if (width === 0) for (const index of chosen) out.u8(index);
  else if (width === 1) for (const index of chosen) out.u16(index);
  else for (const index of chosen) out.u32(index);
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

/**
 * 128 bits, two's complement, of the text's value times 10^12. The usual amount fits a binary number exactly, and its digits are read
 * one by one: pieces of text would be most of the work.
 */
function writeDecimal12(out: ByteWriter, value: string): void {
  const { length } = value;
  const point = value.indexOf(".");
  const whole = point < 0 ? length : point;
  const fraction = point < 0 ? 0 : length - point - 1;
  if (fraction > SCALE)
    throw new AppError("invalid_request", "An amount has more than 12 digits of fraction");
  if (whole + SCALE > EXACT_DIGITS || value.charCodeAt(0) === MINUS) return writeLong(out, value, whole);
  let scaled = 0;
  for (let index = 0; index < length; index += 1) {
    if (index !== point) scaled = scaled * 10 + value.charCodeAt(index) - ZERO;
  }
  out.i64(scaled * (POWERS[SCALE - fraction] ?? Number.NaN));
  out.i64(0);
}

const MINUS = 45;
const ZERO = 48;
/** Exact: powers of ten up to the twelfth. */
const POWERS = Array.from({ length: SCALE + 1 }, (_, exponent) => Number(`1e${exponent}`));

function writeLong(out: ByteWriter, value: string, whole: number): void {
  const scaled = BigInt(value.slice(0, whole) + value.slice(whole + 1).padEnd(SCALE, "0"));
  out.big64(scaled);
  out.big64(scaled >> 64n);
}
