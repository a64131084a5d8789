import type { BudgetPeriod, BudgetWindow, CustomPeriod } from "../domain/budget.js";
import {
  constantOffsets,
  dateOfDay,
  dayOfDate,
  localDay,
  offsetMs,
  parseDay,
  startOfDay,
} from "../domain/local-time.js";

const HOUR_MS = 3_600_000;
/** 1970-01-05, a Monday. */
const FIRST_MONDAY = 4;

/** What decides where periods begin. */
export interface PeriodRule {
  period: BudgetPeriod;
  /** Needed for `custom`, else ignored. */
  customPeriod: CustomPeriod | null;
  /** IANA name. */
  timezone: string;
}

/**
 * The period that an instant lies in: calendar hours, days, ISO weeks (from Monday), months or quarters of the zone, or
 * custom runs of days counted both ways from their start. Windows are half-open, follow each other without gap or
 * overlap, and are longer or shorter by what the clocks jump.
 * @throws RangeError for an unknown zone or a custom period without a valid definition.
 */
export function windowAt(rule: PeriodRule, atMs: number): BudgetWindow {
  if (rule.period === "hour") return hourAt(rule.timezone, atMs);
  const { timezone } = rule;
  let day = localDay(timezone, atMs);
  // Clocks that go back over midnight repeat a piece of the day before: it belongs to the day already begun.
  while (startOfDay(timezone, day + 1) <= atMs) day += 1;
  const [first, next] = daysOfPeriod(rule, day);
  return { startMs: startOfDay(timezone, first), endMs: startOfDay(timezone, next) };
}

/** The period just before a window of the same rule. */
export function windowBefore(rule: PeriodRule, window: BudgetWindow): BudgetWindow {
  return windowAt(rule, window.startMs - 1);
}

/** First day of the period that holds `day`, and of the next. */
function daysOfPeriod({ period, customPeriod }: PeriodRule, day: number): [number, number] {
  const { year, month } = dateOfDay(day);
  switch (period) {
    case "week":
      return runOfDays(FIRST_MONDAY, 7, day);
    case "month":
      return [dayOfDate({ year, month, day: 1 }), dayOfDate({ year, month: month + 1, day: 1 })];
    case "quarter": {
      const first = month - ((month - 1) % 3);
      return [dayOfDate({ year, month: first, day: 1 }), dayOfDate({ year, month: first + 3, day: 1 })];
    }
    case "custom":
      return customDays(customPeriod, day);
    default:
      return [day, day + 1];
  }
}

function customDays(custom: CustomPeriod | null, day: number): [number, number] {
  const start = custom === null ? null : parseDay(custom.start);
  if (custom === null || start === null || !Number.isInteger(custom.days) || custom.days < 1) {
    throw new RangeError("A custom period needs a start date and a number of days.");
  }
  return runOfDays(start, custom.days, day);
}

function runOfDays(origin: number, length: number, day: number): [number, number] {
  const first = origin + Math.floor((day - origin) / length) * length;
  return [first, first + length];
}

/** Hours of the local clock; where clocks jump by less than an hour the jump itself ends one and begins the next. */
function hourAt(timezone: string, atMs: number): BudgetWindow {
  const segment = constantOffsets(timezone, atMs - HOUR_MS, atMs + HOUR_MS).find(
    ({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs,
  );
  const offset = segment?.offset ?? offsetMs(timezone, atMs);
  const startMs = Math.floor((atMs + offset) / HOUR_MS) * HOUR_MS - offset;
  const endMs = startMs + HOUR_MS;
  const before = offsetMs(timezone, startMs);
  const after = offsetMs(timezone, endMs);
  return {
    startMs: isWholeHours(offset - before) ? startMs : Math.max(startMs, segment?.fromMs ?? startMs),
    endMs: isWholeHours(offset - after) ? endMs : Math.min(endMs, segment?.toMs ?? endMs),
  };
}

function isWholeHours(ms: number): boolean {
  return ms % HOUR_MS === 0;
}
