const SECOND = 1_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: SECOND,
  m: 60 * SECOND,
  h: 3_600 * SECOND,
  d: 86_400 * SECOND,
  w: 604_800 * SECOND,
};

/**
 * Milliseconds since the epoch of a number, an RFC 3339 time with zone, digits, or a relative time as Grafana writes it
 * (`now`, `now-7d`, `now-1M/M`); null when it is none of them. Calendar units and rounding are in UTC; `edge` says which side
 * rounding (`/d`) goes to.
 */
export function parseTime(text: string | number, nowMs: number, edge: "start" | "end"): number | null {
  if (typeof text === "number") return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text.startsWith("now")) return relative(text.slice(3), nowMs, edge);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

function relative(expression: string, nowMs: number, edge: "start" | "end"): number | null {
  let at = nowMs;
  let rest = expression;
  while (rest !== "") {
    const step = /^([+-])(\d{1,6})([smhdwMy])/.exec(rest);
    const round = /^\/([smhdwMy])/.exec(rest);
    if (step?.[2] !== undefined)
      at = shift(at, step[1] === "-" ? -Number(step[2]) : Number(step[2]), step[3] ?? "");
    else if (round?.[1] !== undefined)
      at =
        edge === "start"
          ? startOf(at, round[1])
          : startOf(shift(startOf(at, round[1]), 1, round[1]), round[1]) - 1;
    else return null;
    rest = rest.slice((step ?? round)?.[0].length ?? rest.length);
  }
  return at;
}

function shift(ms: number, amount: number, unit: string): number {
  const fixed = UNIT_MS[unit];
  if (fixed !== undefined) return ms + amount * fixed;
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + amount * (unit === "y" ? 12 : 1));
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}

function startOf(ms: number, unit: string): number {
  const date = new Date(ms);
  if (unit === "y") return Date.UTC(date.getUTCFullYear(), 0, 1);
  if (unit === "M") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  if (unit === "w") {
    const monday = (date.getUTCDay() + 6) % 7;
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - monday);
  }
  const size = UNIT_MS[unit] ?? 1;
  return Math.floor(ms / size) * size;
}
