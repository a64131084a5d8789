import type { Attributes, Resource, Scope } from "./span.js";

/** How a point relates to earlier ones of its stream. */
export type Temporality = "delta" | "cumulative" | "unspecified";

/** One number of a metric stream: a sum or gauge value, or the sum of a histogram. */
export interface MetricPoint {
  name: string;
  unit: string;
  kind: "sum" | "gauge" | "histogram";
  temporality: Temporality;
  monotonic: boolean;
  /** Start of the stream or of the delta interval; 0 when not set. */
  startTimeUnixNano: bigint;
  timeUnixNano: bigint;
  /** Value, or a histogram's sum; null when the sender left the sum out. */
  value: number | null;
  /** Observations of a histogram; null for sums and gauges. */
  count: number | null;
  attributes: Attributes;
  resource: Resource;
  scope: Scope;
}
