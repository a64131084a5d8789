import type { MetricPoint, Temporality } from "../domain/metric.js";
import type { Refusal } from "./decoded.js";

/** How the points of one kind of metric are laid out: field numbers of opentelemetry-proto metrics/v1 (read 2026-11-22). */
export interface PointLayout {
  /** Member name in OTLP/JSON. */
  name: string;
  kind: MetricPoint["kind"];
  attributes: number;
  flags: number;
  /** Count and sum of a distribution; null for plain numbers. */
  distribution: { count: number; sum: number } | null;
}

/** By field number in Metric. A summary is read as a distribution too: its count and sum are the same thing. */
export const POINT_LAYOUTS: Readonly<Record<number, PointLayout | undefined>> = {
  5: { name: "gauge", kind: "gauge", attributes: 7, flags: 8, distribution: null },
  7: { name: "sum", kind: "sum", attributes: 7, flags: 8, distribution: null },
  9: { name: "histogram", kind: "histogram", attributes: 9, flags: 10, distribution: { count: 4, sum: 5 } },
  10: {
    name: "exponentialHistogram",
    kind: "histogram",
    attributes: 1,
    flags: 10,
    distribution: { count: 4, sum: 5 },
  },
  11: { name: "summary", kind: "histogram", attributes: 7, flags: 8, distribution: { count: 4, sum: 5 } },
};

/** Flag of a point without a value. */
export const NO_RECORDED_VALUE = 1;

export const NOT_A_METRIC: Refusal = {
  code: "not_a_metric",
  message: "not a metric: was another signal sent to the metrics path?",
};
export const NO_POINT_TIME: Refusal = {
  code: "invalid_time",
  message: "invalid time: a data point has none",
};

const TEMPORALITIES: Readonly<Record<number, Temporality | undefined>> = { 1: "delta", 2: "cumulative" };

/** Summaries have no temporality field: they count from the start of the process. */
export function temporalityOf(layout: PointLayout, value: number): Temporality {
  if (layout.name === "summary") return "cumulative";
  return TEMPORALITIES[value] ?? "unspecified";
}
