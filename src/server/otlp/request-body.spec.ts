import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { PassThrough } from "node:stream";
import { AppError } from "../domain/errors.js";
import { InflightBytes } from "./inflight-bytes.js";
import { readBody } from "./request-body.js";

const LIMITS = { maxBytes: 10, timeoutMs: 1000 };
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "resolved",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

afterEach(() => {
  jest.useRealTimers();
});

describe("readBody", () => {
  it("joins the chunks and counts them", async () => {
    const inflight = new InflightBytes(100);
    const stream = new PassThrough();
    const body = readBody(stream, null, LIMITS, inflight.lease());
    stream.write("abc");
    stream.end("def");
    expect((await body).toString()).toBe("abcdef");
    expect(inflight.held).toBe(6);
  });

  it("refuses a declared size before it reads, and drops what comes", async () => {
    const stream = new PassThrough();
    expect(await codeOf(readBody(stream, 11, LIMITS, new InflightBytes(100).lease()))).toBe(
      "payload_too_large",
    );
    stream.end(Buffer.alloc(100_000));
    await new Promise((resolve) => stream.once("close", resolve));
    expect(stream.readableLength).toBe(0);
  });

  it("refuses an undeclared size as soon as it is too much", async () => {
    const stream = new PassThrough();
    const body = codeOf(readBody(stream, null, LIMITS, new InflightBytes(100).lease()));
    stream.write(Buffer.alloc(11));
    expect(await body).toBe("payload_too_large");
    stream.destroy();
  });

  it("refuses when too many bytes are in flight, declared or not", async () => {
    const full = new InflightBytes(5);
    full.lease().grow(5);
    const [declared, chunked] = [new PassThrough(), new PassThrough()];
    expect(await codeOf(readBody(declared, 4, LIMITS, full.lease()))).toBe("overloaded");
    const body = codeOf(readBody(chunked, null, LIMITS, full.lease()));
    chunked.write("abc");
    expect(await body).toBe("overloaded");
    declared.destroy();
    chunked.destroy();
  });

  it.each(["destroy", "error"])("notices a sender that goes away: %s", async (how) => {
    const stream = new PassThrough();
    const body = codeOf(readBody(stream, 5, LIMITS, new InflightBytes(100).lease()));
    stream.write("abc");
    stream.destroy(how === "error" ? new Error("reset") : undefined);
    expect(await body).toBe("invalid_request");
  });

  it("notices a sender that had gone before it began to read", async () => {
    const stream = new PassThrough();
    stream.destroy();
    expect(await codeOf(readBody(stream, 5, LIMITS, new InflightBytes(100).lease()))).toBe("invalid_request");
  });

  it("gives up on a sender that is too slow, which may try again", async () => {
    jest.useFakeTimers();
    const stream = new PassThrough();
    const body = codeOf(readBody(stream, 5, LIMITS, new InflightBytes(100).lease()));
    jest.advanceTimersByTime(1000);
    expect(await body).toBe("unavailable");
    stream.destroy();
  });
});
