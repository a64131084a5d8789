import { describe, expect, it } from "@jest/globals";
import { DEFAULT_LIMITS } from "./limits.js";
import { ProtobufWriter } from "./protobuf-writer.js";
import { decodeTraces } from "./traces-decoder.js";

const message = (): ProtobufWriter => new ProtobufWriter();
const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(9);
  bytes[0] = field * 8 + 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
};
const attribute = (key: string, value: Buffer): Buffer => message().text(1, key).message(2, value).finish();
const text = (value: string): Buffer => message().message(1, Buffer.from(value)).finish();

/** A good span with these raw fields behind its own. */
function span(...fields: Buffer[]): Buffer {
  const ids = message().message(1, Buffer.alloc(16, 1)).message(2, Buffer.alloc(8, 2)).finish();
  return Buffer.concat([ids, fixed64(7, 5n), fixed64(8, 6n), ...fields]);
}
const field = (number: number, bytes: Buffer): Buffer => message().message(number, bytes).finish();

function request(...spans: Buffer[]): Buffer {
  const scopeSpans = Buffer.concat(spans.map((bytes) => field(2, bytes)));
  return field(1, field(2, scopeSpans));
}

describe("decodeTraces", () => {
  it("fills a resource and a scope that follow their spans, one object for all", () => {
    const scopeSpans = Buffer.concat([
      field(2, span()),
      field(2, span()),
      field(1, message().text(1, "late").finish()),
    ]);
    const resource = field(1, field(1, attribute("service.name", text("shop"))));
    const { items } = decodeTraces(field(1, Buffer.concat([field(2, scopeSpans), resource])));
    expect(items.map((item) => [item.scope.name, item.resource.attributes.get("service.name")])).toEqual([
      ["late", "shop"],
      ["late", "shop"],
    ]);
    expect(items[0]?.resource).toBe(items[1]?.resource);
  });

  it("lets the last of equal names win", () => {
    const twice = [field(9, attribute("a", text("first"))), field(9, attribute("a", text("last")))];
    expect(decodeTraces(request(span(...twice))).items[0]?.attributes).toEqual(new Map([["a", "last"]]));
  });

  it("skips unknown fields of every type, groups too", () => {
    const unknown = [
      message().varint(100, 300).finish(),
      fixed64(12, 1n),
      field(102, Buffer.from("future")),
      Buffer.from([0xbb, 0x06, 0x08, 0x01, 0xbc, 0x06]), // group 103 { 1: 1 }
      Buffer.from([0xc5, 0x06, 1, 2, 3, 4]), // fixed32 104
    ];
    expect(decodeTraces(request(span(...unknown))).items).toHaveLength(1);
  });

  it.each<[string, Buffer]>([
    ["a group that nothing ends", Buffer.from([0xbb, 0x06])],
    ["a group ended by another", Buffer.from([0xbb, 0x06, 0xc4, 0x06])],
    [
      "groups without end inside each other",
      Buffer.from(Array.from({ length: 200 }, () => [0xbb, 0x06]).flat()),
    ],
    ["wire type 7", Buffer.from([0x57])],
    ["field number 0", Buffer.from([0x00])],
    ["an endless number", Buffer.alloc(11, 0xff)],
    ["a length beyond the span", Buffer.from([0x4a, 0x7f])],
  ])("refuses %s", (_name, bytes) => {
    expect(() => decodeTraces(request(span(bytes)))).toThrow(/not a valid protobuf message/);
  });

  it("does not let an attribute reach into its neighbour", () => {
    const reaching = Buffer.from([0x4a, 0x03, 0x0a, 0x09, 0x61]);
    expect(() => decodeTraces(request(span(reaching), span()))).toThrow(/beyond the end/);
  });

  it("keeps values within its limits", () => {
    let deep = text("core");
    for (let level = 0; level < 500; level += 1) deep = field(5, field(1, deep));
    const long = text("x".repeat(DEFAULT_LIMITS.valueBytes + 1));
    const fits = text("x".repeat(DEFAULT_LIMITS.valueBytes));
    const attributes = [attribute("deep", deep), attribute("long", long), attribute("fits", fits)];
    const [item] = decodeTraces(request(span(...attributes.map((bytes) => field(9, bytes))))).items;
    expect(JSON.stringify(item?.attributes.get("deep"))).toBe(`${"[".repeat(16)}null${"]".repeat(16)}`);
    expect(item?.attributes.get("long")).toBeNull();
    expect(item?.attributes.get("fits")).toHaveLength(DEFAULT_LIMITS.valueBytes);
  });

  it("drops attributes, events and spans beyond their limits", () => {
    const limits = { ...DEFAULT_LIMITS, attributes: 2, events: 1, items: 2 };
    const attributes = ["a", "b", "c", "a"].map((key, index) =>
      field(9, attribute(key, text(String(index)))),
    );
    const events = ["one", "two"].map((name) => field(11, message().text(2, name).finish()));
    const full = span(...attributes, ...events);
    const decoded = decodeTraces(request(full, full, full), { limits, keepAttribute: () => true });
    expect(decoded.items).toHaveLength(2);
    expect([...decoded.refusals].map(([refusal, count]) => [refusal.code, count])).toEqual([["too_many", 1]]);
    expect(decoded.items[0]?.attributes).toEqual(
      new Map([
        ["a", "3"],
        ["b", "1"],
      ]),
    );
    expect(decoded.items[0]?.events.map((event) => event.name)).toEqual(["one"]);
  });

  it("reads only the attributes that are asked for", () => {
    const limits = DEFAULT_LIMITS;
    const fields = ["keep.me", "prompt"].map((key) => field(9, attribute(key, text("value"))));
    const options = { limits, keepAttribute: (key: string) => key !== "prompt" };
    expect([...(decodeTraces(request(span(...fields)), options).items[0]?.attributes.keys() ?? [])]).toEqual([
      "keep.me",
    ]);
  });

  it("stays right when senders use more names than it remembers", () => {
    for (let round = 0; round < 3; round += 1) {
      const names = Array.from({ length: 6000 }, (_unused, index) => `name.${round}.${index}`);
      const fields = names.map((name) => field(9, attribute(name, text(name))));
      const [item] = decodeTraces(request(span(...fields))).items;
      expect([...(item?.attributes ?? [])]).toEqual(names.map((name) => [name, name]));
    }
  });
});
