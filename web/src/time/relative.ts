const UNITS: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  M: "month",
  y: "year",
};
const FIXED_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a time as it stands in the URL: digits, or relative as Grafana writes it (`now-7d`, `now/d`, `now-1M/M`), in the
 * viewer's time zone; null when it cannot be read. `edge` says which side rounding goes to.
 */
export function resolveTime(text: string, nowMs: number, edge: "start" | "end"): number | null {
  if (/^\d{9,15}$/.test(text)) return Number(text);
  if (!text.startsWith("now")) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? null : ms;
  }
  let at = new Date(nowMs);
  let rest = text.slice(3);
  while (rest !== "") {
    const step = /^([+-])(\d{1,6})([smhdwMy])/.exec(rest);
    const round = /^\/([smhdwMy])/.exec(rest);
    const found = step ?? round;
    if (found === null) return null;
    if (step !== null) at = shifted(at, Number(step[2]) * (step[1] === "-" ? -1 : 1), step[3] ?? "s");
    else at = rounded(at, round?.[1] ?? "s", edge);
    rest = rest.slice(found[0].length);
  }
  return at.getTime();
}

function shifted(date: Date, amount: number, unit: string): Date {
  const fixed = FIXED_MS[unit];
  if (fixed !== undefined) return new Date(date.getTime() + amount * fixed);
  const next = new Date(date);
  if (unit === "d") next.setDate(next.getDate() + amount);
  else if (unit === "w") next.setDate(next.getDate() + amount * 7);
  else {
    const day = next.getDate();
    next.setDate(1);
    next.setMonth(next.getMonth() + amount * (unit === "y" ? 12 : 1));
    next.setDate(Math.min(day, new Date(next.getFullYear(), next.getMonth() + 1, 0).getDate()));
  }
  return next;
}

function startOf(date: Date, unit: string): Date {
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  if (unit === "y") return new Date(year, 0, 1);
  if (unit === "M") return new Date(year, month, 1);
  if (unit === "w") return new Date(year, month, day - ((date.getDay() + 6) % 7));
  if (unit === "d") return new Date(year, month, day);
  const size = FIXED_MS[unit] ?? 1_000;
  return new Date(Math.floor(date.getTime() / size) * size);
}

function rounded(date: Date, unit: string, edge: "start" | "end"): Date {
  const start = startOf(date, unit);
  return edge === "start" ? start : new Date(shifted(start, 1, unit).getTime() - 1);
}

export interface Preset {
  label: string;
  from: string;
  to: string;
}

const last = (label: string, span: string): Preset => ({
  label: `Last ${label}`,
  from: `now-${span}`,
  to: "now",
});

export const PRESETS: readonly Preset[] = [
  last("15 minutes", "15m"),
  last("hour", "1h"),
  last("6 hours", "6h"),
  last("24 hours", "24h"),
  last("7 days", "7d"),
  last("30 days", "30d"),
  last("90 days", "90d"),
  { label: "Today", from: "now/d", to: "now" },
  { label: "Yesterday", from: "now-1d/d", to: "now-1d/d" },
  { label: "This week", from: "now/w", to: "now" },
  { label: "This month", from: "now/M", to: "now" },
  { label: "Last month", from: "now-1M/M", to: "now-1M/M" },
];

/** What a range is called: a preset's name, "Last 3 hours", or both ends in the viewer's time zone. */
export function rangeLabel(from: string, to: string, nowMs: number): string {
  const preset = PRESETS.find((one) => one.from === from && one.to === to);
  if (preset !== undefined) return preset.label;
  const simple = /^now-(\d+)([smhdwMy])$/.exec(from);
  if (simple !== null && to === "now") {
    return `Last ${simple[1]} ${UNITS[simple[2] ?? ""] ?? ""}${simple[1] === "1" ? "" : "s"}`;
  }
  const start = resolveTime(from, nowMs, "start");
  const end = resolveTime(to, nowMs, "end");
  if (start === null || end === null) return `${from} to ${to}`;
  return `${shortDate(start)} – ${shortDate(end)}`;
}

function shortDate(ms: number): string {
  return new Date(ms).toLocaleString(undefined, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

const REFRESH: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds between refreshes of `30s`, `1m`, ...; null for off or nonsense. At least five seconds. */
export function refreshMs(text: string): number | null {
  const match = /^(\d{1,4})([smh])$/.exec(text);
  const unit = REFRESH[match?.[2] ?? ""];
  return match === null || unit === undefined ? null : Math.max(5_000, Number(match[1]) * unit);
}
