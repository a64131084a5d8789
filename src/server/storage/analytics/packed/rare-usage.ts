import type { Usage } from "../../../domain/usage.js";
import { finite, whole } from "../row-values.js";
import { RARE_USAGE_FIELDS, SECONDS_FIELDS, USAGE_COLUMNS, USAGE_READERS } from "../usage-columns.js";

const READERS = RARE_USAGE_FIELDS.map((field) => USAGE_READERS[field]);

/** What a call's rare usage classes are. */
export interface RareUsage {
  /** A bit for each class that is known to be zero, in the order of `RARE_USAGE_FIELDS`. */
  zeros: number;
  /** Members of JSON for the others that are known, or nothing. */
  members: string;
}

/** @throws AppError `invalid_request` naming a field whose value cannot be stored. */
export function rareUsage(usage: Usage): RareUsage {
  let zeros = 0;
  let members = "";
  for (let index = 0; index < READERS.length; index += 1) {
    const value = READERS[index]?.(usage) ?? null;
    if (value === null) continue;
    if (value === 0) zeros |= 1 << index;
    else members += `${members === "" ? "" : ","}${memberOf(index, value)}`;
  }
  return { zeros, members };
}

function memberOf(index: number, value: number): string {
  const field = RARE_USAGE_FIELDS[index] ?? "images";
  const name = `usage.${field}`;
  const json = SECONDS_FIELDS.has(field)
    ? `"${secondsText(finite(value, name))}"`
    : String(whole(value, name));
  return `"${USAGE_COLUMNS[field]}":${json}`;
}

/** Seconds to the microsecond, as the engine's Decimal(18, 6) reads them. */
function secondsText(seconds: number): string {
  const micros = BigInt(Math.round(seconds * 1e6));
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, "0");
  return `${micros < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Members of JSON for the classes that are zero. Never throws. */
export function zeroMembers(zeros: number): string {
  return RARE_USAGE_FIELDS.filter((_, index) => (zeros & (1 << index)) !== 0)
    .map((field) => `"${USAGE_COLUMNS[field]}":0`)
    .join(",");
}
