import type { MetricPoint, Temporality } from "../domain/metric.js";
import type { AttributeValue, Resource, Scope } from "../domain/span.js";
import { type Decoded, DecodedBuilder, tooMany } from "./decoded.js";
import { EnvelopeReader } from "./envelope-reader.js";
import { DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
import {
  NO_RECORDED_VALUE,
  POINT_LAYOUTS,
  type PointLayout,
  NOT_A_METRIC,
  NO_POINT_TIME,
  temporalityOf,
} from "./metric-points.js";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from "./protobuf-reader.js";

interface OpenPoint extends MetricPoint {
  attributes: Map<string, AttributeValue>;
}

/** A metric whose points are not read yet: they may stand before its name. */
interface OpenMetric {
  name: string;
  unit: string;
  layout: PointLayout | null;
  dataStart: number;
  dataEnd: number;
}

/**
 * The data points of a binary ExportMetricsServiceRequest, and how many of them were refused.
 * @throws AppError `invalid_request` when the bytes are no such message.
 */
export function decodeMetrics(body: Buffer, options: DecodeOptions = DEFAULT_OPTIONS): Decoded<MetricPoint> {
  return new MetricsDecoder(new EnvelopeReader(body, options), options).decode();
}

class MetricsDecoder {
  readonly #out = new DecodedBuilder<MetricPoint>();

  constructor(
    private readonly envelope: EnvelopeReader,
    private readonly options: DecodeOptions,
  ) {}

  decode(): Decoded<MetricPoint> {
    this.envelope.read((end, resource, scope) => {
      const metric = this.#metric(end);
      if (metric === null) this.#out.reject(NOT_A_METRIC);
      else if (metric.layout !== null) this.#data(metric, metric.layout, resource, scope);
    });
    return this.#out;
  }

  /** Name, unit and the place of the points; null when a known field has a type that no metric has. */
  #metric(end: number): OpenMetric | null {
    const { reader } = this.envelope;
    const metric: OpenMetric = { name: "", unit: "", layout: null, dataStart: 0, dataEnd: 0 };
    while (reader.pos < end) {
      const field = reader.tag(end);
      const layout = POINT_LAYOUTS[field];
      if (field > 3 && layout === undefined) {
        reader.skip(field, end);
        continue;
      }
      if (reader.wireType !== WIRE_BYTES) return null;
      const fieldEnd = reader.fieldEnd(end);
      if (field === 1) metric.name = this.envelope.shortText(fieldEnd);
      else if (field === 3) metric.unit = this.envelope.shortText(fieldEnd);
      else if (layout !== undefined) {
        metric.layout = layout;
        metric.dataStart = reader.pos;
        metric.dataEnd = fieldEnd;
      }
      reader.pos = fieldEnd;
    }
    return metric;
  }

  /** Reads the points twice over: temporality and monotony may stand after them. */
  #data(metric: OpenMetric, layout: PointLayout, resource: Resource, scope: Scope): void {
    const { reader } = this.envelope;
    const { dataStart, dataEnd } = metric;
    let temporality = temporalityOf(layout, 0);
    let monotonic = layout.kind === "histogram";
    reader.pos = dataStart;
    while (reader.pos < dataEnd) {
      const field = reader.tag(dataEnd);
      if (field === 2 && reader.wireType === WIRE_VARINT) {
        temporality = temporalityOf(layout, reader.int32(dataEnd));
      } else if (field === 3 && reader.wireType === WIRE_VARINT) monotonic = reader.bool(dataEnd);
      else reader.skip(field, dataEnd);
    }
    reader.pos = dataStart;
    while (reader.pos < dataEnd) {
      const field = reader.tag(dataEnd);
      if (field !== 1 || reader.wireType !== WIRE_BYTES) reader.skip(field, dataEnd);
      else {
        const pointEnd = reader.fieldEnd(dataEnd);
        this.#add(this.#point(pointEnd, layout, { metric, temporality, monotonic, resource, scope }));
        reader.pos = pointEnd;
      }
    }
  }

  #add(point: OpenPoint): void {
    const { items } = this.options.limits;
    if (this.#out.items.length >= items) this.#out.reject(tooMany("data points", items));
    else if (point.timeUnixNano === 0n) this.#out.reject(NO_POINT_TIME);
    else this.#out.items.push(point);
  }

  #point(
    end: number,
    layout: PointLayout,
    stream: {
      metric: OpenMetric;
      temporality: Temporality;
      monotonic: boolean;
      resource: Resource;
      scope: Scope;
    },
  ): OpenPoint {
    const { reader, attributes } = this.envelope;
    const { metric, ...shared } = stream;
    const point: OpenPoint = {
      name: metric.name,
      unit: metric.unit,
      kind: layout.kind,
      ...shared,
      startTimeUnixNano: 0n,
      timeUnixNano: 0n,
      value: null,
      count: layout.distribution === null ? null : 0,
      attributes: new Map(),
    };
    let flags = 0;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === layout.attributes && reader.wireType === WIRE_BYTES) {
        attributes.readInto(point.attributes, reader.fieldEnd(end));
      } else if (reader.wireType === WIRE_FIXED64) this.#fixedField(point, layout, field, end);
      else if (field === layout.flags && reader.wireType === WIRE_VARINT) flags = reader.int32(end);
      else reader.skip(field, end);
    }
    if ((flags & NO_RECORDED_VALUE) !== 0) point.value = null;
    return point;
  }

  #fixedField(point: OpenPoint, { distribution }: PointLayout, field: number, end: number): void {
    const { reader } = this.envelope;
    if (field === 2) point.startTimeUnixNano = reader.fixed64(end);
    else if (field === 3) point.timeUnixNano = reader.fixed64(end);
    else if (distribution === null && field === 4) point.value = reader.double(end);
    else if (distribution === null && field === 6) point.value = Number(reader.sfixed64(end));
    else if (field === distribution?.sum) point.value = reader.double(end);
    else if (field === distribution?.count) point.count = Number(reader.fixed64(end));
    else reader.skip(field, end);
  }
}
