import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { systemClock } from "../../../src/server/domain/clock.js";
import type { Span } from "../../../src/server/domain/span.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { LedgerWriter } from "../../../src/server/ingest/ledger-writer.js";
import type { TraceBounds } from "../../../src/server/ingest/trace-context.js";
import { PricingContextHolder } from "../../../src/server/ingest/pricing-context.js";
import { fingerprint } from "../../../src/server/ledger/record.js";
import { loadCaptures, recordsOf, spansOf } from "./captures.js";
import { MemoryLedger } from "./memory-ledger.js";

const pricing = new PricingContextHolder();

/** Every trace is too large to be read as a whole. */
const NARROW: TraceBounds = { rowsPerTrace: 1, linksPerTrace: 1, rows: 1, links: 1, around: 100 };

function writerOn(ledger: MemoryLedger, soleWriter: boolean, bounds?: TraceBounds): LedgerWriter {
  return new LedgerWriter({
    calls: ledger,
    traces: ledger,
    neighbours: ledger,
    soleWriter,
    clock: systemClock,
    pricing,
    metrics: new IngestMetrics(),
    listeners: [],
    ...(bounds === undefined ? {} : { bounds }),
  });
}

/** Everything in force but for what remembers the order of arrival. */
function stateOf(ledger: MemoryLedger): string[] {
  return [...ledger.rows.values()]
    .map((row) =>
      [row.role, row.roleReason, row.otherSpanIds.join(), fingerprint(row.call), row.call.cost.total].join(
        " ",
      ),
    )
    .sort();
}

async function deliver(
  ledger: MemoryLedger,
  batches: readonly Span[][],
  restarts: ReadonlySet<number>,
  sole = true,
  bounds?: TraceBounds,
): Promise<void> {
  let writer = writerOn(ledger, sole, bounds);
  for (const [index, spans] of batches.entries()) {
    if (restarts.has(index)) writer = writerOn(ledger, sole, bounds);
    await writer.write([{ project: "default", ...recordsOf(spans) }]);
  }
}

/** As requests come in: prepared on arrival, several to a group, whose writing begins while the next ones arrive. */
async function deliverInGroups(
  ledger: MemoryLedger,
  batches: readonly Span[][],
  restarts: ReadonlySet<number>,
  groupSizes: readonly number[],
): Promise<void> {
  let writer = writerOn(ledger, true);
  await writer.load("default");
  let waiting: ReturnType<LedgerWriter["prepare"]>[] = [];
  let writing = Promise.resolve();
  for (const [index, spans] of batches.entries()) {
    if (restarts.has(index)) {
      await writing;
      await writer.write(waiting);
      waiting = [];
      writer = writerOn(ledger, true);
      await writer.load("default");
    }
    waiting.push(writer.prepare({ project: "default", ...recordsOf(spans) }));
    if (waiting.length < (groupSizes[index % groupSizes.length] ?? 1)) continue;
    await writing;
    writing = writer.write(waiting);
    waiting = [];
  }
  await writing;
  await writer.write(waiting);
}

const captures = loadCaptures();
const spans = captures.flatMap(spansOf).filter((span) => !span.scope.name.startsWith("codex"));

describe("any delivery of the captured spans", () => {
  it("ends in the same ledger as delivering them once in order", async () => {
    const once = new MemoryLedger();
    await deliver(once, [spans], new Set());
    const wanted = stateOf(once);

    const deliveries = fc
      .shuffledSubarray(
        spans.flatMap((span) => [span, span, span]),
        { minLength: spans.length },
      )
      .chain((some) =>
        fc.record({
          order: fc.constant([...some, ...spans]),
          cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5, maxLength: 30 }),
          restarts: fc.array(fc.nat(20), { maxLength: 3 }),
          groups: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ order, cuts, restarts, groups }) => {
        const batches: Span[][] = [];
        let rest = order;
        for (let turn = 0; rest.length > 0; turn++) {
          const size = cuts[turn % cuts.length] ?? 10;
          batches.push(rest.slice(0, size));
          rest = rest.slice(size);
        }
        for (const bounds of [undefined, NARROW]) {
          const ledger = new MemoryLedger();
          await deliver(ledger, batches, new Set(restarts), true, bounds);
          expect(stateOf(ledger)).toEqual(wanted);
        }
        const ledger = new MemoryLedger();
        await deliverInGroups(ledger, batches, new Set(restarts), groups);
        expect(stateOf(ledger)).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it("keeps the id of the call that was there first", async () => {
    const mixed = captures.find(({ folder }) => folder === "mixed-oi-langchain-plus-oi-openai");
    if (mixed === undefined) throw new Error("capture is missing");
    const ledger = new MemoryLedger();
    const own = spansOf(mixed);
    await deliver(
      ledger,
      own.filter(({ name }) => name === "OpenAI Chat Completions").map((span) => [span]),
      new Set(),
    );
    const [first] = [...ledger.rows.values()];
    await deliver(ledger, [own], new Set());
    const calls = [...ledger.rows.values()].filter(({ role }) => role === "call");
    expect(calls.map(({ callId, call }) => [callId, call.spanId])).toEqual([
      [first?.callId, "6c989329d730ee9b"],
    ]);
  });

  it("needs no memory of its own: other writers on the same tables come to the same ledger", async () => {
    const once = new MemoryLedger();
    await deliver(once, [spans], new Set());
    const ledger = new MemoryLedger();
    await deliver(
      ledger,
      [...spans].reverse().map((span) => [span]),
      new Set(),
      false,
    );
    expect(stateOf(ledger)).toEqual(stateOf(once));
  }, 60_000);
});
