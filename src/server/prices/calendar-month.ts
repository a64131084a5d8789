import { dateOfDay, dayOfDate, isTimeZone, localDay, startOfDay } from "../domain/local-time.js";

export { isTimeZone };

/** A calendar month of a time zone. Milliseconds since the epoch, end exclusive. */
export interface CalendarMonth {
  startMs: number;
  endMs: number;
}

/** The month that an instant lies in. @throws RangeError for an unknown zone */
export function monthAt(timezone: string, atMs: number): CalendarMonth {
  const { year, month } = dateOfDay(localDay(timezone, atMs));
  const start = (ahead: number) => startOfDay(timezone, dayOfDate({ year, month: month + ahead, day: 1 }));
  return { startMs: start(0), endMs: start(1) };
}
