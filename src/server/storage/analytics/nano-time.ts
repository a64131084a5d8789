const NANOS_PER_SECOND = 1_000_000_000n;

/** `2026-01-02 03:04:05.123456789`: nanoseconds since the epoch as a ClickHouse DateTime64(9) in UTC. Never throws in its range. */
export function sqlFromNano(nano: bigint): string {
  return `${secondsText(nano).replace("T", " ")}.${fraction(nano)}`;
}

/** RFC 3339 UTC with nine digits of fraction. */
export function rfc3339FromNano(nano: bigint): string {
  return `${secondsText(nano)}.${fraction(nano)}Z`;
}

/** RFC 3339 UTC with three digits of fraction, or six or nine when needed: milliseconds read as JavaScript writes them. */
export function shortRfc3339FromNano(nano: bigint): string {
  const digits = fraction(nano);
  const length = digits.endsWith("000000") ? 3 : digits.endsWith("000") ? 6 : 9;
  return `${secondsText(nano)}.${digits.slice(0, length)}Z`;
}

/** What `toISOString` writes: by far the most frequent form. */
const ISO_MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Nanoseconds since the epoch of an RFC 3339 text with any offset, or null when it is none. Never throws. */
export function nanoFromRfc3339(text: string): bigint | null {
  if (ISO_MILLISECONDS.test(text)) {
    const milliseconds = Date.parse(text);
    return Number.isNaN(milliseconds) ? null : nanoFromMs(milliseconds);
  }
  const match = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:\d{2})$/i.exec(
    text,
  );
  if (!match) return null;
  const [, wholeSeconds = "", digits = "", zone = ""] = match;
  const milliseconds = Date.parse(`${wholeSeconds.replace(" ", "T").toUpperCase()}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return null;
  return BigInt(milliseconds) * 1_000_000n + BigInt(digits.padEnd(9, "0"));
}

/** An instant in two numbers that are both exact: whole milliseconds since the epoch, and nanoseconds beyond them. */
export interface SplitInstant {
  ms: number;
  nanos: number;
}

/** An instant from 1970 on in two numbers. Never throws. */
export function splitInstant(nano: bigint): SplitInstant {
  return { ms: Number(nano / 1_000_000n), nanos: Number(nano % 1_000_000n) };
}

/**
 * Nanoseconds from `start` to an instant as `shortRfc3339FromNano` writes it, of the years 1970 to 2199; null when it is written in
 * another way or too far from `start` to be exact. Digit by digit: a row has several of them. Never throws.
 */
export function nanosAfter(text: string, start: SplitInstant): number | null {
  const { length } = text;
  if ((length !== 24 && length !== 27 && length !== 30) || text.charCodeAt(length - 1) !== LETTER_Z)
    return null;
  const day = dayOf(text);
  const hour = digitsOf(text, 11, 13);
  const minute = digitsOf(text, 14, 16);
  const second = digitsOf(text, 17, 19);
  const milli = digitsOf(text, 20, 23);
  const rest = length === 24 ? 0 : digitsOf(text, 23, length - 1);
  const isTime = hour < 24 && minute < 60 && second < 60 && milli >= 0 && rest >= 0;
  if (day === null || !isTime || text[13] !== ":" || text[16] !== ":" || text[19] !== ".") return null;
  const ms = day + ((hour * 60 + minute) * 60 + second) * 1000 + milli - start.ms;
  const nanos = length === 27 ? rest * 1000 : rest;
  return Math.abs(ms) < MAX_EXACT_MS ? ms * 1_000_000 + nanos - start.nanos : null;
}

const ZERO = 48;
const LETTER_Z = 90;
/** Nanoseconds of more are no exact number: about a hundred days. */
const MAX_EXACT_MS = 9_000_000_000;
/** Years that are written with four digits and lie in every range that we store. */
const END_MS = Date.UTC(2200, 0, 1);

let lastDate = "";
let lastDay: number | null = null;

/** Milliseconds of midnight; instants of one time are mostly of one day. */
function dayOf(text: string): number | null {
  if (lastDate !== "" && text.startsWith(lastDate)) return lastDay;
  const date = text.slice(0, 11);
  const ms = /^\d{4}-\d\d-\d\dT$/.test(date) ? Date.parse(date.slice(0, 10)) : Number.NaN;
  lastDate = date;
  lastDay = ms >= 0 && ms < END_MS ? ms : null;
  return lastDay;
}

/** The number that the characters from `from` to before `to` write; NaN when one of them is no digit. */
function digitsOf(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Nanoseconds since the epoch of whole milliseconds. */
export function nanoFromMs(milliseconds: number): bigint {
  return BigInt(Math.trunc(milliseconds)) * 1_000_000n;
}

function secondsText(nano: bigint): string {
  return new Date(Number(floorSeconds(nano)) * 1000).toISOString().slice(0, 19);
}

function fraction(nano: bigint): string {
  return (nano - floorSeconds(nano) * NANOS_PER_SECOND).toString().padStart(9, "0");
}

/** BigInt division truncates towards zero; instants before 1970 need the floor. */
function floorSeconds(nano: bigint): bigint {
  const quotient = nano / NANOS_PER_SECOND;
  return nano % NANOS_PER_SECOND < 0n ? quotient - 1n : quotient;
}
