import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { cutClientBatch, ReadyForQueryScanner } from "./postgres-frames.js";

function frame(type: string, body: string | Buffer): Buffer {
  const content = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(4 + content.length, 1);
  return Buffer.concat([head, content]);
}

function startup(code: number, body = ""): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, Buffer.from(body)]);
}

const query = frame("Q", "SELECT 1\0");
const pipeline = [
  frame("P", "\0SELECT $1\0\0\0"),
  frame("B", "\0\0"),
  frame("E", "\0\0\0\0\0"),
  frame("S", ""),
];

describe("cutClientBatch", () => {
  it("waits for the whole startup packet, then for a frame that is answered", () => {
    const hello = startup(196608, "user\0postgres\0\0");
    expect(cutClientBatch(hello.subarray(0, 5), false)).toMatchObject({ execute: null, terminated: false });
    expect(cutClientBatch(hello.subarray(0, -1), false).execute).toBeNull();
    expect(cutClientBatch(hello, false).execute).toEqual(hello);
    expect(cutClientBatch(Buffer.concat([hello, query]), false).execute).toEqual(
      Buffer.concat([hello, query]),
    );
    expect(cutClientBatch(Buffer.concat(pipeline.slice(0, 3)), true).execute).toBeNull();
    expect(cutClientBatch(Buffer.concat(pipeline), true).execute).toEqual(Buffer.concat(pipeline));
  });

  it("ends at Terminate, after what came before it, and drops cancel requests", () => {
    const bye = cutClientBatch(Buffer.concat([query, frame("X", ""), query]), true);
    expect(bye).toEqual({ execute: query, rest: Buffer.alloc(0), terminated: true });
    expect(cutClientBatch(startup(80877102, "\0\0\0\x01\0\0\0\x02"), false)).toMatchObject({
      execute: null,
      terminated: true,
    });
  });

  it.each([-1, 0, 3, 0x7fffffff])("refuses a frame of length %i", (length) => {
    const bad = Buffer.concat([Buffer.from("Q"), Buffer.alloc(4)]);
    bad.writeInt32BE(length, 1);
    expect(() => cutClientBatch(bad, true)).toThrow(RangeError);
  });

  it("executes the same bytes however they are split", () => {
    const sent = Buffer.concat([query, ...pipeline, query]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: sent.length - 1 }), { maxLength: 8 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), sent.length];
        const executed: Buffer[] = [];
        let rest: Buffer = Buffer.alloc(0);
        for (let n = 1; n < edges.length; n += 1) {
          const batch = cutClientBatch(Buffer.concat([rest, sent.subarray(edges[n - 1], edges[n])]), true);
          if (batch.execute !== null) executed.push(batch.execute);
          rest = batch.rest;
        }
        expect(Buffer.concat(executed)).toEqual(sent);
        expect(rest).toHaveLength(0);
      }),
    );
  });
});

describe("ReadyForQueryScanner", () => {
  const answer = Buffer.concat([
    frame("T", "Zcolumns"),
    frame("D", Buffer.alloc(300, "Z")),
    frame("Z", "T"),
    frame("C", "INSERT 0 1\0"),
    frame("n", ""),
    frame("Z", "E"),
  ]);

  it("finds the last state, however the answer is split and whatever its rows hold", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const scanner = new ReadyForQueryScanner();
        let offset = 0;
        for (let n = 0; offset < answer.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          scanner.scan(answer.subarray(offset, offset + size));
          offset += size;
        }
        expect(scanner.status).toBe("E");
      }),
    );
  });

  it("says null until there is one, and again after a reset", () => {
    const scanner = new ReadyForQueryScanner();
    scanner.scan(frame("T", "row"));
    expect(scanner.status).toBeNull();
    scanner.scan(frame("Z", "I"));
    expect(scanner.status).toBe("I");
    scanner.reset();
    expect(scanner.status).toBeNull();
  });
});
