import { textOption, type OptionValues, UsageError } from "./command.js";

export interface TimeRange {
  /** RFC 3339 UTC, inclusive. */
  from: string | undefined;
  /** RFC 3339 UTC, exclusive. */
  to: string | undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

export const TIME_HELP = `  --from <time>      Start, inclusive: RFC 3339, a date, or an age such as 30m, 24h, 7d, 4w
  --to <time>        End, exclusive, in the same words (now)`;

export const TIME_OPTIONS = { from: { type: "string" }, to: { type: "string" } } as const;

/**
 * The range of `--from` and `--to`; each undefined when it was not given and has no default.
 * @throws UsageError when one is not understood or the range is empty
 */
export function timeRange(values: OptionValues, nowMs: number, defaultFrom?: string): TimeRange {
  const from = moment(textOption(values, "from") ?? defaultFrom, "--from", nowMs);
  const to = moment(textOption(values, "to"), "--to", nowMs);
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
    throw new UsageError("--from must be before --to");
  }
  return { from, to };
}

function moment(text: string | undefined, option: string, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const age = /^(\d{1,6})([mhdw])$/.exec(text);
  if (age) return new Date(nowMs - Number(age[1]) * (UNITS_MS[age[2] ?? ""] ?? 0)).toISOString();
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new UsageError(
      `${option} "${text}" is no time: use 2026-11-01, 2026-11-01T10:00:00Z or an age such as 7d`,
    );
  }
  return new Date(ms).toISOString();
}
