import uPlot from "uplot";
import type { Panel } from "../../../dashboards/source/schema.js";
import { formatTick } from "../format/units.js";
import type { Theme } from "../theme.js";
import { fieldOptions, fixedColor, thresholdColor } from "./field-options.js";
import { namedColor, seriesColor } from "./colors.js";
import type { Series, TimeFrame } from "./frame.js";
import { timeTicks } from "./time-ticks.js";

/** A drawn series: its color, and whether the legend has hidden it. */
export interface DrawnSeries extends Series {
  color: string;
  hidden: boolean;
}

const cssColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Largest total first, so that the base of a stack and the head of a legend are what matters most; "other" last. */
export function colored(
  frame: TimeFrame,
  panel: Panel,
  theme: Theme,
  hidden: ReadonlySet<string>,
): DrawnSeries[] {
  let next = 0;
  return frame.series
    .map((series) => ({ series, total: series.values.reduce((sum: number, value) => sum + (value ?? 0), 0) }))
    .toSorted((a, b) => rank(a.series.name) - rank(b.series.name) || sortsBySize(panel) * (b.total - a.total))
    .map(({ series }) => {
      const chosen = fixedColor(fieldOptions(panel, series.name));
      const color = chosen === null ? seriesColor(next, series.name, theme) : namedColor(chosen, theme);
      if (chosen === null && rank(series.name) === 0) next += 1;
      return { ...series, color, hidden: hidden.has(series.name) };
    });
}

const rank = (name: string): number => (name === "other" ? 1 : 0);
/** Series with colors of their own keep the order the SQL gives them. */
const sortsBySize = (panel: Panel): number => ((panel.fieldConfig?.overrides.length ?? 0) > 0 ? 0 : 1);

/** Steps of a value axis: 1, 2 and 5 times every power of ten, so that a count never gets half a tick. */
const INCREMENTS = Array.from({ length: 26 }, (_, index) => index - 10).flatMap((power) =>
  [1, 2, 5].map((factor) => Number(`${factor}e${power}`)),
);

/** Steps of a time axis in milliseconds: what clocks count in. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const DURATION_INCREMENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, ...SECONDS.map((seconds) => seconds * 1000)];

function incrementsOf(unit: string | undefined): number[] {
  if (unit === "ms") return DURATION_INCREMENTS;
  return unit === "s" ? DURATION_INCREMENTS.map((ms) => ms / 1000) : INCREMENTS;
}

interface Prepared {
  data: uPlot.AlignedData;
  /** Drawing order: for stacked bars the top of the stack first, so that lower parts paint over it. */
  drawn: DrawnSeries[];
}

/** What uPlot draws: stacked values summed up, or shares of each bucket's total. */
export function prepare(frame: TimeFrame, series: readonly DrawnSeries[], panel: Panel): Prepared {
  const mode = panel.fieldConfig?.defaults.custom?.stacking?.mode ?? "none";
  const xs = frame.times.map((ms) => ms / 1000);
  const shown = series.filter((one) => !one.hidden);
  if (mode === "none") return { data: [xs, ...shown.map((one) => one.values)], drawn: [...shown] };
  const totals = xs.map((_, at) => shown.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  const base = xs.map(() => 0);
  const summed = shown.map((one) =>
    one.values.map((value, at) => {
      const total = totals[at] ?? 0;
      const part = mode === "percent" ? (total === 0 ? 0 : (value ?? 0) / total) : (value ?? 0);
      base[at] = (base[at] ?? 0) + part;
      return total === 0 && value === null ? null : (base[at] ?? 0);
    }),
  );
  return { data: [xs, ...summed.toReversed()], drawn: [...shown].toReversed() };
}

export interface ChartContext {
  panel: Panel;
  theme: Theme;
  width: number;
  height: number;
  fromMs: number;
  toMs: number;
  frame: TimeFrame;
  intervalMs: number;
  syncKey: string;
  onZoom: (fromMs: number, toMs: number) => void;
  plugin: uPlot.Plugin;
}

export function chartOptions(context: ChartContext, drawn: readonly DrawnSeries[]): uPlot.Options {
  const { panel, theme, width, height } = context;
  const field = panel.fieldConfig?.defaults ?? {};
  const custom = field.custom ?? {};
  const isBars = custom.drawStyle === "bars";
  const ink = cssColor("--ink-3");
  const line = cssColor("--grid");
  const font = `11px ${cssColor("--font") || "system-ui"}`;
  const isPercentStack = custom.stacking?.mode === "percent";
  const unit = isPercentStack ? "percentunit" : field.unit;
  const firstBucket = context.frame.times[0] ?? context.fromMs;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, 18, 0, 0],
    cursor: {
      sync: { key: context.syncKey },
      drag: { x: true, y: false, setScale: false },
      points: { show: !isBars, size: 7 },
      y: false,
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: {
        time: true,
        range: () => [
          (isBars ? Math.min(firstBucket, context.fromMs) : context.fromMs) / 1000,
          Math.max(context.toMs, context.fromMs + 1000) / 1000,
        ],
      },
      y: {
        range: (_, min, max) => valueRange(min, max, custom.axisSoftMax, isPercentStack, thresholdTop(panel)),
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        gap: 6,
        space: 70,
        values: (_, ticks, __, ___, step) => timeTicks(ticks, step),
      },
      {
        ...axis,
        size: (_, values) => Math.max(34, ...(values ?? []).map((text) => text.length * 6.4 + 12)),
        gap: 6,
        space: 34,
        incrs: incrementsOf(unit),
        values: (_, ticks) => {
          const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
          return ticks.map((tick) => formatTick(tick, unit, step));
        },
      },
    ],
    series: [{}, ...drawn.map((one) => seriesOptions(one, custom, isBars))],
    ...(isBars || custom.stacking === undefined || custom.stacking.mode === "none"
      ? {}
      : {
          bands: drawn.slice(1).map((_, index) => ({ series: [index + 1, index + 2] as [number, number] })),
        }),
    hooks: {
      setSelect: [
        (u) => {
          if (u.select.width < 6) return;
          const from = u.posToVal(u.select.left, "x") * 1000;
          const to = u.posToVal(u.select.left + u.select.width, "x") * 1000;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          context.onZoom(Math.round(from), Math.round(to));
        },
      ],
      draw: custom.thresholdsStyle?.mode === "line" ? [(u) => drawThresholds(u, panel, theme)] : [],
    },
    plugins: [context.plugin],
  };
}

function thresholdTop(panel: Panel): number {
  if (panel.fieldConfig?.defaults.custom?.thresholdsStyle?.mode !== "line") return 0;
  return Math.max(0, ...(panel.fieldConfig.defaults.thresholds?.steps ?? []).map((step) => step.value ?? 0));
}

function valueRange(
  min: number | null,
  max: number | null,
  softMax: number | undefined,
  isPercent: boolean,
  atLeast: number,
): uPlot.Range.MinMax {
  if (isPercent) return [0, 1];
  const low = Math.min(0, min ?? 0);
  const high = Math.max(softMax ?? 0, max ?? 0, atLeast);
  if (high === low) return [low, low + 1];
  return [low < 0 ? low * 1.08 : 0, softMax !== undefined && high <= softMax ? softMax : high * 1.08];
}

function seriesOptions(
  one: DrawnSeries,
  custom: { fillOpacity?: number; lineWidth?: number },
  isBars: boolean,
): uPlot.Series {
  const paths = isBars
    ? uPlot.paths.bars?.({ size: [0.82, 44], align: 1, radius: 0 })
    : uPlot.paths.linear?.();
  const fill = custom.fillOpacity ?? 0;
  return {
    label: one.name,
    stroke: isBars ? "transparent" : one.color,
    width: isBars ? 0 : (custom.lineWidth ?? 2),
    spanGaps: true,
    ...(isBars ? { fill: one.color } : fill > 0 ? { fill: withAlpha(one.color, fill / 100) } : {}),
    points: { show: isBars ? false : isSparse(one.values), size: 5, fill: one.color },
    ...(paths === undefined ? {} : { paths }),
  };
}

/** Lone values would be invisible as a line without a neighbour. */
const isSparse = (values: readonly (number | null)[]): boolean =>
  values.filter((value) => value !== null).length <= 3;

function withAlpha(color: string, alpha: number): string {
  const byte = Math.round(alpha * 255)
    .toString(16)
    .padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(color) ? color + byte : color;
}

function drawThresholds(u: uPlot, panel: Panel, theme: Theme): void {
  const steps = panel.fieldConfig?.defaults.thresholds?.steps ?? [];
  for (const step of steps) {
    if (step.value === null) continue;
    const y = Math.round(u.valToPos(step.value, "y", true));
    if (y < u.bbox.top || y > u.bbox.top + u.bbox.height) continue;
    u.ctx.save();
    u.ctx.strokeStyle = namedColor(thresholdColor(steps, step.value), theme);
    u.ctx.lineWidth = devicePixelRatio;
    u.ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, y);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
    u.ctx.stroke();
    u.ctx.restore();
  }
}
