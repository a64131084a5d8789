import type { AttributeValue } from "../domain/span.js";
import type { DecodeOptions } from "./limits.js";

export type JsonObject = Readonly<Record<string, unknown>>;

const MAX_UINT64 = (1n << 64n) - 1n;
const MAX_INT64 = (1n << 63n) - 1n;
const MIN_INT64 = -(1n << 63n);
const DECIMAL = /^-?\d{1,20}$/;
const NON_FINITE: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** The object itself, or null for any other JSON value, arrays included. */
export function jsonObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The array itself; empty for any other JSON value. */
export function jsonArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The text itself when it is at most `maxLength` long, else "". */
export function jsonText(value: unknown, maxLength: number): string {
  return typeof value === "string" && value.length <= maxLength ? value : "";
}

/** A 64-bit integer given as decimal string or number, exact; null when it is neither or out of range. */
export function jsonInteger(value: unknown): bigint | null {
  if (typeof value === "number") return Number.isInteger(value) ? inRange(BigInt(value)) : null;
  return typeof value === "string" && DECIMAL.test(value) ? inRange(BigInt(value)) : null;
}

/** An unsigned 64-bit integer, e.g. nanoseconds; 0 when missing or unreadable. */
export function jsonUint64(value: unknown): bigint {
  const integer = jsonInteger(value);
  return integer === null || integer < 0n ? 0n : integer;
}

/** An enum or 32-bit integer; 0 when missing or unreadable (enum names are not OTLP). */
export function jsonInt32(value: unknown): number {
  const integer = jsonInteger(value);
  return integer === null || integer > 0x7fffffffn || integer < -0x80000000n ? 0 : Number(integer);
}

/** A double given as number, decimal string or "NaN", "Infinity", "-Infinity"; null for anything else. */
export function jsonDouble(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return null;
  const special = NON_FINITE.get(value);
  if (special !== undefined) return special;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

function inRange(value: bigint): bigint | null {
  return value <= MAX_UINT64 && value >= MIN_INT64 ? value : null;
}

function exactNumber(value: bigint): number | bigint {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

/**
 * Attributes of OTLP/JSON: a list of `{ key, value }`, or, as some senders write it, one object of names and values.
 * The last of equal names wins; unwanted names and what lies beyond the limits are dropped. Never throws.
 */
export function jsonAttributes(value: unknown, options: DecodeOptions): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, member] of attributePairs(value)) {
    if (!options.keepAttribute(key)) continue;
    if (attributes.size >= options.limits.attributes && !attributes.has(key)) continue;
    attributes.set(key, jsonValue(member, options, 0));
  }
  return attributes;
}

function* attributePairs(value: unknown): Generator<[string, unknown]> {
  const object = jsonObject(value);
  if (object !== null) {
    yield* Object.entries(object);
    return;
  }
  for (const element of jsonArray(value)) {
    const pair = jsonObject(element);
    if (pair !== null) yield [typeof pair["key"] === "string" ? pair["key"] : "", pair["value"]];
  }
}

type ValueReader = (member: unknown, options: DecodeOptions, depth: number) => AttributeValue;

/** The members of an AnyValue, one of which is set. */
const ANY_VALUE: readonly (readonly [name: string, read: ValueReader])[] = [
  ["stringValue", readText],
  ["intValue", readInteger],
  ["doubleValue", (member) => jsonDouble(member)],
  ["boolValue", (member) => (typeof member === "boolean" ? member : null)],
  [
    "arrayValue",
    (member, options, depth) => readList(jsonArray(jsonObject(member)?.["values"]), options, depth),
  ],
  [
    "kvlistValue",
    (member, options, depth) => readMap(attributePairs(jsonObject(member)?.["values"]), options, depth),
  ],
  ["bytesValue", readBytes],
];

/** An AnyValue; a bare JSON value, which only lenient senders write, stands for itself. Never throws. */
export function jsonValue(value: unknown, options: DecodeOptions, depth: number): AttributeValue {
  const object = jsonObject(value);
  if (object === null) return bareValue(value, options, depth);
  for (const [name, read] of ANY_VALUE) {
    const member = object[name];
    if (member !== undefined) return read(member, options, depth);
  }
  const pairs = Object.entries(object);
  return pairs.length === 0 ? null : readMap(pairs, options, depth);
}

function bareValue(value: unknown, options: DecodeOptions, depth: number): AttributeValue {
  if (typeof value === "string") return readText(value, options);
  if (typeof value === "number" || typeof value === "boolean") return value;
  return Array.isArray(value) ? readList(value, options, depth) : null;
}

function readText(member: unknown, options: DecodeOptions): AttributeValue {
  return typeof member === "string" && member.length <= options.limits.valueBytes ? member : null;
}

function readInteger(member: unknown): AttributeValue {
  const integer = jsonInteger(member);
  if (integer !== null) return integer > MAX_INT64 ? null : exactNumber(integer);
  return jsonDouble(member);
}

function readBytes(member: unknown, options: DecodeOptions): AttributeValue {
  if (typeof member !== "string" || member.length > options.limits.valueBytes * 1.4) return null;
  return new Uint8Array(Buffer.from(member, "base64"));
}

function readList(members: readonly unknown[], options: DecodeOptions, depth: number): AttributeValue {
  if (depth >= options.limits.depth) return null;
  return members.slice(0, options.limits.elements).map((member) => jsonValue(member, options, depth + 1));
}

function readMap(pairs: Iterable<[string, unknown]>, options: DecodeOptions, depth: number): AttributeValue {
  if (depth >= options.limits.depth) return null;
  // Without a prototype, so that a key such as __proto__ is a key like any other.
  const map = Object.create(null) as Record<string, AttributeValue>;
  let left = options.limits.elements;
  for (const [key, member] of pairs) {
    if (left === 0) break;
    left -= 1;
    map[key] = jsonValue(member, options, depth + 1);
  }
  return map;
}
