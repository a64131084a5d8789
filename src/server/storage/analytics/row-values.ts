import { AppError } from "../../domain/errors.js";
import { nanoFromRfc3339, shortRfc3339FromNano, sqlFromNano } from "./nano-time.js";

/** A value as the engine prints it in JSON: 64-bit integers and decimals are text. */
export type StoredValue = unknown;

/**
 * A whole number, or null.
 * @throws AppError `invalid_request` naming the field when it has a fraction or is beyond 2^53.
 */
export function whole(value: number | null, field: string): number | null {
  if (value === null || Number.isSafeInteger(value)) return value;
  throw unstorable(field, "is not a whole number");
}

/** A finite number, or null. @throws AppError `invalid_request` naming the field. */
export function finite(value: number | null, field: string): number | null {
  if (value === null || Number.isFinite(value)) return value;
  throw unstorable(field, "is not a finite number");
}

/**
 * Decimal text that fits Decimal(38, 12), or null: the engine would truncate more digits in silence.
 * @throws AppError `invalid_request` naming the field.
 */
export function money(value: string | null, field: string): string | null {
  if (value === null || /^-?\d{1,26}(\.\d{1,12})?$/.test(value)) return value;
  throw unstorable(field, "is not a decimal with at most 12 digits of fraction");
}

/** An RFC 3339 instant as a DateTime64(9), or null when it is unknown or no instant. Never throws. */
export function instant(value: string | null): string | null {
  const nano = value === null ? null : nanoFromRfc3339(value);
  return nano === null ? null : sqlFromNano(nano);
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
