/** Upper bound (exclusive) of a raw interval and what it is rounded to, in milliseconds, as Grafana rounds. */
const ROUNDING: readonly (readonly [below: number, rounded: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1_500, 1_000],
  [3_500, 2_000],
  [7_500, 5_000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
];

const LONGEST = 31_536_000_000;

/**
 * Width of a time bucket in milliseconds: range divided by the points asked for, rounded as Grafana rounds, and at least
 * `minMs`. With the same range and points both renderers therefore ask for the same buckets.
 * @see https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/datetime/rangeutil.ts (checked 2026-11-25)
 */
export function bucketMs(rangeMs: number, maxDataPoints: number, minMs: number): number {
  const raw = rangeMs / maxDataPoints;
  const rounded = ROUNDING.find(([below]) => raw < below)?.[1] ?? LONGEST;
  return Math.max(rounded, minMs);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of an interval such as `1m` or `>30s`; null when it is not one. */
export function intervalTextMs(text: string): number | null {
  const match = /^>?(\d+)(ms|s|m|h|d|w)$/.exec(text.trim());
  const unit = UNIT_MS[match?.[2] ?? ""];
  return match?.[1] === undefined || unit === undefined ? null : Number(match[1]) * unit;
}

/** Grafana's text of an interval: the largest unit that divides it, e.g. `1h`, `30s`, `200ms`. */
export function intervalText(ms: number): string {
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
