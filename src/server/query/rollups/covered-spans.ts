import { DAY, HOUR } from "../../storage/analytics/rollups/grains.js";
import type { Freshness, LedgerDay, Span } from "../../storage/analytics/rollups/rollup-freshness.js";

/** Spans in one statement: more would make its text long, so that the shortest are read from the rows. */
const MAX_SPANS = 64;

/** Which slots may be taken from a rollup. */
export interface Wanted {
  slot: typeof HOUR | typeof DAY;
  /** Instants in seconds since the epoch that rows are compared with. At least one. */
  instants: readonly number[];
  /** Time zones whose days rows are put into. */
  zones: readonly string[];
}

/**
 * Spans of whole slots that the rollups hold completely and in which all rows are alike to the statement: none has an instant in it that
 * rows are compared with, and none lies in two days of a zone. In order, apart from each other, between the first and the last instant.
 * Never throws.
 */
export function coveredSpans(freshness: Freshness, { slot, instants, zones }: Wanted): Span[] {
  // A whole day in UTC is cut by the days of any other zone.
  if (slot === DAY && zones.some((zone) => zone !== "UTC")) return [];
  const cut = new Set(instants.map((instant) => Math.floor(instant / slot) * slot));
  const range = { from: Math.min(...cut), to: Math.max(...cut) };
  const spans: Span[] = [];
  for (const day of freshness.days) {
    if (day.start + DAY <= range.from || day.start > range.to) continue;
    for (const zone of zones) for (const hour of hoursOfTwoDays(zone, day.start)) cut.add(hour);
    for (const start of freshSlots(day, slot)) {
      if (start < range.from || start >= range.to || cut.has(start)) continue;
      const last = spans.at(-1);
      if (last?.to === start) last.to = start + slot;
      else spans.push({ from: start, to: start + slot });
    }
  }
  const longest = new Set(spans.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_SPANS));
  return spans.filter((span) => longest.has(span));
}

/** Starts of the day's slots that the rollups hold, in order. */
function freshSlots(day: LedgerDay, slot: number): number[] {
  if (slot === DAY) return day.isDirtyDay ? [] : [day.start];
  return Array.from({ length: DAY / HOUR }, (_, index) => day.start + index * HOUR).filter(
    (hour) => !day.dirtyHours.has(hour),
  );
}

/** Hours of a UTC day in which a day of the zone ends before the hour does, as with an offset of +05:30. */
function hoursOfTwoDays(zone: string, start: number): number[] {
  const minutes = new Intl.DateTimeFormat("en", { timeZone: zone, minute: "numeric" });
  if ([start, start + DAY].every((instant) => Number(minutes.format(instant * 1000)) === 0)) return [];
  const days = new Intl.DateTimeFormat("en", { timeZone: zone, day: "numeric" });
  return Array.from({ length: DAY / HOUR }, (_, index) => start + index * HOUR).filter(
    (hour) => days.format(hour * 1000) !== days.format((hour + HOUR - 1) * 1000),
  );
}
