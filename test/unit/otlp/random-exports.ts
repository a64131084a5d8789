/** Deterministic pseudo-random numbers in [0, 1) (mulberry32): a failing case is found again by its seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Json = Record<string, unknown>;

const KEYS = [
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.usage.input_tokens",
  "llm.input_messages.0.message.content",
  "schlüssel",
  "キー",
  "__proto__",
  "constructor",
  "",
  "a".repeat(200),
];
const TEXTS = ["", "openai", "gpt-5-mini", "grüße", "日本語", "😀 ok", "x".repeat(60), "y".repeat(3000)];
const INTEGERS = [
  "0",
  "1",
  "-1",
  "127",
  "128",
  "-128",
  "2147483647",
  "2147483648",
  "-2147483649",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "-9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
];
const DOUBLES = [0, 1.5, -2.25e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Random OTLP requests in the member names that protobufjs takes. */
export class RandomExports {
  constructor(private readonly random: () => number) {}

  int(below: number): number {
    return Math.floor(this.random() * below);
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.int(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  list<T>(below: number, make: () => T): T[] {
    return Array.from({ length: this.int(below) }, make);
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.int(256)));
  }

  anyValue(depth = 0): Json {
    const kind = this.int(depth > 3 ? 6 : 8);
    if (kind === 0) return { stringValue: this.pick(TEXTS) };
    if (kind === 1) return { boolValue: this.random() < 0.5 };
    if (kind === 2) return { intValue: this.pick(INTEGERS) };
    if (kind === 3) return { doubleValue: this.pick(DOUBLES) };
    if (kind === 4) return { bytesValue: this.bytes(this.int(9)) };
    if (kind === 5) return {};
    if (kind === 6) return { arrayValue: { values: this.list(5, () => this.anyValue(depth + 1)) } };
    return { kvlistValue: { values: this.list(5, () => this.keyValue(depth + 1)) } };
  }

  keyValue(depth = 0): Json {
    const key = this.random() < 0.8 ? this.pick(KEYS) : `key.${this.int(10_000)}`;
    return this.random() < 0.05 ? { key } : { key, value: this.anyValue(depth) };
  }

  attributes(below = 12): Json[] {
    return this.list(below, () => this.keyValue());
  }

  nanoseconds(): string {
    return this.pick(["1", "1795374058363934721", "18446744073709551615", `17${this.int(1e9)}000000001`]);
  }

  traceId(): Buffer {
    return this.random() < 0.1
      ? this.pick([Buffer.alloc(16), Buffer.alloc(0), this.bytes(8)])
      : this.bytes(16);
  }

  spanId(): Buffer {
    return this.random() < 0.1
      ? this.pick([Buffer.alloc(8), Buffer.alloc(0), this.bytes(16)])
      : this.bytes(8);
  }

  span(): Json {
    return {
      traceId: this.traceId(),
      spanId: this.spanId(),
      traceState: this.pick(["", "vendor=1"]),
      parentSpanId: this.pick([Buffer.alloc(0), Buffer.alloc(8), this.bytes(8)]),
      name: this.pick(TEXTS),
      kind: this.int(6),
      ...(this.random() < 0.95 ? { startTimeUnixNano: this.nanoseconds() } : {}),
      ...(this.random() < 0.95 ? { endTimeUnixNano: this.nanoseconds() } : {}),
      attributes: this.attributes(),
      droppedAttributesCount: this.int(3),
      events: this.list(4, () => ({
        timeUnixNano: this.nanoseconds(),
        name: this.pick(TEXTS),
        attributes: this.attributes(4),
      })),
      links: this.list(2, () => ({ traceId: this.bytes(16), spanId: this.bytes(8) })),
      ...(this.random() < 0.7 ? { status: { code: this.int(3), message: this.pick(TEXTS) } } : {}),
      flags: this.int(256),
    };
  }

  resource(): Json {
    return this.random() < 0.1
      ? {}
      : { resource: { attributes: this.attributes(6), droppedAttributesCount: 1 } };
  }

  scope(): Json {
    if (this.random() < 0.1) return {};
    return {
      scope: { name: this.pick(TEXTS), version: this.pick(["", "1.2.3"]), attributes: this.attributes(3) },
    };
  }

  traces(): Json {
    return {
      resourceSpans: this.list(3, () => ({
        ...this.resource(),
        scopeSpans: this.list(3, () => ({
          ...this.scope(),
          spans: this.list(4, () => this.span()),
          schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
        })),
        instrumentationLibrarySpans: this.list(2, () => ({ spans: [this.span()] })),
      })),
    };
  }

  logs(): Json {
    return {
      resourceLogs: this.list(3, () => ({
        ...this.resource(),
        scopeLogs: this.list(3, () => ({
          ...this.scope(),
          logRecords: this.list(4, () => this.logRecord()),
        })),
      })),
    };
  }

  logRecord(): Json {
    return {
      timeUnixNano: this.nanoseconds(),
      observedTimeUnixNano: this.nanoseconds(),
      severityNumber: this.int(24),
      severityText: this.pick(TEXTS),
      ...(this.random() < 0.8 ? { body: this.anyValue() } : {}),
      attributes: this.attributes(),
      droppedAttributesCount: this.int(3),
      flags: this.int(256),
      ...(this.random() < 0.5 ? { traceId: this.traceId(), spanId: this.spanId() } : {}),
      eventName: this.pick(TEXTS),
    };
  }

  metrics(): Json {
    return {
      resourceMetrics: this.list(3, () => ({
        ...this.resource(),
        scopeMetrics: this.list(3, () => ({ ...this.scope(), metrics: this.list(4, () => this.metric()) })),
      })),
    };
  }

  metric(): Json {
    const named = {
      name: this.pick(TEXTS),
      description: this.pick(TEXTS),
      unit: this.pick(["", "{token}", "s"]),
    };
    const aggregationTemporality = this.int(3);
    const numbers = this.list(4, () => this.numberPoint());
    const kind = this.int(6);
    if (kind === 0) return { ...named, gauge: { dataPoints: numbers } };
    if (kind === 1) {
      return {
        ...named,
        sum: { dataPoints: numbers, aggregationTemporality, isMonotonic: this.random() < 0.5 },
      };
    }
    const dataPoints = this.list(4, () => this.distribution());
    if (kind === 2) return { ...named, histogram: { dataPoints, aggregationTemporality } };
    if (kind === 3) return { ...named, exponentialHistogram: { dataPoints, aggregationTemporality } };
    return kind === 4 ? { ...named, summary: { dataPoints } } : named;
  }

  numberPoint(): Json {
    const value = this.int(3);
    return {
      ...this.pointBase(),
      ...(value === 0 ? { asInt: this.pick(INTEGERS) } : {}),
      ...(value === 1 ? { asDouble: this.pick(DOUBLES) } : {}),
    };
  }

  distribution(): Json {
    return {
      ...this.pointBase(),
      count: String(this.int(1e6)),
      ...(this.random() < 0.7 ? { sum: this.pick(DOUBLES) } : {}),
      bucketCounts: this.list(5, () => String(this.int(99))),
      explicitBounds: this.list(5, () => this.random()),
    };
  }

  pointBase(): Json {
    return {
      startTimeUnixNano: this.nanoseconds(),
      ...(this.random() < 0.95 ? { timeUnixNano: this.nanoseconds() } : {}),
      attributes: this.attributes(5),
      flags: this.random() < 0.1 ? 1 : 0,
    };
  }

  /** The same bytes with a few of them changed, removed, doubled or cut off. */
  damaged(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    if (copy.length === 0) return this.bytes(this.int(12));
    const kind = this.int(4);
    if (kind === 0) return copy.subarray(0, this.int(copy.length));
    const at = this.int(copy.length);
    const upTo = Math.min(copy.length, at + 1 + this.int(8));
    if (kind === 1) return Buffer.concat([copy.subarray(0, at), copy.subarray(upTo)]);
    if (kind === 2) return Buffer.concat([copy.subarray(0, upTo), copy.subarray(at)]);
    for (let changes = 1 + this.int(4); changes > 0; changes -= 1)
      copy[this.int(copy.length)] = this.int(256);
    return copy;
  }
}
