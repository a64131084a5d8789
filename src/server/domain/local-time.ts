/** Calendar arithmetic in IANA time zones, by offsets. Days are counted from 1970-01-01 = 0. */

const DAY_MS = 86_400_000;
const STEP_MS = 3 * 3_600_000;
/** Local time is never further from UTC than this. */
const REACH_MS = 30 * 3_600_000;

export interface LocalDate {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the platform knows a time zone by this name. Never throws. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    // RangeError: the platform's way of saying no.
    return false;
  }
}

/** Local time minus UTC at an instant, in milliseconds; whole seconds. @throws RangeError for an unknown zone. */
export function offsetMs(timezone: string, atMs: number): number {
  const second = Math.floor(atMs / 1000) * 1000;
  const field: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(second)) field[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

/** Calendar day at an instant, in days since 1970-01-01 of the zone's own calendar. */
export function localDay(timezone: string, atMs: number): number {
  return Math.floor((atMs + offsetMs(timezone, atMs)) / DAY_MS);
}

/**
 * The first instant at which the zone's date is `day` or later: midnight where there is one, else the end of the gap that
 * swallowed it (or of the days that the zone skipped).
 */
export function startOfDay(timezone: string, day: number): number {
  const midnight = day * DAY_MS;
  const segments = constantOffsets(timezone, midnight - REACH_MS, midnight + REACH_MS);
  for (const { fromMs, toMs, offset } of segments) {
    const start = Math.max(fromMs, midnight - offset);
    if (start < toMs) return start;
  }
  throw new RangeError(`Day ${day} does not begin in ${timezone}.`);
}

export interface OffsetSegment {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  offset: number;
}

/** The stretches of constant offset between two instants, in order and without gaps, exact to the millisecond. */
export function constantOffsets(timezone: string, fromMs: number, toMs: number): OffsetSegment[] {
  const segments: OffsetSegment[] = [];
  let start = fromMs;
  let offset = offsetMs(timezone, fromMs);
  for (let at = fromMs; at < toMs; at += STEP_MS) {
    const next = Math.min(at + STEP_MS, toMs);
    const nextOffset = offsetMs(timezone, next);
    if (nextOffset === offset) continue;
    const change = firstInstantOf(timezone, at, next, nextOffset);
    segments.push({ fromMs: start, toMs: change, offset });
    start = change;
    offset = nextOffset;
  }
  segments.push({ fromMs: start, toMs, offset });
  return segments;
}

/** The calendar date of a day number. */
export function dateOfDay(day: number): LocalDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The day number of a date; months beyond 12 roll over into the next years. */
export function dayOfDate({ year, month, day }: LocalDate): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The day number of `YYYY-MM-DD`, or null when there is no such day. Never throws. */
export function parseDay(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return null;
  const day = dayOfDate({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) });
  return new Date(day * DAY_MS).toISOString().startsWith(text) ? day : null;
}

function firstInstantOf(timezone: string, lowMs: number, highMs: number, offset: number): number {
  let low = lowMs;
  let high = highMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(timezone, middle) === offset) high = middle;
    else low = middle;
  }
  return high;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    if (formats.size < 1_000) formats.set(timezone, format);
  }
  return format;
}
