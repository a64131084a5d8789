import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { MetricPoint } from "../domain/metric.js";
import { normalizeMetrics } from "../normalize/cli/normalize-signals.js";
import { settle } from "./settle.js";

type Numbers = Readonly<Record<string, number>>;

const resource = { attributes: new Map([["service.name", "tool"]]) };
const scope = { name: "tool", version: "1" };

function pointsOf(name: string, typeAttribute: string, numbers: Numbers): MetricPoint[] {
  return Object.entries(numbers).map(([type, value]) => ({
    name,
    unit: "{token}",
    kind: "sum",
    monotonic: true,
    count: null,
    temporality: "cumulative",
    value,
    startTimeUnixNano: 1_772_445_600_000_000_000n,
    timeUnixNano: 1_772_445_660_000_000_000n,
    attributes: new Map([
      [typeAttribute, type],
      ["model", "m"],
    ]),
    resource,
    scope,
  }));
}

/** The usage in force after these exports, each settled on its own. */
function usageAfter(exports: readonly (readonly MetricPoint[])[]): unknown {
  let rows: Parameters<typeof settle>[0]["rows"] = [];
  for (const points of exports) {
    const incoming = normalizeMetrics(points).map((call) => ({ call, declared: "call" as const }));
    const { changed } = settle({ project: "p", rows, links: [], incoming });
    if (changed.length === 0) continue;
    rows = changed.map(({ call, callId, role, roleReason, otherSpanIds, delivered }) => ({
      project: "p",
      version: 1n,
      callId,
      role,
      roleReason,
      otherSpanIds,
      call: { ...call, pricedModel: null, matchRule: null, cost: NO_COST },
      delivered:
        delivered === null ? null : { ...delivered, pricedModel: null, matchRule: null, cost: NO_COST },
      ingestedAtMs: 0,
    }));
  }
  return rows.map(({ call }) => [call.usage, call.usageQuality]);
}

const NO_COST = {
  status: "unpriced" as const,
  reason: null,
  total: null,
  currency: "USD" as const,
  lines: [],
  priceBook: null,
  source: "list" as const,
  listTotal: null,
  providerReported: null,
};

const CASES: readonly [name: string, type: string, numbers: Numbers][] = [
  ["claude_code.token.usage", "type", { input: 21, output: 320, cacheRead: 1800, cacheCreation: 0 }],
  [
    "codex.turn.token_usage",
    "token_type",
    { input: 2006, output: 300, cached_input: 1920, reasoning_output: 192, total: 2306 },
  ],
  ["gemini_cli.token.usage", "type", { input: 1500, output: 90, cache: 1200, thought: 210, tool: 12 }],
];

describe("metrics of one stream in several exports", () => {
  it.each(CASES)("%s: in any cut, order and repetition the same", (name, type, numbers) => {
    const points = pointsOf(name, type, numbers);
    const wanted = usageAfter([points]);
    const exports = fc
      .shuffledSubarray([...points, ...points], { minLength: points.length })
      .map((some) => [...points, ...some].map((point) => [point]));
    fc.assert(
      fc.property(
        exports.chain((list) => fc.shuffledSubarray(list, { minLength: list.length })),
        (list) => {
          expect(usageAfter(list)).toEqual(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a counter", () => {
  const [first, ...others] = pointsOf("claude_code.token.usage", "type", { input: 21, output: 320 });
  const points = first === undefined ? [] : [first, ...others];

  it("that does not say since when it counts is not counted", () => {
    const endless = points.map((point) => ({ ...point, startTimeUnixNano: 0n }));
    expect(normalizeMetrics(endless)).toEqual([]);
  });

  it("counts again from a restart, and once however often it is exported", () => {
    const grown = points.map((point) => ({
      ...point,
      value: (point.value ?? 0) * 2,
      timeUnixNano: point.timeUnixNano + 60n,
    }));
    const restarted = points.map((point) => ({
      ...point,
      startTimeUnixNano: point.startTimeUnixNano + 600_000_000_000n,
      timeUnixNano: point.timeUnixNano + 600_000_000_000n,
    }));
    const calls = settle({
      project: "p",
      rows: [],
      links: [],
      incoming: [
        ...normalizeMetrics(points),
        ...normalizeMetrics(grown),
        ...normalizeMetrics(points),
        ...normalizeMetrics(restarted),
      ].map((call) => ({ call, declared: "call" as const })),
    }).changed;
    expect(calls.map(({ call }) => String(call.usage.output)).sort()).toEqual(["320", "640"]);
  });

  it("of intervals counts each once", () => {
    const interval = (turn: bigint) =>
      points.map((point) => ({
        ...point,
        temporality: "delta" as const,
        startTimeUnixNano: point.startTimeUnixNano + turn * 60_000_000_000n,
        timeUnixNano: point.timeUnixNano + turn * 60_000_000_000n,
      }));
    const incoming = [0n, 1n, 1n, 2n].flatMap((turn) => normalizeMetrics(interval(turn)));
    const { changed } = settle({
      project: "p",
      rows: [],
      links: [],
      incoming: incoming.map((call) => ({ call, declared: "call" as const })),
    });
    expect(changed.map(({ call }) => call.usage.output)).toEqual([320, 320, 320]);
  });
});
