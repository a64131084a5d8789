import type { Clock } from "../domain/clock.js";
import type { LedgerChange, LedgerListener } from "../domain/ledger-listener.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import { deliveryKey } from "../ledger/identity.js";
import type { LedgerRecord } from "../ledger/record.js";
import { settle, type SettledRow } from "../ledger/settle.js";
import { priceCall, type PricingContext } from "../pricing/price-call.js";
import type { IngestMetrics } from "./ingest-metrics.js";
import type { PricingContextHolder } from "./pricing-context.js";
import { type NeighbourSource, RelatedRecords } from "./related-records.js";
import type { RewriteBatch } from "./row-rewrite.js";
import type { TraceBounds, TraceSource } from "./trace-context.js";
import { Versions } from "./versions.js";

/** What the writer needs of storage. */
export interface LedgerStore {
  insert(rows: readonly LedgerRow[], links: readonly SpanLink[]): Promise<void>;
}

export interface LedgerWriterParts {
  calls: LedgerStore;
  traces: TraceSource;
  neighbours: NeighbourSource;
  /** No other process writes to the same tables. */
  soleWriter: boolean;
  clock: Clock;
  pricing: PricingContextHolder;
  metrics: IngestMetrics;
  listeners: readonly LedgerListener[];
  /** How much of a trace is read as a whole; the default unless stated. */
  bounds?: TraceBounds;
}

interface Batch {
  project: string;
  records: readonly LedgerRecord[];
  links: readonly SpanLink[];
  rewrite?: RewriteBatch;
}

/** Writes one group: finds what is related, settles roles, prices, stores, tells the listeners. Safe to repeat after a failure. */
export class LedgerWriter {
  readonly #versions: Versions;
  readonly #related: RelatedRecords;

  constructor(private readonly parts: LedgerWriterParts) {
    const { traces, neighbours, soleWriter, clock, bounds } = parts;
    this.#versions = new Versions(clock);
    this.#related = new RelatedRecords(
      traces,
      neighbours,
      soleWriter,
      () => BigInt(clock.nowMs()) * 1_000_000n,
      bounds,
    );
  }

  /**
   * Resolves when every batch is durable.
   * @throws the store's errors; then parts may be durable, and writing the same batches again is harmless.
   */
  async write(batches: readonly Batch[]): Promise<void> {
    const byProject = new Map<string, Batch[]>();
    for (const batch of batches) {
      const list = byProject.get(batch.project);
      if (list === undefined) byProject.set(batch.project, [batch]);
      else list.push(batch);
    }
    for (const [project, own] of byProject) {
      await this.#writeProject(
        project,
        own.flatMap((batch) => batch.records),
        own.flatMap((batch) => batch.links),
      );
    }
    // After the records, so that a row is compared with what the same group made of it.
    for (const { rewrite } of batches) if (rewrite !== undefined) await this.#rewrite(rewrite);
  }

  /** Writes the rows whose stored version is still the one they were made from; the others are left to the caller. */
  async #rewrite(batch: RewriteBatch): Promise<void> {
    batch.stale = [];
    const stored = await this.#storedRows(batch);
    const changes: { current: LedgerRow; previous: LedgerRow }[] = [];
    for (const row of batch.rows) {
      const previous = stored.get(deliveryKey(row.call));
      if (previous === undefined || previous.version !== row.version) batch.stale.push(row);
      else changes.push({ current: { ...row, version: this.#versions.next(previous.version) }, previous });
    }
    if (changes.length === 0) return;
    await this.parts.calls.insert(
      changes.map(({ current }) => current),
      [],
    );
    this.parts.metrics.rows += changes.length;
    this.#tell(
      changes.map(({ current, previous }) => ({
        project: batch.project,
        current: current.call,
        previous: previous.call,
      })),
    );
  }

  async #storedRows({ project, rows }: RewriteBatch): Promise<Map<string, LedgerRow>> {
    const starts = rows.map(({ call }) => call.startTimeUnixNano);
    const [first] = starts;
    if (first === undefined) return new Map();
    const keys = {
      project,
      traceIds: rows.map(({ call }) => call.traceId),
      fromNano: starts.reduce((a, b) => (b < a ? b : a), first),
      toNano: starts.reduce((a, b) => (b > a ? b : a), first),
    };
    const spanIds = rows.map(({ call }) => call.spanId);
    const { rows: stored } = await this.parts.traces.spansOf(keys, spanIds);
    return new Map(stored.map((row) => [deliveryKey(row.call), row]));
  }

  async #writeProject(
    project: string,
    records: readonly LedgerRecord[],
    links: readonly SpanLink[],
  ): Promise<void> {
    if (records.length === 0 && links.length === 0) return;
    const { calls, metrics } = this.parts;
    const related = await this.#related.find(project, records, links);
    const settlement = settle({
      project,
      rows: related.rows,
      links: [...related.links, ...links],
      incoming: records,
      partialTraces: related.partialTraces,
    });
    const context = this.parts.pricing.of(project);
    const rows = settlement.changed.map((row) => this.#rowOf(project, row, context));
    const newLinks = linksToStore(links, related.links);
    metrics.duplicates += settlement.duplicates;
    if (rows.length === 0 && newLinks.length === 0) return;
    await calls.insert(rows, newLinks);
    this.#count(rows);
    this.#tell(
      rows.map((row, index) => ({
        project,
        current: row.call,
        previous: settlement.changed[index]?.previous?.call ?? null,
      })),
    );
  }

  #rowOf(project: string, settled: SettledRow, context: PricingContext): LedgerRow {
    const { previous } = settled;
    const call = priceCall(settled.call, context);
    // Pricing may name another provider (an operator's endpoint map); the record is then kept as it came.
    const original = settled.delivered ?? (call.provider === settled.call.provider ? null : settled.call);
    return {
      project,
      version: this.#versions.next(previous?.version ?? 0n),
      callId: settled.callId,
      role: settled.role,
      roleReason: settled.roleReason,
      otherSpanIds: settled.otherSpanIds,
      call,
      delivered: original === null ? null : { ...priceCall(original, context), provider: original.provider },
      ingestedAtMs: this.parts.clock.nowMs(),
    };
  }

  #count(rows: readonly LedgerRow[]): void {
    const { metrics } = this.parts;
    metrics.rows += rows.length;
    for (const { role, call } of rows) {
      if (role === "merged") metrics.merged += 1;
      else if (role === "aggregate") metrics.aggregates += 1;
      else if (call.billable && call.cost.status === "unpriced") metrics.unpriced += 1;
    }
  }

  #tell(changes: readonly LedgerChange[]): void {
    if (changes.length === 0) return;
    for (const listener of this.parts.listeners) listener.onAcknowledged(changes);
  }
}

function linksToStore(links: readonly SpanLink[], stored: readonly SpanLink[]): SpanLink[] {
  const known = new Set(stored.map((link) => deliveryKey(link)));
  return links.filter((link) => {
    const key = deliveryKey(link);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}
