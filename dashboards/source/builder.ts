import type { PanelSpec } from "./board-layout.js";
import { type Basics, defaults, override, panel, type Queried, reduce } from "./panel.js";
import type { CustomField, FieldDefaults, Legend, ThresholdStep } from "./schema.js";

/** What a rise against the previous period means. */
export type Change = "rise-is-bad" | "rise-is-good" | "neutral";

const CHANGE_COLOR = {
  "rise-is-bad": "inverted",
  "rise-is-good": "standard",
  neutral: "same_as_value",
} as const;

/** One big number; with `change`, the SQL gives two rows, previous then this period, and the change is shown beside it. */
export function stat(spec: Queried & { change?: Change }): PanelSpec {
  const hasThresholds = spec.thresholds !== undefined;
  const field: FieldDefaults = {
    ...defaults(spec),
    color: hasThresholds ? { mode: "thresholds" } : { mode: "fixed", fixedColor: "text" },
  };
  return panel("stat", spec, 1, field, {
    reduceOptions: reduce(["last"]),
    colorMode: hasThresholds ? "value" : "none",
    graphMode: "none",
    textMode: "value",
    justifyMode: "auto",
    orientation: "auto",
    showPercentChange: spec.change !== undefined,
    percentChangeColorMode: CHANGE_COLOR[spec.change ?? "neutral"],
  });
}

interface TimeseriesSpec extends Queried {
  /** Bars for amounts per bucket, lines for levels. */
  draw: "bars" | "line";
  stack?: "normal" | "percent";
  fill?: number;
  legend?: Partial<Legend>;
  /** Bars become unreadable when there are many: the number of buckets asked for. */
  maxDataPoints?: number;
  /** Fixed Grafana color names by series. */
  colors?: Record<string, string>;
  softMax?: number;
  thresholdLine?: boolean;
}

/** Values over time. The SQL gives a time column, at most one label column, and numbers. */
export function timeseries(spec: TimeseriesSpec): PanelSpec {
  const bars = spec.draw === "bars";
  const custom: CustomField = {
    drawStyle: spec.draw,
    lineInterpolation: "linear",
    lineWidth: bars ? 0 : 2,
    fillOpacity: spec.fill ?? (bars ? 90 : 0),
    showPoints: bars ? "never" : "auto",
    spanNulls: !bars,
    stacking: { mode: spec.stack ?? "none", group: "A" },
    axisSoftMin: 0,
    ...(spec.softMax === undefined ? {} : { axisSoftMax: spec.softMax }),
    ...(spec.thresholdLine === true ? { thresholdsStyle: { mode: "line" } } : {}),
  };
  const overrides = Object.entries(spec.colors ?? {}).map(([name, color]) =>
    override(name, [{ id: "color", value: { mode: "fixed", fixedColor: color } }]),
  );
  const built = panel(
    "timeseries",
    spec,
    0,
    { ...defaults(spec), color: { mode: "palette-classic" }, custom },
    {
      legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [], ...spec.legend },
      tooltip: { mode: "multi", sort: "desc" },
    },
    overrides,
  );
  return { ...built, maxDataPoints: spec.maxDataPoints ?? (bars ? 60 : 240), interval: "1m" };
}

/** One horizontal bar per row of the SQL: a name and `Value`. */
export function bargauge(spec: Queried & { color?: string }): PanelSpec {
  const field: FieldDefaults = {
    ...defaults(spec),
    min: 0,
    color: { mode: "fixed", fixedColor: spec.color ?? "blue" },
  };
  return panel("bargauge", spec, 1, field, {
    reduceOptions: reduce([], true),
    orientation: "horizontal",
    displayMode: "basic",
    valueMode: "text",
    showUnfilled: true,
  });
}

/** Vertical bars over categories: the first column names them, each further one is a series. */
export function barchart(spec: Queried & { xField: string; stack?: "normal" | "percent" }): PanelSpec {
  const field: FieldDefaults = {
    ...defaults(spec),
    color: { mode: "palette-classic" },
    custom: { fillOpacity: 90, lineWidth: 0, axisSoftMin: 0 },
  };
  return panel("barchart", spec, 1, field, {
    xField: spec.xField,
    orientation: "vertical",
    stacking: spec.stack ?? "none",
    legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] },
    tooltip: { mode: "multi", sort: "desc" },
  });
}

/** Shares of a whole: a name and `Value` per row. */
export function piechart(spec: Queried): PanelSpec {
  return panel(
    "piechart",
    spec,
    1,
    { ...defaults(spec), color: { mode: "palette-classic" } },
    {
      reduceOptions: reduce([], true),
      pieType: "donut",
      displayLabels: [],
      legend: { showLegend: true, displayMode: "table", placement: "right", calcs: [] },
      tooltip: { mode: "single", sort: "none" },
    },
  );
}

/** One number on an arc from `min` to `max`. */
export function gauge(spec: Queried & { min: number; max: number; thresholds: ThresholdStep[] }): PanelSpec {
  return panel(
    "gauge",
    spec,
    1,
    { ...defaults(spec), min: spec.min, max: spec.max, color: { mode: "thresholds" } },
    {
      reduceOptions: reduce(["lastNotNull"]),
      orientation: "auto",
      showThresholdLabels: false,
      showThresholdMarkers: true,
    },
  );
}

/** Counts per time bucket and value class: a time column, then one number column per class, named by its upper bound. */
export function heatmap(spec: Queried): PanelSpec {
  const built = panel("heatmap", spec, 0, defaults(spec), {
    calculate: false,
    color: { mode: "scheme", scheme: "Blues", steps: 32 },
    yAxis: { unit: spec.unit, axisPlacement: "left" },
    cellGap: 1,
    legend: { showLegend: false, displayMode: "list", placement: "bottom", calcs: [] },
    tooltip: { mode: "single", sort: "none" },
  });
  return { ...built, maxDataPoints: 60, interval: "1m" };
}

/** Markdown: paragraphs, emphasis, code, links and lists. */
export function text(spec: Basics & { content: string }): PanelSpec {
  const { content, ...basics } = spec;
  return { ...basics, type: "text", options: { mode: "markdown", content } };
}
