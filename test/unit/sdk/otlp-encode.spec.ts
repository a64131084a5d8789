import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { SpanBatch } from "../../../src/sdk/src/otlp-encode.js";
import { lineIds, resultIds } from "../../../src/sdk/src/result-ids.js";
import type { AttributeValue, SpanData } from "../../../src/sdk/src/span-data.js";
import { decodeTraces } from "../../support/sdk/decode-traces.js";

type Named = Record<string, AttributeValue | null>;

const SCOPE = { name: "s", version: "1" };
const PARENT = { traceId: "0102030405060708090a0b0c0d0e0f10", spanId: "1112131415161718" };

function spanOf(name: string, attributes: Named): SpanData {
  return {
    name,
    startMs: 1_795_374_058_000,
    endMs: 1_795_374_058_001,
    failed: false,
    result: null,
    first: () => ({}),
    events: [{ name: "e", timeMs: 1_795_374_058_000, describe: (sink) => sink.put("n", 7) }],
    describe: (sink) => {
      for (const key in attributes) sink.put(key, attributes[key]);
    },
  };
}

const decoded = (batch: SpanBatch): ReturnType<typeof decodeTraces> =>
  decodeTraces(Buffer.concat(batch.finish({ "service.name": "shop" }, SCOPE)));

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ minLength: 60, maxLength: 300 }),
);
const value: fc.Arbitrary<AttributeValue | null> = fc.oneof(
  text,
  fc.boolean(),
  fc.nat(),
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 40, 0.5, -3),
  fc.array(fc.oneof(fc.constantFrom("one", "two"), text), { maxLength: 9 }),
  fc.nat({ max: 12 }).map((length) => Array.from({ length }, (_unused, index) => `item ${index}`)),
  fc.constant(null),
);
// Few names, so that spans say the same, something else, more and less than the one before them.
const attributes = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "é", "long.name.of.a.thing"), value), {
  maxLength: 6,
});
const known = (named: Named): Named =>
  Object.fromEntries(Object.entries(named).filter(([, given]) => given !== null));

describe("encoding spans as changes of the one before", () => {
  it("reads back as what each of them said", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("x", "y"), attributes), { maxLength: 12 }), (spans) => {
        const batch = new SpanBatch();
        for (const [name, pairs] of spans) batch.add(spanOf(name, Object.fromEntries(pairs)), PARENT);
        expect(decoded(batch).spans).toMatchObject(
          spans.map(([name]) => ({ name, traceId: PARENT.traceId, events: [{ attributes: { n: 7 } }] })),
        );
        expect(decoded(batch).spans.map((span) => span.attributes)).toEqual(
          spans.map(([, pairs]) => known(Object.fromEntries(pairs))),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("gives a batch that is filled again nothing of what it held", () => {
    const batch = new SpanBatch();
    batch.add(spanOf("x", { a: "one" }), null);
    batch.reset();
    batch.add(spanOf("x", { a: "two" }), null);
    batch.add(spanOf("x", { a: "two" }), null);
    const { spans, resource } = decoded(batch);
    expect(spans.map((span) => span.attributes["a"])).toEqual(["two", "two"]);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(2);
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(2);
    expect(resource).toEqual({ "service.name": "shop" });
  });

  it("gives a result the ids that are known for it, and no parent of the process that reports it", () => {
    const batch = new SpanBatch();
    const own = resultIds("h", "resp_of_one_job");
    const line = lineIds("h", "file_of_one_job", "batch_req_of_one_job");
    for (const result of [own, line]) batch.add({ ...spanOf("x", { a: 1 }), result }, PARENT);
    expect(decoded(batch).spans).toMatchObject([{ ...own, parentSpanId: "" }, { ...line }]);
  });

  it("leaves nothing of a span that cannot be described", () => {
    const batch = new SpanBatch();
    const broken: SpanData = {
      ...spanOf("x", {}),
      describe: (sink) => {
        sink.put("a", "half");
        throw new Error("no");
      },
    };
    batch.add(spanOf("x", { a: "whole", b: 1 }), null);
    expect(() => batch.add(broken, null)).toThrow("no");
    batch.add(spanOf("x", { a: "whole", b: 1 }), null);
    expect(decoded(batch).spans.map((span) => span.attributes)).toEqual([
      { a: "whole", b: 1 },
      { a: "whole", b: 1 },
    ]);
  });

  it("starts afresh when there are more names than it remembers", () => {
    const batch = new SpanBatch();
    for (let index = 0; index < 200; index += 1) batch.add(spanOf(`n${index % 150}`, { index }), null);
    expect(decoded(batch).spans.map((span) => span.attributes["index"])).toEqual(
      Array.from({ length: 200 }, (_unused, index) => index),
    );
  });
});
