import { describe, expect, it } from "@jest/globals";
import type { PlannedCall } from "../../../src/demo/planned-call.js";
import { planTraffic } from "../../../src/demo/plan.js";

const endMs = Date.parse("2026-11-25T08:00:00Z");
const startMs = endMs - 30 * 86_400_000;
const plan = planTraffic({ seed: 1, startMs, endMs, calls: 6_000 });
const of = (feature: string): PlannedCall[] => plan.filter((call) => call.who.feature === feature);
const sum = (calls: readonly PlannedCall[], read: (call: PlannedCall) => number): number =>
  calls.reduce((total, call) => total + read(call), 0);
const tokens = (call: PlannedCall) => call.replies.at(-1)?.tokens ?? {};

describe("planTraffic", () => {
  it("gives the same calls for the same seed, others for another", () => {
    expect(planTraffic({ seed: 1, startMs, endMs, calls: 6_000 })).toEqual(plan);
    expect(planTraffic({ seed: 2, startMs, endMs, calls: 6_000 })).not.toEqual(plan);
  });

  it("makes about as many calls as asked, in order of time, within the period", () => {
    expect(plan.length).toBeGreaterThan(5_400);
    expect(plan.length).toBeLessThan(6_600);
    expect(plan.every((call, index) => call.atMs >= (plan[index - 1]?.atMs ?? startMs))).toBe(true);
    expect(plan.at(-1)?.atMs).toBeLessThan(endMs);
  });

  it("has every ingredient of a real month", () => {
    const distinct = (read: (call: PlannedCall) => string | null): number => new Set(plan.map(read)).size;
    expect(distinct((call) => call.who.feature)).toBeGreaterThanOrEqual(9);
    expect(distinct((call) => call.model)).toBeGreaterThanOrEqual(8);
    expect(distinct((call) => call.who.customer)).toBeGreaterThanOrEqual(10);
    expect(new Set(plan.map((call) => call.who.environment))).toEqual(
      new Set(["production", "staging", "development"]),
    );
    expect(plan.some((call) => call.leaveAfterChunks !== null)).toBe(true);
    expect(plan.some((call) => call.stream && !call.includeUsage && call.api === "openai-chat")).toBe(true);
    expect(plan.some((call) => call.replies.some((reply) => reply.status === 529))).toBe(true);
  });

  it("is quiet at night and at weekends where people work", () => {
    const review = of("code-review");
    const atNight = review.filter((call) => new Date(call.atMs).getUTCHours() < 4).length;
    const atWeekend = review.filter((call) => [0, 6].includes(new Date(call.atMs).getUTCDay())).length;
    expect(atNight / review.length).toBeLessThan(0.02);
    expect(atWeekend / review.length).toBeLessThan(0.08);
  });

  it("tells the story: an oversized prompt without cache, wild retries after a release, a cache that works", () => {
    const summary = of("document-summary");
    expect(summary.every((call) => call.system?.tokens === 11_800 && call.cacheSystem === null)).toBe(true);
    expect(sum(summary, (call) => tokens(call).cacheRead ?? 0)).toBe(0);

    const attemptsPerCall = (calls: readonly PlannedCall[]): number =>
      sum(calls, (call) => call.replies.length) / calls.length;
    const agent = of("research-agent");
    const before = agent.filter((call) => call.who.tags["release"] === "2.3.1");
    const after = agent.filter((call) => call.who.tags["release"] === "2.4.0");
    expect(attemptsPerCall(before)).toBeLessThan(1.1);
    expect(attemptsPerCall(after)).toBeGreaterThan(1.5);

    const chat = of("support-chat");
    const read = sum(chat, (call) => tokens(call).cacheRead ?? 0);
    const written = sum(chat, (call) => (tokens(call).cacheWrite5m ?? 0) + (tokens(call).cacheWrite1h ?? 0));
    expect(read / (read + written)).toBeGreaterThan(0.7);
  });

  it("never plans more attempts than the client makes, and ends refused calls with a refusal", () => {
    for (const call of plan) {
      expect(call.replies.length).toBeLessThanOrEqual(call.maxRetries + 1);
      const refusals = call.replies.slice(0, -1);
      expect(refusals.every((reply) => [429, 500, 529].includes(reply.status ?? 200))).toBe(true);
    }
  });

  it("sends as many prompt tokens as it says were used, cached or not", () => {
    for (const call of plan) {
      const { input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = tokens(call);
      if (call.replies.at(-1)?.tokens === undefined) continue;
      const sent =
        (call.system?.tokens ?? 0) +
        sum([call], (one) => one.turns.reduce((n, piece) => n + piece.tokens, 0));
      expect(Math.abs(input + cacheRead + cacheWrite5m + cacheWrite1h - sent)).toBeLessThanOrEqual(4);
    }
  });
});
