import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { chat, span, spanIdOf, traceIdOf, type SpanOptions } from "../../../test/support/spans.js";
import type { PricedCall } from "../domain/call.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import type { AttributeValue, Span } from "../domain/span.js";
import { normalizeSpan } from "../normalize/normalize-span.js";
import { fingerprint, type LedgerRecord } from "./record.js";
import { type SettledRow, settle } from "./settle.js";

type Attributes = Record<string, AttributeValue>;

interface Delivered {
  records: LedgerRecord[];
  links: SpanLink[];
}

function delivered(spans: readonly Span[]): Delivered {
  const records: LedgerRecord[] = [];
  const links: SpanLink[] = [];
  for (const one of spans) {
    const normalized = normalizeSpan(one);
    if (normalized.kind === "call" || normalized.kind === "aggregate") {
      records.push({ call: normalized.call, declared: normalized.kind });
    } else if (normalized.kind === "link") links.push({ project: "p", ...one });
  }
  return { records, links };
}

const NO_USAGE = {
  "gen_ai.usage.input_tokens": "",
  "gen_ai.usage.output_tokens": "",
  "gen_ai.usage.cache_read.input_tokens": "",
};
const REFUSED = { ...NO_USAGE, "gen_ai.response.model": "" };

let clock = 0;

/** The ledger as a map, as if every row settled were stored. */
class Ledger {
  readonly rows = new Map<string, LedgerRow>();
  readonly links: SpanLink[] = [];

  deliver(...spans: Span[]): SettledRow[] {
    const { records, links } = delivered(spans);
    this.links.push(...links);
    const { changed } = settle({
      project: "p",
      rows: [...this.rows.values()],
      links: this.links,
      incoming: records,
    });
    clock += 1;
    for (const row of changed) {
      const stored = {
        ...row,
        project: "p",
        version: BigInt(clock),
        ingestedAtMs: clock,
      } as unknown as LedgerRow;
      this.rows.set(row.call.spanId, stored);
    }
    return changed;
  }

  get calls(): PricedCall[] {
    return [...this.rows.values()].filter(({ role }) => role === "call").map(({ call }) => call);
  }

  get billable(): PricedCall[] {
    return this.calls.filter((call) => call.billable);
  }

  role(key: string): [string, string | null] | undefined {
    const row = this.rows.get(spanIdOf(key));
    return row === undefined ? undefined : [row.role, row.roleReason];
  }

  row(key: string): LedgerRow {
    const row = this.rows.get(spanIdOf(key));
    if (row === undefined) throw new Error(`no row of ${key}`);
    return row;
  }
}

const settleAll = (...spans: Span[]): Ledger => {
  const ledger = new Ledger();
  ledger.deliver(...spans);
  return ledger;
};

/** One call seen by an outer and an inner instrumentation. */
const outer = (extra: Attributes = {}, options: SpanOptions = {}) =>
  chat(extra, { key: "outer", scope: "framework", startMs: 0, durationMs: 120, ...options });
const inner = (extra: Attributes = {}, options: SpanOptions = {}) =>
  chat(extra, { key: "inner", scope: "client", startMs: 10, durationMs: 100, ...options });

describe("one call, several reporters", () => {
  const id = { "gen_ai.response.id": "chatcmpl-abcdef123456" };

  it("joins different instrumentations on the response id, across traces", () => {
    const ledger = settleAll(outer(id), inner(id));
    expect(ledger.calls).toHaveLength(1);
    expect(ledger.role("inner")).toEqual(["merged", "response_id"]);
    expect(ledger.row("outer").otherSpanIds).toEqual([spanIdOf("inner")]);
    expect(ledger.row("inner").callId).toBe(ledger.row("outer").callId);
    expect(ledger.row("inner").call.billable).toBe(false);
  });

  it("keeps two calls of one instrumentation apart, although the server repeats an id", () => {
    const ledger = settleAll(
      chat(id, { key: "one", startMs: 0 }),
      chat(id, { key: "two", startMs: 5 }),
      chat(id, { key: "three", startMs: 3_600_000 }),
    );
    expect(ledger.billable).toHaveLength(3);
  });

  it("pairs records by time where a server repeats an id to two instrumentations", () => {
    const spans = [0, 1000, 2000].flatMap((startMs) => [
      outer(id, { key: `o${startMs}`, startMs }),
      inner(id, { key: `i${startMs}`, startMs: startMs + 10 }),
    ]);
    const ledger = settleAll(...spans);
    expect(ledger.billable).toHaveLength(3);
    for (const startMs of [0, 1000, 2000]) {
      expect(ledger.row(`i${startMs}`).callId).toBe(ledger.row(`o${startMs}`).callId);
    }
  });

  it("does not join a stored answer that is read again hours later", () => {
    expect(settleAll(outer(id), inner(id, { startMs: 7_200_000 })).billable).toHaveLength(2);
  });

  it("joins without an id by likeness, in one service only", () => {
    expect(settleAll(outer(), inner()).role("inner")).toEqual(["merged", "fingerprint"]);
    const elsewhere = inner({}, { resource: { "service.name": "other" } });
    expect(settleAll(outer(), elsewhere).billable).toHaveLength(2);
  });

  it.each<[string, Attributes, SpanOptions]>([
    ["other totals", { "gen_ai.usage.output_tokens": 86 }, {}],
    ["another model", { "gen_ai.request.model": "gpt-5", "gen_ai.response.model": "gpt-5" }, {}],
    ["another time", {}, { startMs: 500 }],
    ["only a partial overlap", {}, { startMs: 60, durationMs: 400 }],
    ["the same instrumentation", {}, { scope: "framework" }],
  ])("does not join with %s", (_name, extra, options) => {
    expect(settleAll(outer(), inner(extra, options)).billable).toHaveLength(2);
  });

  it("does not join with another vendor, where both are named by host", () => {
    const one = { "server.address": "api.openai.com" };
    const other = { "server.address": "shop.openai.azure.com" };
    expect(settleAll(outer(one), inner(other)).billable).toHaveLength(2);
    // The kind of client proves no vendor: Azure's is OpenAI's.
    expect(settleAll(outer(), inner(other)).billable).toMatchObject([{ provider: "azure.ai.openai" }]);
  });

  it("keeps two identical calls of the same moment two, each seen twice", () => {
    const ledger = settleAll(
      outer({}, { key: "o1", startMs: 0 }),
      outer({}, { key: "o2", startMs: 2 }),
      inner({}, { key: "i1", startMs: 10 }),
      inner({}, { key: "i2", startMs: 12 }),
    );
    expect(ledger.billable).toHaveLength(2);
    expect([...ledger.rows.values()].filter(({ role }) => role === "merged")).toHaveLength(2);
  });

  it("joins a record that lost its usage with the one that has it", () => {
    const withoutUsage = span(
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
      },
      { key: "inner", scope: "client", startMs: 10, durationMs: 100 },
    );
    const ledger = settleAll(withoutUsage, outer());
    expect(ledger.billable).toHaveLength(1);
    expect(ledger.billable[0]?.usage.inputTotal).toBe(1200);
  });

  it("joins two reports of one refusal", () => {
    const request = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
    };
    const ledger = settleAll(
      span(request, { key: "outer", scope: "framework", durationMs: 120, error: true }),
      span(request, { key: "inner", scope: "client", startMs: 10, durationMs: 100, error: true }),
    );
    expect(ledger.calls).toHaveLength(1);
    expect(ledger.billable).toHaveLength(0);
  });

  it("takes each field from the record that knows it", () => {
    const framework = outer({
      "gen_ai.usage.cache_read.input_tokens": null,
      "user.id": "u-1",
      "spanledger.team": "growth",
    });
    const client = inner({
      ...id,
      "gen_ai.usage.reasoning.output_tokens": 5,
      "gen_ai.response.service_tier": "flex",
    });
    const [call] = settleAll(framework, client).calls;
    expect(call).toMatchObject({
      spanId: spanIdOf("outer"),
      responseId: "chatcmpl-abcdef123456",
      serviceTier: "flex",
      usage: { cacheRead: 1024, inputUncached: 176, outputReasoning: 5 },
      attribution: { user: "u-1", team: "growth" },
    });
  });

  it("lets the gateway name vendor and model, and the application whom it was for", () => {
    const application = chat(
      { "gen_ai.request.model": "fast", "gen_ai.response.model": "fast", "user.id": "u-1" },
      { key: "app", scope: "client", trace: "t" },
    );
    const gateway = chat(
      {
        "gen_ai.provider.name": "azure",
        "gen_ai.request.model": "azure/gpt-4o",
        "metadata.user_api_key_team_id": "gw",
      },
      {
        key: "gw",
        scope: "litellm",
        trace: "t",
        parent: "app",
        startMs: 5,
        durationMs: 700,
        name: "litellm_request",
      },
    );
    const ledger = settleAll(application, gateway);
    expect(ledger.billable).toHaveLength(1);
    expect(ledger.billable[0]).toMatchObject({
      provider: "azure.ai.openai",
      requestModel: "azure/gpt-4o",
      attribution: { user: "u-1", team: "gw" },
    });
  });

  it("lets our own span stand for a call that the vendor's SDK reports as well", () => {
    const ours = chat(
      { ...id, "spanledger.sdk.version": "1", "spanledger.usage.output": 85 },
      { key: "ours", startMs: 20, durationMs: 50 },
    );
    const native = outer(id, { key: "native", scope: "com.anthropic.sdk.typescript" });
    const ledger = settleAll(native, ours);
    expect(ledger.role("ours")).toEqual(["call", null]);
    expect(ledger.role("native")).toEqual(["merged", "response_id"]);
  });
});

describe("aggregates", () => {
  const parent = (extra: Attributes = {}, options: SpanOptions = {}) =>
    chat(
      {
        "gen_ai.usage.input_tokens": 2400,
        "gen_ai.usage.output_tokens": 170,
        "gen_ai.usage.cache_read.input_tokens": 2048,
        ...extra,
      },
      {
        key: "parent",
        trace: "t",
        scope: "framework",
        durationMs: 2000,
        ...options,
      },
    );
  const child = (key: string, startMs: number, options: SpanOptions = {}) =>
    chat({}, { key, trace: "t", parent: "parent", scope: "client", startMs, durationMs: 100, ...options });

  it("a span whose descendants are calls is none, whatever the order", () => {
    const spans = [parent(), child("c1", 10), child("c2", 500)];
    for (const order of [spans, [...spans].reverse()]) {
      const ledger = new Ledger();
      for (const one of order) {
        ledger.deliver(one);
        const billed = ledger.billable.reduce((sum, call) => sum + (call.usage.outputTotal ?? 0), 0);
        expect(billed).toBeLessThanOrEqual(170);
      }
      expect(ledger.billable.map(({ spanId }) => spanId).sort()).toEqual(
        [spanIdOf("c1"), spanIdOf("c2")].sort(),
      );
      expect(ledger.role("parent")).toEqual(["aggregate", "descendant_usage"]);
      expect(ledger.row("parent").call.billable).toBe(false);
    }
  });

  it("is found through spans that are no calls, delivered minutes apart", () => {
    const ledger = new Ledger();
    ledger.deliver(chat({}, { key: "leaf", trace: "t", parent: "tool", startMs: 20 }));
    ledger.deliver(parent());
    expect(ledger.billable).toHaveLength(2);
    ledger.deliver(span({ "tool.name": "search" }, { key: "tool", trace: "t", parent: "parent" }));
    ledger.deliver(chat({}, { key: "leaf2", trace: "t", parent: "tool", startMs: 800 }));
    expect(ledger.billable.map(({ spanId }) => spanId).sort()).toEqual(
      [spanIdOf("leaf"), spanIdOf("leaf2")].sort(),
    );
  });

  it("is one call with the only call below it when the numbers agree", () => {
    const ledger = settleAll(outer({}, { trace: "t" }), inner({}, { trace: "t", parent: "outer" }));
    expect(ledger.role("inner")).toEqual(["merged", "descendant_twin"]);
    expect(ledger.billable).toHaveLength(1);
  });

  it("a failed attempt below a call that succeeded stays a failed call of its own", () => {
    const request = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
    };
    const ledger = settleAll(
      outer({}, { trace: "t", durationMs: 900 }),
      span(request, {
        key: "try1",
        trace: "t",
        parent: "outer",
        scope: "client",
        error: true,
        durationMs: 50,
      }),
      inner({}, { key: "try2", trace: "t", parent: "outer", startMs: 300 }),
    );
    expect(ledger.billable).toHaveLength(1);
    expect(ledger.calls.filter(({ billable }) => !billable).map(({ spanId }) => spanId)).toEqual([
      spanIdOf("try1"),
    ]);
  });

  it("a call made while another span of the same kind is open is a call beside it", () => {
    const open = chat(
      { "gen_ai.response.id": "chatcmpl-open00000001" },
      { key: "open", trace: "t", durationMs: 900 },
    );
    const nested = chat(
      { "gen_ai.response.id": "chatcmpl-nested000001", "gen_ai.usage.output_tokens": 3 },
      { key: "nested", trace: "t", parent: "open", startMs: 100, durationMs: 50 },
    );
    expect(settleAll(open, nested).billable).toHaveLength(2);
  });

  const run = (options: SpanOptions = {}) =>
    chat({ "gen_ai.operation.name": "invoke_agent" }, { key: "run", trace: "t", kind: 1, ...options });
  const callBelow = (options: SpanOptions = {}) =>
    chat({}, { key: "below", trace: "t", parent: "run", startMs: 10, durationMs: 100, ...options });

  it("a declared aggregate that nobody else tells of is one call, never exact, until a call shows", () => {
    const ledger = settleAll(run());
    expect(ledger.role("run")).toEqual(["call", "lone_aggregate"]);
    expect(ledger.billable).toMatchObject([
      {
        usage: { inputTotal: 1200 },
        usageQuality: "partial",
        usageRule: "inclusive:convention+lone_aggregate",
      },
    ]);
    ledger.deliver(callBelow());
    expect(ledger.role("run")).toEqual(["aggregate", "aggregate_span"]);
    expect(ledger.billable).toMatchObject([{ spanId: spanIdOf("below"), usageQuality: "exact" }]);
    expect(ledger.deliver(run())).toEqual([]);
    expect(ledger.billable).toHaveLength(1);
  });

  const silenced: readonly (readonly [string, Span])[] = [
    ["a refused call", chat(REFUSED, { key: "below", trace: "t", parent: "run", error: true })],
    ["a call that lost its usage", chat({ ...NO_USAGE }, { key: "below", trace: "t", parent: "run" })],
    ["a call in its trace, with a gap between them", callBelow({ parent: "not-delivered" })],
    ["a call of another trace, told by another instrumentation", callBelow({ trace: "u", scope: "other" })],
    ["a call around it", chat({}, { key: "around", trace: "t", durationMs: 2000 })],
  ];
  it.each(silenced)("a declared aggregate is none beside %s, in either order", (_name, other) => {
    for (const spans of [
      [run(), other],
      [other, run()],
    ]) {
      const ledger = new Ledger();
      for (const one of spans) ledger.deliver(one);
      const reason = other.traceId === run().traceId ? "aggregate_span" : "told_elsewhere";
      expect(ledger.role("run")).toEqual(["aggregate", reason]);
      expect(ledger.calls).toHaveLength(1);
    }
  });

  const unmoved: readonly (readonly [string, Span])[] = [
    ["calls of the same instrumentation in other traces", callBelow({ trace: "u" })],
    ["later calls of its trace", callBelow({ parent: "root", startMs: 5000 })],
    [
      "calls of other services",
      callBelow({ trace: "u", scope: "other", resource: { "service.name": "else" } }),
    ],
  ];
  it.each(unmoved)("a declared aggregate stays a call beside %s", (_name, other) => {
    expect(settleAll(run(), other).role("run")).toEqual(["call", "lone_aggregate"]);
  });

  it("of aggregates in one another the innermost is the call", () => {
    const ledger = settleAll(
      run(),
      run({ key: "step", parent: "run" }),
      run({ key: "turn", parent: "step" }),
    );
    expect(ledger.billable).toMatchObject([{ spanId: spanIdOf("turn") }]);
  });

  it("an aggregate without a model, or of a tool, is no evidence of calls", () => {
    const nameless = chat(
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "", "gen_ai.response.model": "" },
      { key: "run", kind: 1 },
    );
    const tool = span(
      { "openinference.span.kind": "TOOL", "llm.model_name": "gpt-4o", "llm.token_count.prompt": 5 },
      { key: "tool" },
    );
    expect(settleAll(nameless, tool).calls).toEqual([]);
  });

  it("survives a loop of parents", () => {
    const a = chat({}, { key: "a", trace: "t", parent: "b" });
    const b = chat({}, { key: "b", trace: "t", parent: "a" });
    expect(settleAll(a, b).calls.length).toBeGreaterThan(0);
  });
});

describe("repeated deliveries", () => {
  it("change nothing", () => {
    const ledger = settleAll(outer(), inner(), chat({}, { key: "other", startMs: 5000 }));
    expect(ledger.deliver(inner(), outer(), chat({}, { key: "other", startMs: 5000 }))).toEqual([]);
  });

  it("with more attributes update the call, with fewer they do not", () => {
    const ledger = settleAll(chat());
    const [row] = ledger.deliver(chat({ "user.id": "u-1", "gen_ai.response.id": "chatcmpl-abcdef123456" }));
    expect(row?.call).toMatchObject({ attribution: { user: "u-1" }, responseId: "chatcmpl-abcdef123456" });
    expect(ledger.deliver(chat())).toEqual([]);
    expect(ledger.calls).toHaveLength(1);
  });

  it("count as duplicates", () => {
    const { records } = delivered([chat(), chat()]);
    expect(settle({ project: "p", rows: [], links: [], incoming: records }).duplicates).toBe(1);
  });

  it("keep the id of the call that was seen first when later evidence joins two", () => {
    const ledger = settleAll(inner());
    const first = ledger.row("inner").callId;
    ledger.deliver(outer());
    expect(ledger.row("outer").callId).toBe(first);
    expect(ledger.row("inner")).toMatchObject({ callId: first, role: "merged" });
  });
});

describe("any set of records", () => {
  const service = fc.constantFrom("bot", "api");
  const anySpan = fc
    .record({
      key: fc.nat(30),
      trace: fc.nat(5),
      parent: fc.option(fc.nat(30), { nil: undefined }),
      scope: fc.constantFrom("framework", "client", "third"),
      startMs: fc.nat(400),
      durationMs: fc.nat(200),
      service,
      output: fc.nat(3),
      id: fc.option(fc.nat(6), { nil: undefined }),
      kind: fc.constantFrom("chat", "chat", "invoke_agent", "execute_tool", "refused"),
    })
    .map((one) => {
      const refused = one.kind === "refused";
      return chat(
        {
          "gen_ai.operation.name": refused ? "chat" : one.kind,
          ...(refused
            ? {
                "gen_ai.usage.input_tokens": null,
                "gen_ai.usage.output_tokens": null,
                "gen_ai.response.model": null,
                "gen_ai.usage.cache_read.input_tokens": null,
              }
            : { "gen_ai.usage.output_tokens": one.output }),
          ...(one.id === undefined || refused
            ? {}
            : { "gen_ai.response.id": `chatcmpl-00000000000${one.id}` }),
        },
        {
          key: `k${one.key}`,
          trace: `t${one.trace}`,
          scope: one.scope,
          startMs: one.startMs,
          durationMs: one.durationMs,
          error: refused,
          kind: 1,
          resource: { "service.name": one.service },
          ...(one.parent === undefined ? {} : { parent: `k${one.parent}` }),
        },
      );
    });

  /** Spans with distinct ids: what differs between deliveries of one id is tested above. */
  const anySpans = fc.uniqueArray(anySpan, { minLength: 1, maxLength: 14, selector: (one) => one.spanId });

  const stateOf = (ledger: Ledger): string[] =>
    [...ledger.rows.values()]
      .map(({ role, roleReason, otherSpanIds, call }) =>
        [role, roleReason, otherSpanIds.join(), fingerprint(call)].join(" "),
      )
      .sort();

  it("settles to the same rows in any order, in any batches, with any repetition", () => {
    const deliveries = anySpans.chain((spans) =>
      fc.record({
        spans: fc.constant(spans),
        order: fc.shuffledSubarray([...spans, ...spans], { minLength: spans.length }),
        size: fc.integer({ min: 1, max: 6 }),
      }),
    );
    fc.assert(
      fc.property(deliveries, ({ spans, order, size }) => {
        const once = settleAll(...spans);
        const ledger = new Ledger();
        const all = [...order, ...spans];
        for (let start = 0; start < all.length; start += size)
          ledger.deliver(...all.slice(start, start + size));
        expect(stateOf(ledger)).toEqual(stateOf(once));
      }),
      { numRuns: 400 },
    );
  });

  it("gives every record one role, every call one standing record, and every call id one call", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const ledger = settleAll(...spans);
        const rows = [...ledger.rows.values()];
        const standing = rows.filter(({ role }) => role === "call");
        expect(new Set(standing.map(({ callId }) => callId)).size).toBe(standing.length);
        for (const row of rows.filter(({ role }) => role === "merged")) {
          const call = standing.find(({ callId }) => callId === row.callId);
          expect(call?.otherSpanIds).toContain(row.call.spanId);
          expect(row.call.billable).toBe(false);
        }
        expect(rows.filter(({ role, call }) => role === "aggregate" && call.billable)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describe("ids", () => {
  it("of the tests' spans are what the settlement saw", () => {
    expect(settleAll(chat({}, { key: "x", trace: "y" })).row("x").call.traceId).toBe(traceIdOf("y"));
  });
});
