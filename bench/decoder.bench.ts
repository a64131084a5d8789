import type { AttributeValue } from "../src/server/domain/span.js";
import { decodeTraces } from "../src/server/otlp/traces-decoder.js";
import { decodeTracesJson } from "../src/server/otlp/traces-json-decoder.js";
import { exportBody, traceRequest } from "./llm-spans.js";
import { interleave, printTable, short } from "./measure.js";

const SPANS = 512;
const BODIES = 8;

interface AnyValueMessage {
  value?: string;
  stringValue?: string;
  boolValue?: boolean;
  intValue?: { toNumber(): number };
  doubleValue?: number;
  arrayValue?: { values: AnyValueMessage[] };
}

interface RequestMessage {
  resourceSpans: {
    scopeSpans: {
      spans: {
        traceId: Buffer;
        spanId: Buffer;
        name: string;
        startTimeUnixNano: { toString(): string };
        endTimeUnixNano: { toString(): string };
        attributes: { key: string; value: AnyValueMessage }[];
      }[];
    }[];
  }[];
}

function plainValue(message: AnyValueMessage): AttributeValue {
  switch (message.value) {
    case "stringValue":
      return message.stringValue ?? "";
    case "intValue":
      return message.intValue?.toNumber() ?? 0;
    case "boolValue":
      return message.boolValue ?? false;
    case "doubleValue":
      return message.doubleValue ?? 0;
    default:
      return (message.arrayValue?.values ?? []).map(plainValue);
  }
}

/** What a receiver on protobufjs does: decode the object tree, then map it to spans with hex ids and attribute maps. */
function decodeWithProtobufjs(body: Buffer): number {
  const request = traceRequest.decode(body) as unknown as RequestMessage;
  let spans = 0;
  for (const { scopeSpans } of request.resourceSpans) {
    for (const block of scopeSpans) {
      for (const span of block.spans) {
        const mapped = {
          traceId: span.traceId.toString("hex"),
          spanId: span.spanId.toString("hex"),
          name: span.name,
          start: BigInt(span.startTimeUnixNano.toString()),
          end: BigInt(span.endTimeUnixNano.toString()),
          attributes: new Map(span.attributes.map(({ key, value }) => [key, plainValue(value)])),
        };
        if (mapped.attributes.size > 0) spans += 1;
      }
    }
  }
  return spans;
}

/** Spans per second of our decoders against protobufjs with the same mapping. */
export async function benchDecoder(): Promise<void> {
  const bodies = Array.from({ length: BODIES }, () => exportBody(SPANS));
  const json = bodies.map((body) => {
    const plain = traceRequest.toObject(traceRequest.decode(body), { longs: String });
    return Buffer.from(
      JSON.stringify(plain, (key, value: unknown) =>
        key.endsWith("Id") && typeof value === "object" && value !== null
          ? Buffer.from((value as { data: number[] }).data).toString("hex")
          : value,
      ),
    );
  });
  const all = <T>(inputs: readonly T[], decode: (input: T) => number) => {
    return (): void => {
      let spans = 0;
      for (const input of inputs) spans += decode(input);
      if (spans !== SPANS * BODIES) throw new Error(`decoded ${spans} spans`);
    };
  };
  const results = await interleave(
    [
      { name: "protobufjs (baseline)", run: all(bodies, decodeWithProtobufjs) },
      { name: "ours, protobuf", run: all(bodies, (body) => decodeTraces(body).items.length) },
      { name: "ours, JSON", run: all(json, (body) => decodeTracesJson(body).items.length) },
    ],
    40,
    15,
  );
  const baseline = results[0]?.medianCpuNs ?? Number.NaN;
  printTable(`Decoding OTLP: ${SPANS} spans of 25 attributes per request`, [
    ["", "us CPU/span", "spans/s", "x baseline"],
    ...results.map(({ name, medianNs, medianCpuNs }) => [
      name,
      short(medianCpuNs / 1000 / SPANS / BODIES),
      short((SPANS * BODIES) / (medianNs / 1e9)),
      (baseline / medianCpuNs).toFixed(2),
    ]),
  ]);
}
