import type { MetricPoint } from "../domain/metric.js";
import type { Resource, Scope } from "../domain/span.js";
import { type Decoded, DecodedBuilder, tooMany } from "./decoded.js";
import { readJsonEnvelope } from "./json-envelope.js";
import {
  type JsonObject,
  jsonArray,
  jsonAttributes,
  jsonDouble,
  jsonInt32,
  jsonInteger,
  jsonObject,
  jsonText,
  jsonUint64,
} from "./json-values.js";
import { DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
import {
  NO_RECORDED_VALUE,
  POINT_LAYOUTS,
  type PointLayout,
  NOT_A_METRIC,
  NO_POINT_TIME,
  temporalityOf,
} from "./metric-points.js";

const LAYOUTS = Object.values(POINT_LAYOUTS).filter((layout) => layout !== undefined);

/**
 * The data points of an OTLP/JSON ExportMetricsServiceRequest, and how many of them were refused.
 * @throws AppError `invalid_request` when the body is no such request.
 */
export function decodeMetricsJson(
  body: Buffer,
  options: DecodeOptions = DEFAULT_OPTIONS,
): Decoded<MetricPoint> {
  const out = new DecodedBuilder<MetricPoint>();
  readJsonEnvelope(body, "metrics", options, (item, resource, scope) => {
    if (item === null) return out.reject(NOT_A_METRIC);
    const layout = LAYOUTS.find(({ name }) => jsonObject(item[name]) !== null);
    const data = layout === undefined ? null : jsonObject(item[layout.name]);
    if (layout === undefined || data === null) return;
    for (const element of jsonArray(data["dataPoints"])) {
      const point = readPoint(jsonObject(element) ?? {}, layout, { item, data, resource, scope }, options);
      if (out.items.length >= options.limits.items) {
        out.reject(tooMany("data points", options.limits.items));
      } else if (point.timeUnixNano === 0n) out.reject(NO_POINT_TIME);
      else out.items.push(point);
    }
  });
  return out;
}

interface Metric {
  item: JsonObject;
  data: JsonObject;
  resource: Resource;
  scope: Scope;
}

function readPoint(
  point: JsonObject,
  layout: PointLayout,
  { item, data, resource, scope }: Metric,
  options: DecodeOptions,
): MetricPoint {
  return {
    name: jsonText(item["name"], options.limits.valueBytes),
    unit: jsonText(item["unit"], options.limits.valueBytes),
    kind: layout.kind,
    temporality: temporalityOf(layout, jsonInt32(data["aggregationTemporality"])),
    monotonic: layout.kind === "histogram" || data["isMonotonic"] === true,
    startTimeUnixNano: jsonUint64(point["startTimeUnixNano"]),
    timeUnixNano: jsonUint64(point["timeUnixNano"]),
    value: valueOf(point, layout),
    count: layout.distribution === null ? null : Number(jsonUint64(point["count"])),
    attributes: jsonAttributes(point["attributes"], options),
    resource,
    scope,
  };
}

function valueOf(point: JsonObject, layout: PointLayout): number | null {
  if ((jsonInt32(point["flags"]) & NO_RECORDED_VALUE) !== 0) return null;
  if (layout.distribution !== null) return jsonDouble(point["sum"]);
  const whole = jsonInteger(point["asInt"]);
  return whole === null ? jsonDouble(point["asDouble"]) : Number(BigInt.asIntN(64, whole));
}
