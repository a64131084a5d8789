/** A figure that a room shows to monitoring. Counters end in `_total`. */
export interface Gauge {
  kind: "gauge" | "counter";
  name: string;
  help: string;
  value: number;
  labels?: Readonly<Record<string, string>>;
}

/** A room with figures of its own. */
export interface GaugeSource {
  /** Never throws. */
  gauges(): readonly Gauge[];
}

/** Injection token of the list of sources. */
export const GAUGE_SOURCES = Symbol("GAUGE_SOURCES");
