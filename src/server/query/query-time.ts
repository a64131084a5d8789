import { nanoFromMs, nanoFromRfc3339 } from "../storage/analytics/nano-time.js";

/**
 * Nanoseconds since the epoch of an instant in a query: RFC 3339 with an offset, or a date, which is midnight in `timeZone`.
 * Null when it is neither. Never throws for a known zone.
 */
export function instantFromText(text: string, timeZone: string): bigint | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const midnight = midnightMs(text, timeZone);
    return midnight === null ? null : nanoFromMs(midnight);
  }
  // A plus sign that was not percent-encoded arrives as a space.
  return nanoFromRfc3339(text.replace(/ (\d{2}:\d{2})$/, "+$1"));
}

/** The zone's IANA name as the runtime spells it, or null when it is unknown. Offsets like `+02:00` are no names. */
export function knownTimeZone(name: string): string | null {
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // RangeError is how Intl says that it does not know the zone.
    return null;
  }
}

function midnightMs(date: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(asUtc)) return null;
  const guess = asUtc - offsetMs(asUtc, timeZone);
  return asUtc - offsetMs(guess, timeZone);
}

/** How far local time is ahead of UTC at an instant. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(atMs);
  const value = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return local - Math.floor(atMs / 1000) * 1000;
}
