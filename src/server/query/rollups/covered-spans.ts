import { DAY, type Grain, HOUR } from "../../storage/analytics/rollups/grains.js";
import type { Freshness, LedgerDay, Span } from "../../storage/analytics/rollups/rollup-freshness.js";

/** Spans in one statement: more would make its text long, so that the shortest are read from the rows. */
const MAX_SPANS = 64;

/** A moment between rows: those before it are told from those after it. */
export interface Instant {
  /** Since the epoch. */
  seconds: number;
  /** Rows of the instant itself belong to the ones before it, as after `<=` and `>`. */
  isAfter: boolean;
}

/** Which rows a statement tells apart. */
export interface Wanted {
  /** Instants that rows are compared with. At least one. */
  instants: readonly Instant[];
  /** Time zones whose days rows are put into. */
  zones: readonly string[];
}

/** Whole slots of one length, in a row. */
export interface SlotSpan extends Span {
  slot: Grain["slot"];
}

/**
 * Spans of whole slots that the rollups hold completely and in which all rows are alike to the statement: none has an instant in it that
 * rows are compared with, and none lies in two days of a zone. In order, apart from each other, between the first and the last instant, as
 * long slots as there are in `slots`. Never throws.
 */
export function coveredSpans(
  freshness: Freshness,
  slots: readonly Grain["slot"][],
  { instants, zones }: Wanted,
): SlotSpan[] {
  const range = rangeOf(instants);
  const sorted = slots
    // A whole day in UTC is cut by the days of any other zone.
    .filter((slot) => slot === HOUR || zones.every((zone) => zone === "UTC"))
    .toSorted((a, b) => b - a);
  const spans: SlotSpan[] = [];
  for (const day of freshness.days) {
    if (day.start + DAY <= range.from || day.start > range.to) continue;
    const parted = zones.flatMap((zone) => hoursOfTwoDays(zone, day.start));
    const cuts = [...instants, ...parted.map((seconds) => ({ seconds, isAfter: true }))];
    let at = day.start;
    while (at < day.start + DAY) {
      const slot = sorted.find((one) => isWhole(day, { from: at, to: at + one }, range, cuts));
      if (slot !== undefined) append(spans, { slot, from: at, to: at + slot });
      at += slot ?? HOUR;
    }
  }
  const longest = new Set(spans.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_SPANS));
  return spans.filter((span) => longest.has(span));
}

/** Whether the rollups hold the slot from its first row to its last, and no instant lies in it. */
function isWhole(day: LedgerDay, slot: Span, range: Span, cuts: readonly Instant[]): boolean {
  const length = slot.to - slot.from;
  if ((slot.from - day.start) % length !== 0) return false;
  if (length === HOUR ? day.dirtyHours.has(slot.from) : day.isDirtyDay) return false;
  if (slot.from < range.from || slot.to > range.to) return false;
  return cuts.every(
    ({ seconds, isAfter }) =>
      seconds < slot.from || seconds >= slot.to || (seconds === slot.from && !isAfter),
  );
}

/** From the first to the last instant. */
export function rangeOf(instants: readonly Instant[]): Span {
  const seconds = instants.map((instant) => instant.seconds);
  return { from: Math.min(...seconds), to: Math.max(...seconds) };
}

function append(spans: SlotSpan[], span: SlotSpan): void {
  const last = spans.at(-1);
  if (last?.to === span.from && last.slot === span.slot) last.to = span.to;
  else spans.push(span);
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
