import type { MetricPoint } from "../../../src/server/domain/metric.js";
import {
  expectedAttributes,
  expectedItems,
  type Json,
  list,
  number,
  text,
  whole,
} from "./expected-values.js";

const KINDS: readonly (readonly [member: string, kind: MetricPoint["kind"]])[] = [
  ["gauge", "gauge"],
  ["sum", "sum"],
  ["histogram", "histogram"],
  ["exponentialHistogram", "histogram"],
  ["summary", "histogram"],
];
const TEMPORALITIES = ["unspecified", "delta", "cumulative"] as const;

/** What a decoded ExportMetricsServiceRequest of protobufjs must become. */
export function expectedPoints(request: Json): { items: MetricPoint[]; rejected: number } {
  const points = expectedItems(request, "resourceMetrics", "scopeMetrics", "metrics").flatMap(
    ({ item, resource, scope }) =>
      KINDS.filter(([member]) => item[member] !== undefined).flatMap(([member, kind]) => {
        const data = item[member] as Json;
        const temporality =
          member === "summary"
            ? "cumulative"
            : (TEMPORALITIES[number(data["aggregationTemporality"])] ?? "unspecified");
        return list(data["dataPoints"]).map((point): MetricPoint => ({
          name: text(item["name"]),
          unit: text(item["unit"]),
          kind,
          temporality,
          monotonic: kind === "histogram" || data["isMonotonic"] === true,
          startTimeUnixNano: whole(point["startTimeUnixNano"]),
          timeUnixNano: whole(point["timeUnixNano"]),
          value: number(point["flags"]) === 1 ? null : valueOf(point),
          count: kind === "histogram" ? Number(whole(point["count"])) : null,
          attributes: expectedAttributes(point["attributes"]),
          resource,
          scope,
        }));
      }),
  );
  const items = points.filter((point) => point.timeUnixNano > 0n);
  return { items, rejected: points.length - items.length };
}

function valueOf(point: Json): number | null {
  if (point["asInt"] !== undefined) return Number(whole(point["asInt"]));
  const value = point["asDouble"] ?? point["sum"];
  return value === undefined ? null : number(value);
}
