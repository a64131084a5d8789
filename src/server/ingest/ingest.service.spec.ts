import { describe, expect, it } from "@jest/globals";
import { MemoryLedger } from "../../../test/integration/ingest/memory-ledger.js";
import { chat, span, spanIdOf } from "../../../test/support/spans.js";
import { readConfig } from "../config/app-config.js";
import { AppError, OverloadedError } from "../domain/errors.js";
import type { LedgerChange } from "../domain/ledger-listener.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import type { CallsRepository } from "../storage/analytics/calls.repository.js";
import type { TraceRecords } from "../storage/analytics/trace-records.js";
import type { NeighbourCalls } from "../storage/analytics/neighbour-calls.js";
import { IngestMetrics } from "./ingest-metrics.js";
import { IngestService } from "./ingest.service.js";
import { PricingContextHolder } from "./pricing-context.js";

const pricing = new PricingContextHolder();

/** A store that fails on demand. */
class FragileLedger extends MemoryLedger {
  failures: Error[] = [];
  /** Rows of this span cannot be stored. */
  poison: string | null = null;

  override async insert(rows: readonly LedgerRow[], links: readonly SpanLink[]): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (rows.some(({ call }) => call.spanId === this.poison)) {
      throw new AppError("invalid_request", "durationMs cannot be stored");
    }
    await super.insert(rows, links);
  }
}

function service(ledger: MemoryLedger, nowMs = () => 1_800_000_000_000) {
  const metrics = new IngestMetrics();
  const changes: LedgerChange[] = [];
  const ingest = new IngestService(
    readConfig({ SPANLEDGER_DATA_DIR: "unused" }),
    { nowMs },
    ledger as unknown as CallsRepository,
    ledger as unknown as TraceRecords,
    ledger as unknown as NeighbourCalls,
    pricing,
    metrics,
    [{ onAcknowledged: (news) => changes.push(...news) }],
  );
  return { ingest, metrics, changes };
}

describe("ingest", () => {
  it("answers what it took and what it refused, and why", async () => {
    const ledger = new MemoryLedger();
    const { ingest, metrics } = service(ledger);
    const result = await ingest.accept("default", [
      chat({}, { key: "good" }),
      { ...chat({}, { key: "bad" }), traceId: "0".repeat(32) },
      { ...chat({}, { key: "late" }), startTimeUnixNano: 1n },
      span({ "http.request.method": "GET" }, { key: "http", trace: "t", parent: "p" }),
      span({ "http.request.method": "GET" }, { key: "root" }),
    ]);
    expect(result).toEqual({ accepted: 3, rejected: 2, messages: ["invalid_trace_id", "invalid_time"] });
    expect([...ledger.rows.values()].map(({ call }) => call.spanId)).toEqual([spanIdOf("good")]);
    expect([...ledger.links.values()].map(({ spanId }) => spanId)).toEqual([spanIdOf("http")]);
    expect(metrics).toMatchObject({ received: 5, accepted: 3, ignored: 1, links: 1, rows: 1 });
    expect(Object.fromEntries(metrics.rejected)).toEqual({ invalid_trace_id: 1, invalid_time: 1 });
    await ingest.close();
  });

  it("prices what it stores and tells the listeners afterwards", async () => {
    const { ingest, changes } = service(new MemoryLedger());
    await ingest.accept("default", [chat()]);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ project: "default", previous: null });
    expect(changes[0]?.current.cost).toMatchObject({ status: "priced", total: "0.0001542" });
    await ingest.close();
  });

  it("tells nobody of a repeated delivery", async () => {
    const { ingest, changes, metrics } = service(new MemoryLedger());
    await ingest.accept("default", [chat()]);
    await ingest.accept("default", [chat(), chat()]);
    expect(changes).toHaveLength(1);
    expect(metrics).toMatchObject({ duplicates: 2, rows: 1, accepted: 3 });
    await ingest.close();
  });

  it("keeps projects apart", async () => {
    const ledger = new MemoryLedger();
    const { ingest } = service(ledger);
    await Promise.all([ingest.accept("default", [chat()]), ingest.accept("acme", [chat()])]);
    expect([...ledger.rows.values()].map(({ project }) => project).sort()).toEqual(["acme", "default"]);
    await ingest.close();
  });

  it("asks the sender to come back when storage is away, and takes the same spans then", async () => {
    const ledger = new FragileLedger();
    ledger.failures = [new AppError("unavailable", "no engine")];
    const { ingest, changes, metrics } = service(ledger);
    await expect(ingest.accept("default", [chat()])).rejects.toThrow(OverloadedError);
    expect([changes.length, metrics.accepted, metrics.overloaded]).toEqual([0, 0, 1]);
    await ingest.accept("default", [chat()]);
    expect([changes.length, metrics.accepted]).toEqual([1, 1]);
    await ingest.close();
  });

  it("finds the one record that cannot be stored and keeps its neighbours", async () => {
    const ledger = new FragileLedger();
    ledger.poison = spanIdOf("k5");
    const { ingest } = service(ledger);
    const spans = Array.from({ length: 9 }, (_, index) =>
      chat({}, { key: `k${index}`, startMs: index * 1000 }),
    );
    const result = await ingest.accept("default", spans);
    expect(result).toEqual({ accepted: 8, rejected: 1, messages: ["unstorable"] });
    expect(ledger.rows.size).toBe(8);
    await ingest.close();
  });

  it("gives every version of a row a higher number, even when the clock goes back", async () => {
    let now = 1_800_000_000_000;
    const ledger = new MemoryLedger();
    const { ingest } = service(ledger, () => now);
    await ingest.accept("default", [chat()]);
    const first = [...ledger.rows.values()][0]?.version ?? 0n;
    now -= 3_600_000;
    await ingest.accept("default", [chat({ "user.id": "u-1" })]);
    const [row] = [...ledger.rows.values()];
    expect(row?.call.attribution.user).toBe("u-1");
    expect(row?.version).toBeGreaterThan(first);
    await ingest.close();
  });

  it("refuses after closing, and stores before it closes what was waiting", async () => {
    const ledger = new MemoryLedger();
    const { ingest } = service(ledger);
    const waiting = ingest.accept("default", [chat()]);
    await ingest.close();
    await waiting;
    expect(ledger.rows.size).toBe(1);
    await expect(ingest.accept("default", [chat({}, { key: "b" })])).rejects.toThrow(AppError);
  });

  it("drops log records and metrics that report no call", async () => {
    const ledger = new MemoryLedger();
    const { ingest, metrics } = service(ledger);
    const { resource, scope } = chat();
    const log = {
      timeUnixNano: 1n,
      observedTimeUnixNano: 1n,
      traceId: "",
      spanId: "",
      eventName: "",
      body: "hello",
      attributes: new Map(),
      resource,
      scope,
    };
    expect(await ingest.acceptLogs("default", [log])).toEqual({ accepted: 1, rejected: 0, messages: [] });
    expect(await ingest.acceptMetrics("default", [])).toEqual({ accepted: 0, rejected: 0, messages: [] });
    expect([ledger.rows.size, metrics.ignored]).toEqual([0, 1]);
    await ingest.close();
  });
});
