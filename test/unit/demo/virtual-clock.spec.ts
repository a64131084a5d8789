import { describe, expect, it } from "@jest/globals";
import OpenAI from "openai";
import { startStandInProviders } from "../../../src/demo/providers/index.js";
import { retryInVirtualTime, VirtualClock } from "../../../src/demo/virtual-clock.js";

const start = Date.parse("2026-11-01T09:00:00Z");

describe("VirtualClock", () => {
  it("jumps instead of waiting", async () => {
    const clock = new VirtualClock();
    clock.startAt(start);
    const startedMs = performance.now();
    await clock.wait(3_600_000, "latency", new AbortController().signal);
    expect(clock.nowMs() - start).toBe(3_600_000);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it("moves between pieces only when the client has read them", async () => {
    const clock = new VirtualClock();
    clock.startAt(start);
    const { signal } = new AbortController();
    await clock.wait(100, "first-chunk", signal);
    const waiting = clock.wait(50, "chunk", signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.nowMs() - start).toBe(100);
    clock.sawPiece();
    await waiting;
    expect(clock.nowMs() - start).toBe(150);
  });

  it("is not moved, nor held up, by an exchange of an earlier call", async () => {
    const clock = new VirtualClock();
    clock.startAt(start);
    const earlier = new AbortController();
    await clock.wait(10, "first-chunk", earlier.signal);
    clock.startAt(start + 1_000);
    await clock.wait(70, "chunk", earlier.signal);
    expect(clock.nowMs()).toBe(start + 1_000);
    const { signal } = new AbortController();
    const waiting = clock.wait(5, "chunk", signal);
    clock.sawPiece();
    await waiting;
    expect(clock.nowMs()).toBe(start + 1_005);
  });

  it("lets go when the client leaves", async () => {
    const clock = new VirtualClock();
    clock.startAt(start);
    const controller = new AbortController();
    const waiting = clock.wait(50, "chunk", controller.signal);
    controller.abort();
    await waiting;
    expect(clock.nowMs()).toBe(start);
  });
});

describe("retryInVirtualTime", () => {
  it("waits what the provider asked in the clock's time, not in ours", async () => {
    const clock = new VirtualClock();
    clock.startAt(start);
    const providers = await startStandInProviders({
      clock,
      script: [
        { status: 429, retryAfterSeconds: 20, latencyMs: 100 },
        { status: 429, retryAfterMs: 1_500, latencyMs: 100 },
        { latencyMs: 300 },
      ],
    });
    try {
      const client = new OpenAI({ apiKey: "test", baseURL: providers.openaiBaseUrl });
      retryInVirtualTime(client, clock);
      const startedMs = performance.now();
      await client.chat.completions.create({ model: "gpt-5.4", messages: [{ role: "user", content: "x" }] });
      expect(clock.nowMs() - start).toBe(100 + 20_000 + 100 + 1_500 + 300);
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      expect(providers.log.map((entry) => entry.startedAtMs - start)).toEqual([0, 20_100, 21_700]);
    } finally {
      await providers.close();
    }
  });

  it("leaves a client alone that has no such method", () => {
    const client = {};
    retryInVirtualTime(client, new VirtualClock());
    expect(client).toEqual({});
  });
});
