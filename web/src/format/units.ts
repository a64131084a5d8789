/** Decimals that show two significant digits. */
function autoDecimals(value: number): number {
  if (value === 0 || Number.isInteger(value)) return 0;
  return Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value)))));
}

const fixed = (value: number, decimals: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** `1.2K`, `3.4M`: at most four characters of number. */
function compact(value: number, decimals: number | undefined): string {
  const steps = ["", "K", "M", "B", "T"];
  const size = Math.abs(value);
  const index = size < 1000 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(size) / 3));
  const scaled = value / 1000 ** index;
  const digits =
    index === 0 ? (decimals ?? autoDecimals(scaled)) : (decimals ?? (Math.abs(scaled) < 100 ? 1 : 0));
  return fixed(scaled, index === 0 ? digits : Math.min(digits, 2)) + (steps[index] ?? "");
}

const MILLION = 1_000_000;

/** Money never shows as zero when it is not: small amounts get the digits they need. */
function usd(value: number, decimals: number | undefined): string {
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  if (size >= MILLION) return `${sign}$${compact(size, 2)}`;
  const wanted = decimals ?? (size >= 1 || size === 0 ? 2 : Math.max(2, autoDecimals(size)));
  const digits = size > 0 && size < 0.5 * 10 ** -wanted ? autoDecimals(size) : wanted;
  return `${sign}$${fixed(size, digits)}`;
}

const DURATIONS: readonly (readonly [limit: number, divisor: number, suffix: string])[] = [
  [1_000, 1, " ms"],
  [60_000, 1_000, " s"],
  [3_600_000, 60_000, " min"],
  [86_400_000, 3_600_000, " h"],
  [Number.POSITIVE_INFINITY, 86_400_000, " d"],
];

function duration(ms: number, decimals: number | undefined): string {
  const size = Math.abs(ms);
  const [, divisor, suffix] = DURATIONS.find(([limit]) => size < limit) ?? [0, 1, " ms"];
  const scaled = ms / divisor;
  const digits =
    decimals ?? (divisor === 1 ? (size < 10 ? autoDecimals(scaled) : 0) : Math.abs(scaled) < 10 ? 2 : 1);
  return fixed(scaled, digits) + suffix;
}

/**
 * Text of a number in a Grafana unit. Money below a million keeps every digit before the point, because a ledger is read, not
 * skimmed. Never throws; an unknown unit is a plain number.
 */
export function formatValue(value: number, unit: string | undefined, decimals?: number): string {
  if (!Number.isFinite(value)) return "–";
  switch (unit) {
    case "currencyUSD":
      return usd(value, decimals);
    case "percentunit":
      return `${fixed(value * 100, decimals ?? (Math.abs(value) < 0.1 ? 1 : 0))}%`;
    case "percent":
      return `${fixed(value, decimals ?? (Math.abs(value) < 10 ? 1 : 0))}%`;
    case "ms":
      return duration(value, decimals);
    case "s":
      return duration(value * 1000, decimals);
    case "dtdurations":
      return duration(value * 1000, decimals);
    case "short":
      return compact(value, decimals);
    case "reqps":
      return `${compact(value, decimals)} req/s`;
    case "dateTimeAsIso":
      return localDateTime(value);
    default:
      return fixed(value, decimals ?? Math.min(autoDecimals(value), 6));
  }
}

/** Short text for a chart's axis. */
export function formatTick(value: number, unit: string | undefined, step: number): string {
  if (unit === "currencyUSD") {
    const size = Math.abs(value);
    if (size >= 10_000) return `$${compact(value, undefined)}`;
    return `$${fixed(value, step >= 1 ? 0 : Math.min(8, Math.ceil(-Math.log10(step) - 1e-9)))}`;
  }
  if (unit === "percentunit") return `${fixed(value * 100, step >= 0.01 ? 0 : 1)}%`;
  if (unit === "ms" || unit === "s") {
    return value === 0
      ? "0"
      : duration(unit === "s" ? value * 1000 : value, undefined)
          .replace(/(\.\d*?)0+(?=\s)/, "$1")
          .replace(/\.(?=\s)/, "");
  }
  return compact(
    value,
    step >= 1 ? (Math.abs(value) >= 1000 ? undefined : 0) : Math.min(6, Math.ceil(-Math.log10(step))),
  );
}

/** `2026-11-25 08:15:30` in the viewer's time zone. */
export function localDateTime(ms: number): string {
  const date = new Date(ms);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Exact decimal text as money: grouped, at least two decimals, nothing rounded away. */
export function exactUsd(decimal: string): string {
  const negative = decimal.startsWith("-");
  const [whole = "0", fraction = ""] = decimal.replace(/^[-+]/, "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const kept = fraction.replace(/0+$/, "").padEnd(2, "0");
  return `${negative ? "-" : ""}$${grouped}.${kept}`;
}
