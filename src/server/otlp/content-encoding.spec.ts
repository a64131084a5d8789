import { describe, expect, it } from "@jest/globals";
import * as zlib from "node:zlib";
import { gzipSync } from "node:zlib";
import { AppError } from "../domain/errors.js";
import { decodeContent, isKnownEncoding } from "./content-encoding.js";
import { InflightBytes } from "./inflight-bytes.js";

const MAX = 10_000;
const lease = () => new InflightBytes(1e9).lease();
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "resolved",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe("decodeContent", () => {
  it("inflates several gzip members as one body", async () => {
    const members = Buffer.concat([gzipSync("abc"), gzipSync("def")]);
    expect((await decodeContent(members, "gzip", MAX, lease())).toString()).toBe("abcdef");
  });

  it("takes exactly the limit and no byte more", async () => {
    const exact = await decodeContent(gzipSync(Buffer.alloc(MAX)), "gzip", MAX, lease());
    expect(exact).toHaveLength(MAX);
    expect(await codeOf(decodeContent(gzipSync(Buffer.alloc(MAX + 1)), "gzip", MAX, lease()))).toBe(
      "payload_too_large",
    );
  });

  it.each<[string, number]>([
    ["smaller than the truth", 1],
    ["larger than the truth", 0xffffffff],
  ])("does not trust a stated size %s", async (_name, stated) => {
    const lying = gzipSync(Buffer.alloc(5000, "x"));
    const held = new InflightBytes(1e9);
    lying.writeUInt32LE(stated, lying.length - 4);
    const own = held.lease();
    expect(await codeOf(decodeContent(lying, "gzip", MAX, own))).toBe("invalid_request");
    expect(held.held).toBeLessThanOrEqual(MAX);
  });

  it("counts the inflated bytes", async () => {
    const held = new InflightBytes(1e9);
    await decodeContent(gzipSync(Buffer.alloc(5000)), "gzip", MAX, held.lease());
    expect(held.held).toBe(5000);
  });

  it("refuses to inflate beyond the bytes in flight", async () => {
    const full = new InflightBytes(6000);
    full.lease().grow(5000);
    expect(await codeOf(decodeContent(gzipSync(Buffer.alloc(5000)), "gzip", MAX, full.lease()))).toBe(
      "overloaded",
    );
  });
});

describe("zstd", () => {
  const compress: unknown = Reflect.get(zlib, "zstdCompressSync");
  const hasZstd = typeof compress === "function";
  const zstd = (bytes: Buffer): Buffer => (compress as (input: Buffer) => Buffer)(bytes);

  it("is read where Node has it, within the same limits, and refused where it has not", async () => {
    expect(isKnownEncoding("zstd")).toBe(hasZstd);
    if (!hasZstd) {
      expect(await codeOf(decodeContent(Buffer.from("x"), "zstd", MAX, lease()))).toBe(
        "unsupported_media_type",
      );
      return;
    }
    expect((await decodeContent(zstd(Buffer.from("abc")), "zstd", MAX, lease())).toString()).toBe("abc");
    expect(await codeOf(decodeContent(zstd(Buffer.alloc(MAX + 1)), "zstd", MAX, lease()))).toBe(
      "payload_too_large",
    );
    expect(await codeOf(decodeContent(Buffer.from("junk"), "zstd", MAX, lease()))).toBe("invalid_request");
  });
});

describe("isKnownEncoding", () => {
  it.each<[string | undefined, boolean]>([
    [undefined, true],
    ["", true],
    ["identity", true],
    [" GZip ", true],
    ["x-gzip", true],
    ["deflate", false],
    ["br", false],
    ["gzip, gzip", false],
    ["constructor", false],
    ["__proto__", false],
  ])("%j is %s", (header, expected) => {
    expect(isKnownEncoding(header)).toBe(expected);
  });
});
