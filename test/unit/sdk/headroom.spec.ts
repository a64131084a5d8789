import { describe, expect, it } from "@jest/globals";
import { certainWaitMs, headroomOf, rememberLimits } from "../../../src/sdk/src/headroom.js";
import type { Observer } from "../../../src/sdk/src/options.js";
import { pause } from "../../../src/sdk/src/pace.js";
import type { RateLimit } from "../../../src/sdk/src/call.js";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const observer = (): Observer => ({ options: {}, flavor: "openai" });
const limit = (
  remaining: number | null,
  resetInMs: number | null,
  kind: RateLimit["kind"] = "requests",
): RateLimit => ({
  kind,
  limit: 10,
  remaining,
  resetAt: resetInMs === null ? null : new Date(NOW + resetInMs).toISOString(),
});

const KINDS = ["requests", "tokens", "input_tokens", "output_tokens"];
const reading = (limits: RateLimit[]): { kinds: number; limits: RateLimit[] } => ({
  kinds: limits.reduce((bits, { kind }) => bits | (1 << KINDS.indexOf(kind)), 0),
  limits,
});

describe("headroom", () => {
  it("is what was said last of each kind, and grows old", () => {
    const client = observer();
    rememberLimits(client, reading([limit(5, 8000), limit(100, 2000, "tokens")]), NOW);
    rememberLimits(client, reading([limit(4, 7000)]), NOW + 1000);
    expect(headroomOf(client, NOW + 3000)).toEqual([
      { ...limit(4, 7000), resetInMs: 4000, ageMs: 2000 },
      { ...limit(100, 2000, "tokens"), resetInMs: 0, ageMs: 3000 },
    ]);
    expect(headroomOf(observer(), NOW)).toEqual([]);
  });
});

describe("what a paced request waits", () => {
  it.each([
    { state: "nothing is known", limits: [], waits: 0 },
    { state: "something is left", limits: [limit(1, 5000)], waits: 0 },
    { state: "what is left is unknown", limits: [limit(null, 5000)], waits: 0 },
    { state: "nothing is left until a known moment", limits: [limit(0, 5000)], waits: 5000 },
    { state: "nothing is left and nobody knows until when", limits: [limit(0, null)], waits: 0 },
    { state: "the reset has passed", limits: [limit(0, -1)], waits: 0 },
    { state: "two limits are used up", limits: [limit(0, 5000), limit(0, 9000, "tokens")], waits: 9000 },
    { state: "the reset is far away", limits: [limit(0, 3_600_000)], waits: 60_000 },
  ])("$state: $waits ms", ({ limits, waits }) => {
    const client = observer();
    rememberLimits(client, reading(limits), NOW);
    expect(certainWaitMs(client, NOW)).toBe(waits);
  });

  it("ends with the request's own signal, before or during the wait, and leaves no listener", async () => {
    await pause(60_000, AbortSignal.abort());
    const abort = new AbortController();
    const listeners: string[] = [];
    const signal = {
      get aborted() {
        return abort.signal.aborted;
      },
      addEventListener: (type: string, listener: () => void) => {
        listeners.push(type);
        abort.signal.addEventListener(type, listener, { once: true });
      },
      removeEventListener: (type: string, listener: () => void) => {
        listeners.splice(listeners.indexOf(type), 1);
        abort.signal.removeEventListener(type, listener);
      },
    };
    const waiting = pause(60_000, signal);
    expect(listeners).toEqual(["abort"]);
    abort.abort();
    await waiting;
    expect(listeners).toEqual([]);
    await pause(1, undefined);
  });
});
