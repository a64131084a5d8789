import { describe, expect, it } from "@jest/globals";
import { InflightBytes } from "./inflight-bytes.js";

describe("InflightBytes", () => {
  it("holds what its leases hold, up to the limit", () => {
    const inflight = new InflightBytes(100);
    const [first, second] = [inflight.lease(), inflight.lease()];
    expect([first.tryGrow(60), second.tryGrow(40), second.tryGrow(1)]).toEqual([true, true, false]);
    expect([inflight.held, first.bytes, second.bytes]).toEqual([100, 60, 40]);
    first.release();
    expect([inflight.held, second.tryGrow(60)]).toEqual([40, true]);
  });

  it("lets one request larger than the limit pass alone", () => {
    const inflight = new InflightBytes(100);
    const large = inflight.lease();
    expect([large.tryGrow(90), large.tryGrow(90), inflight.lease().tryGrow(1)]).toEqual([true, true, false]);
  });

  it("gives back once, and nothing after that", () => {
    const inflight = new InflightBytes(100);
    const lease = inflight.lease();
    lease.grow(50);
    lease.release();
    lease.release();
    lease.grow(50);
    expect(inflight.held).toBe(0);
  });

  it("asks to come back after a second", () => {
    const inflight = new InflightBytes(10);
    inflight.lease().grow(10);
    expect(() => inflight.lease().grow(1)).toThrow(
      expect.objectContaining({ code: "overloaded", retryAfterSeconds: 1 }),
    );
  });
});
