import { describe, expect, it } from "@jest/globals";
import {
  callsOf,
  type Expectation,
  type ExpectedCall,
  loadCaptures,
  logCallsOf,
  metricCallsOf,
  recordsOf,
  settled,
  spansOf,
  tokensOf,
} from "./captures.js";
import type { Span } from "../../../src/server/domain/span.js";
import { isReadAttribute } from "../../../src/server/ingest/read-attributes.js";
import { normalizeSpan } from "../../../src/server/normalize/normalize-span.js";
import type { SettledRow } from "../../../src/server/ledger/settle.js";

const captures = loadCaptures().filter(
  ({ files }) => files.every(({ file }) => !file.includes("logs.")) || true,
);

function rowFor(rows: readonly SettledRow[], call: ExpectedCall): SettledRow | undefined {
  const ids = call.same_call_span_ids ?? [call.span_id];
  return rows.find(({ call: { spanId } }) => ids.includes(spanId));
}

/** What is wrong with a row, one line per field. */
function differences(row: SettledRow, want: ExpectedCall): string[] {
  const problems: string[] = [];
  const { call } = row;
  const flagged = call.usageQuality !== "exact";
  const check = (
    name: string,
    actual: Expectation,
    wanted: Expectation | undefined,
    excused: boolean,
  ): void => {
    if (wanted === undefined) return;
    if (wanted === "not recorded") {
      if (actual !== null && !excused) problems.push(`${name}: ${String(actual)} although not recorded`);
    } else if (actual !== wanted) problems.push(`${name}: ${String(actual)} instead of ${String(wanted)}`);
  };
  const tokens = tokensOf(call);
  for (const [name, wanted] of Object.entries(want.tokens))
    check(name, tokens[name] ?? null, wanted, flagged);
  check("provider", call.provider === "unknown" ? null : call.provider, want.provider, false);
  check("requestModel", call.requestModel, want.request_model, flagged);
  check("responseModel", call.responseModel, want.response_model, false);
  check("finishReason", call.finishReasons[0] ?? null, want.finish_reason_normalized, false);
  check("errorType", call.errorType, want.error_type, false);
  check("httpStatus", call.httpStatus, want.http_status, false);
  if ((call.outcome === "error" ? "error" : "ok") !== want.status) problems.push(`outcome ${call.outcome}`);
  if (call.billable !== (want.billable ?? true)) problems.push(`billable ${String(call.billable)}`);
  return problems;
}

describe("captures of real instrumentations", () => {
  const withSpans = captures.filter(({ expected }) =>
    expected.calls.every(({ span_id }) => span_id !== undefined),
  );

  it.each(withSpans.map((capture) => [`${capture.folder}/${capture.case}`, capture] as const))(
    "%s",
    (_name, capture) => {
      const rows = settled(recordsOf(spansOf(capture)));
      const calls = callsOf(rows);
      const problems: string[] = [];
      for (const want of capture.expected.calls) {
        const row = rowFor(calls, want);
        if (row === undefined) problems.push(`${want.span_id}: no row`);
        else problems.push(...differences(row, want).map((text) => `${want.span_id}: ${text}`));
        if (row !== undefined && want.same_call_span_ids !== undefined) {
          expect([row.call.spanId, ...row.otherSpanIds].sort()).toEqual([...want.same_call_span_ids].sort());
        }
      }
      expect(problems).toEqual([]);
      expect(calls.filter(({ call }) => call.billable)).toHaveLength(capture.expected.billable_calls);
      expect(calls.filter(({ call }) => !call.billable)).toHaveLength(capture.expected.error_calls ?? 0);
      const rowIds = new Set(calls.map(({ call }) => call.spanId));
      const standsFor = new Set(capture.expected.calls.flatMap((want) => want.same_call_span_ids ?? []));
      for (const span of capture.expected.must_not_be_billed) {
        if (typeof span !== "string" && !standsFor.has(span.span_id))
          expect(rowIds).not.toContain(span.span_id);
      }
    },
  );
});

describe("captures of coding tools", () => {
  const tools = captures.filter(({ expected }) =>
    expected.calls.some(({ span_id }) => span_id === undefined),
  );

  it.each(tools.map((capture) => [`${capture.folder}/${capture.case}`, capture] as const))(
    "%s: one call, whichever signals come with its log",
    (_name, capture) => {
      const { records, links } = recordsOf(spansOf(capture));
      expect({ records, links }).toEqual({ records: [], links: [] });
      const logs = logCallsOf(capture);
      for (const incoming of [
        logs,
        [...metricCallsOf(capture), ...logs],
        [...logs, ...metricCallsOf(capture)],
      ]) {
        const calls = callsOf(settled({ records: incoming, links: [] }));
        expect(calls).toHaveLength(capture.expected.billable_calls);
        const [row] = calls;
        const [want] = capture.expected.calls;
        if (row === undefined || want === undefined) throw new Error("one call is expected");
        expect(differences(row, want)).toEqual([]);
        expect(row.call.usageQuality).toBe("exact");
      }
    },
  );

  it.each(tools.map((capture) => [`${capture.folder}/${capture.case}`, capture] as const))(
    "%s: metrics alone give the same totals",
    (_name, capture) => {
      const calls = callsOf(settled({ records: metricCallsOf(capture), links: [] }));
      expect(calls).toHaveLength(1);
      const tokens = calls[0] === undefined ? {} : tokensOf(calls[0].call);
      const want = capture.expected.calls[0]?.tokens ?? {};
      for (const name of ["input_total", "input_uncached", "cache_read", "cache_write", "output"]) {
        expect([name, tokens[name]]).toEqual([name, want[name]]);
      }
    },
  );

  const others = captures.filter((capture) => !tools.includes(capture));

  it("makes no call of other senders' metrics", () => {
    expect(others.flatMap((capture) => metricCallsOf(capture))).toEqual([]);
  });

  it.each(others.map((capture) => [`${capture.folder}/${capture.case}`, capture] as const))(
    "%s: events add nothing to the calls of spans, whichever come first",
    (_name, capture) => {
      const { records, links } = recordsOf(spansOf(capture));
      const events = logCallsOf(capture);
      const facts = (incoming: typeof records) =>
        callsOf(settled({ records: incoming, links })).map(({ call, otherSpanIds }) => ({
          call,
          otherSpanIds,
        }));
      const alone = facts(records);
      expect(facts([...records, ...events])).toEqual(alone);
      expect(facts([...events, ...records])).toEqual(alone);
    },
  );

  it("makes one call of an event that comes alone", () => {
    const events = others.filter((capture) => logCallsOf(capture).length > 0);
    expect(events.map(({ folder }) => folder)).toEqual(["openlit", "openlit"]);
    for (const capture of events) {
      const calls = callsOf(settled({ records: logCallsOf(capture), links: [] }));
      expect(calls).toHaveLength(1);
      const [row] = calls;
      const want = capture.expected.calls[0]?.tokens;
      if (row === undefined || want === undefined) throw new Error("one call is expected");
      const { output, input_uncached, input_total, cache_read } = tokensOf(row.call);
      expect({ output, cache_read, billable: row.call.billable }).toEqual({
        output: want["output"],
        cache_read: null,
        billable: true,
      });
      // Of OpenAI the event knows the whole, of Anthropic the part without cache tokens.
      expect([input_total, input_uncached]).toEqual(
        row.call.responseId?.startsWith("msg_") === true ? [null, 21] : [1200, null],
      );
    }
  });
});

describe("attributes worth decoding", () => {
  it("leave every capture as it is", () => {
    const keep = (attributes: Span["attributes"]) =>
      new Map([...attributes].filter(([name]) => isReadAttribute(name)));
    for (const one of captures.flatMap(spansOf)) {
      const reduced: Span = {
        ...one,
        attributes: keep(one.attributes),
        resource: { attributes: keep(one.resource.attributes) },
        events: one.events.map((event) => ({ ...event, attributes: keep(event.attributes) })),
      };
      expect(normalizeSpan(reduced)).toEqual(normalizeSpan(one));
    }
  });

  it("hold no content", () => {
    for (const name of [
      "gen_ai.input.messages",
      "gen_ai.prompt.0.content",
      "input.value",
      "ai.prompt",
      "traceloop.entity.input",
    ]) {
      expect([name, isReadAttribute(name)]).toEqual([name, false]);
    }
  });
});
