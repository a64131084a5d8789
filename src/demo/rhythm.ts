/** When a feature is used: the share of its daily traffic in each hour of a weekday, and how quiet weekends are. */
export interface Rhythm {
  /** 24 weights, local time of the company. */
  readonly hours: readonly number[];
  /** Saturday and Sunday against a weekday: 0.3 is 30 %. */
  readonly weekend: number;
  /** Traffic on the last day against the first: 1.5 is half as much again. */
  readonly growth: number;
}

const OFFICE = [0, 0, 0, 0, 0, 0, 1, 3, 8, 14, 16, 14, 9, 13, 16, 15, 12, 7, 3, 2, 1, 1, 0, 0];
const PEOPLE = [2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 14, 13, 14, 14, 14, 13, 12, 12, 13, 12, 9, 6, 4];
const NIGHT = [6, 22, 24, 20, 6, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2];

export const RHYTHMS = {
  office: { hours: OFFICE, weekend: 0.06, growth: 1.35 },
  people: { hours: PEOPLE, weekend: 0.62, growth: 1.55 },
  night: { hours: NIGHT, weekend: 0.9, growth: 1.15 },
} as const satisfies Record<string, Rhythm>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The company of the demo works at UTC+1; a fixed offset keeps the traffic the same on every machine. */
const UTC_OFFSET_MS = HOUR_MS;

/**
 * Relative traffic of the hour that starts at `hourMs`, between `startMs` (inclusive) and `endMs` (exclusive): 1 is the
 * average hour of a weekday without growth. Never negative, never throws.
 */
export function intensity(rhythm: Rhythm, hourMs: number, startMs: number, endMs: number): number {
  const local = new Date(hourMs + UTC_OFFSET_MS);
  const total = rhythm.hours.reduce((sum, weight) => sum + weight, 0);
  const share = ((rhythm.hours[local.getUTCHours()] ?? 0) * rhythm.hours.length) / total;
  const isWeekend = local.getUTCDay() === 0 || local.getUTCDay() === 6;
  const progress = (hourMs - startMs) / Math.max(HOUR_MS, endMs - startMs);
  return share * (isWeekend ? rhythm.weekend : 1) * (1 + (rhythm.growth - 1) * progress);
}

/** Whole hours from `startMs` (inclusive, rounded up) to `endMs` (exclusive). */
export function hoursBetween(startMs: number, endMs: number): number[] {
  const hours: number[] = [];
  for (let hour = Math.ceil(startMs / HOUR_MS) * HOUR_MS; hour + HOUR_MS <= endMs; hour += HOUR_MS)
    hours.push(hour);
  return hours;
}

/** Days since `startMs`, from 0. */
export function dayIndex(atMs: number, startMs: number): number {
  return Math.floor((atMs - startMs) / DAY_MS);
}

export { DAY_MS, HOUR_MS };
