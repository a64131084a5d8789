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
