import { expect } from "@jest/globals";
import fc from "fast-check";
import { systemClock } from "../../../src/server/domain/clock.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import type { LogRecord } from "../../../src/server/domain/log-record.js";
import type { Span } from "../../../src/server/domain/span.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { LedgerWriter } from "../../../src/server/ingest/ledger-writer.js";
import { PricingContextHolder } from "../../../src/server/ingest/pricing-context.js";
import { normalizeLog } from "../../../src/server/normalize/cli/normalize-signals.js";
import { recordsOf, type Records } from "./captures.js";
import { MemoryLedger } from "./memory-ledger.js";

export type Item = Span | LogRecord;

const pricing = new PricingContextHolder();
/** Orders tried of more items than have few. */
const SAMPLES = 40;

function itemRecords(item: Item): Records {
  if ("parentSpanId" in item) return recordsOf([item]);
  const call = normalizeLog(item);
  return { records: call === null ? [] : [{ call, declared: "call" }], links: [] };
}

/** The ledger after the items came one by one, each in a request of its own. */
async function ledgerOf(items: readonly Item[]): Promise<MemoryLedger> {
  const ledger = new MemoryLedger();
  const parts = { calls: ledger, traces: ledger, neighbours: ledger, soleWriter: false, clock: systemClock };
  for (const item of items) {
    // A writer for each: none remembers what another has seen.
    const writer = new LedgerWriter({ ...parts, pricing, metrics: new IngestMetrics(), listeners: [] });
    await writer.write([{ project: "default", ...itemRecords(item) }]);
  }
  return ledger;
}

/** All orders of up to four items, a sample of those of more. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length > 4) {
    const shuffled = fc.shuffledSubarray([...items], { minLength: items.length });
    return fc.sample(shuffled, { numRuns: SAMPLES, seed: 1 });
  }
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) =>
    orders(items.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

/** What a reader sees of a row, but for the order of arrival. */
function stateOf({ call, role, otherSpanIds }: LedgerRow): unknown {
  return { role, otherSpanIds, call: { ...call, cost: call.cost.total } };
}

function bySpan(a: LedgerRow, b: LedgerRow): number {
  return a.call.spanId < b.call.spanId ? -1 : 1;
}

/** Fails unless every order of delivery, with each item delivered again at the end, leads to the same ledger; returns its rows. */
export async function inAnyOrder(items: readonly Item[]): Promise<LedgerRow[]> {
  const rowsOf = async (delivered: readonly Item[]) =>
    [...(await ledgerOf(delivered)).rows.values()].sort(bySpan);
  const wanted = await rowsOf(items);
  for (const order of orders(items))
    expect((await rowsOf([...order, ...items])).map(stateOf)).toEqual(wanted.map(stateOf));
  return wanted;
}
