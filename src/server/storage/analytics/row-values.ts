import { AppError } from "../../domain/errors.js";
import { nanoFromRfc3339, nanosAfter, shortRfc3339FromNano, type SplitInstant } from "./nano-time.js";

/** A value as the engine prints it in JSON: 64-bit integers and decimals are text. */
export type StoredValue = unknown;

/**
 * The value, a whole number or null.
 * @throws AppError `invalid_request` naming the field when it has a fraction or is beyond 2^53.
 */
export function whole<Value extends number | null>(value: Value, field: string): Value {
  if (value === null || Number.isSafeInteger(value)) return value;
  throw unstorable(field, "is not a whole number");
}

/** The value, a whole number from 0 to 2^32 - 1. @throws AppError `invalid_request` naming the field. */
export function count(value: number, field: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw unstorable(field, "is not a count");
}

/** The value, a finite number or null. @throws AppError `invalid_request` naming the field. */
export function finite<Value extends number | null>(value: Value, field: string): Value {
  if (value === null || Number.isFinite(value)) return value;
  throw unstorable(field, "is not a finite number");
}

const MONEY = /^-?\d{1,26}(?:\.\d{1,12})?$/;

/**
 * Decimal text that fits Decimal(38, 12), or null: more digits would be lost in silence.
 * @throws AppError `invalid_request` naming the field.
 */
export function money<Value extends string | null>(value: Value, field: string): Value {
  if (value === null || MONEY.test(value)) return value;
  throw unstorable(field, "is not a decimal with at most 12 digits of fraction");
}

/** A status outside three digits is no HTTP status: unknown. */
export function httpStatus(status: number | null): number | null {
  return status !== null && Number.isInteger(status) && status >= 0 && status <= 999 ? status : null;
}

/** 1900 to 2262: what a DateTime64(9) holds. */
const FIRST_NANO = -2_208_988_800_000_000_000n;
const LAST_NANO = 9_223_372_036_000_000_000n;

/** Nanoseconds since the epoch of an RFC 3339 instant; null when it is unknown, no instant, or not in 1900 to 2262. Never throws. */
export function instant(value: string | null): bigint | null {
  const nano = value === null ? null : nanoFromRfc3339(value);
  return nano === null || nano < FIRST_NANO || nano > LAST_NANO ? null : nano;
}

/** Nanoseconds from `start` to an RFC 3339 instant; null when it is none that `instant` knows, or too far away to be exact. Never throws. */
export function exactNanosAfter(value: string | null, start: SplitInstant): number | null {
  if (value === null) return null;
  const near = nanosAfter(value, start);
  if (near !== null) return near;
  const nano = instant(value);
  if (nano === null) return null;
  const after = Number(nano - BigInt(start.ms) * 1_000_000n - BigInt(start.nanos));
  return Number.isSafeInteger(after) ? after : null;
}

/** 2106-01-01, where the sort key's hours and the expiry would wrap into the past. */
const KEY_END_NANO = 4_291_747_200_000_000_000n;

/** The start of a span, which places its row. @throws AppError `invalid_request` when it is not in 1970 to 2105. */
export function placingTime(nano: bigint): bigint {
  if (nano >= 0n && nano < KEY_END_NANO) return nano;
  throw unstorable("startTime", "is not in the years 1970 to 2105");
}

/** The reverse of `instant`. */
export function readInstant(value: StoredValue): string | null {
  return typeof value === "string" ? shortRfc3339FromNano(readNano(value)) : null;
}

/** Nanoseconds since the epoch of a DateTime64 in UTC. @throws AppError `internal` when it is none. */
export function readNano(value: StoredValue): bigint {
  const nano = nanoFromRfc3339(`${String(value)}Z`);
  if (nano === null) throw new AppError("internal", "The engine returned no instant");
  return nano;
}

/** Text, or null for SQL NULL. */
export function readText(value: StoredValue): string | null {
  return typeof value === "string" ? value : null;
}

/** A number, or null for SQL NULL; 64-bit integers and decimals come as text. */
export function readNumber(value: StoredValue): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** The elements of a Nested column group as records, in order. */
export function readNested<Record>(
  row: Readonly<{ [column: string]: StoredValue }>,
  group: string,
  anyColumn: string,
  read: (get: (column: string) => StoredValue) => Record,
): Record[] {
  const first = row[`${group}.${anyColumn}`] as readonly unknown[];
  return first.map((_, index) => read((column) => (row[`${group}.${column}`] as readonly unknown[])[index]));
}

function unstorable(field: string, problem: string): AppError {
  return new AppError("invalid_request", `${field} ${problem}`, { field });
}
