import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import type { LedgerListener } from "../domain/ledger-listener.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import { deliveryKey } from "../ledger/identity.js";
import type { LedgerRecord } from "../ledger/record.js";
import { settle, type SettledRow } from "../ledger/settle.js";
import { priceCall, type PricingContext } from "../pricing/price-call.js";
import type { EncodedRows } from "../storage/analytics/calls.repository.js";
import { announce, type Settled, tell } from "./announcement.js";
import type { IngestMetrics } from "./ingest-metrics.js";
import { KnownLedger, nothing, type Wanted } from "./known-ledger.js";
import type { PricingContextHolder } from "./pricing-context.js";
import { type NeighbourSource, type RelatedLedger, RelatedRecords } from "./related-records.js";
import type { RewriteBatch } from "./row-rewrite.js";
import type { TraceBounds, TraceSource } from "./trace-context.js";
import { Versions } from "./versions.js";

/** What the writer needs of storage. */
export interface LedgerStore {
  insert(rows: readonly LedgerRow[], links: readonly SpanLink[]): Promise<void>;
  /** Rows and links as bytes that `insertEncoded` takes. @throws AppError `invalid_request` for a row the table cannot hold */
  encode(rows: readonly LedgerRow[], links: readonly SpanLink[]): EncodedRows;
  insertEncoded(encoded: readonly EncodedRows[]): Promise<void>;
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

/** Records of one request, to be settled with what the ledger holds. */
export interface Batch {
  project: string;
  records: readonly LedgerRecord[];
  links: readonly SpanLink[];
  rewrite?: RewriteBatch;
  /** What the ledger must be asked, where that was found out on arrival. */
  wanted?: Wanted;
}

/** Records that nothing stored or waiting bears on: settled, priced and encoded already. Holds bytes, no records. */
export interface ReadyBatch {
  project: string;
  encoded: EncodedRows;
  /** Counts and tells; does nothing when called again. */
  onStored: () => void;
}

/** Starts further apart than this fall into more days than one insert should: such records take the careful way. */
const READY_SPREAD_NANO = 86_400_000_000_000n;

/** Writes groups: finds what is related, settles roles, prices, stores, tells the listeners. Safe to repeat after a failure. */
export class LedgerWriter {
  readonly #versions: Versions;
  readonly #known: KnownLedger;
  readonly #related: RelatedRecords;

  constructor(private readonly parts: LedgerWriterParts) {
    const { traces, neighbours, soleWriter, clock, bounds } = parts;
    this.#versions = new Versions(clock);
    this.#known = new KnownLedger(neighbours, soleWriter, () => BigInt(clock.nowMs()) * 1_000_000n);
    this.#related = new RelatedRecords(traces, neighbours, bounds);
  }

  /** Whether `prepare` can do its part for the project without `load`. */
  isLoaded(project: string): boolean {
    return !this.parts.soleWriter || this.#known.isComplete(project);
  }

  /** Reads what `prepare` must remember of the project. @throws the store's errors */
  load(project: string): Promise<void> {
    return this.#known.load(project);
  }

  /**
   * The batch as it is to be handed to `write`, in the order of these calls: ready to be stored when nothing in the ledger, and nothing
   * that was prepared before, bears on it; else as it came. `load` comes first.
   * @param mayBeReady false: its records are held on to
   */
  prepare(batch: Batch, mayBeReady = true): Batch | ReadyBatch {
    const { project, records, links } = batch;
    // Where others write too, only the ledger knows, at the time of writing.
    if (!this.parts.soleWriter) return batch;
    const wanted = this.#known.note(project, records, links);
    const emitters = this.#known.emittersOf(project);
    const isAlone =
      mayBeReady &&
      wanted.traceIds.size === 0 &&
      wanted.responseIds.size === 0 &&
      !records.some(({ call, declared }) => declared === "call" && emitters.mayHaveTwin(call)) &&
      isWithin(records, READY_SPREAD_NANO);
    return (isAlone ? this.#ready(batch) : null) ?? { ...batch, wanted };
  }

  /** Null when a record cannot be stored: the careful way finds out which. */
  #ready({ project, records, links }: Batch): ReadyBatch | null {
    const settled = this.#settle(project, records, links, NOTHING_STORED);
    try {
      const encoded = this.parts.calls.encode(settled.rows, settled.links);
      return { project, encoded, onStored: this.#announce(project, settled) };
    } catch (error) {
      if (error instanceof AppError && error.code === "invalid_request") return null;
      throw error;
    }
  }

  /**
   * Resolves when every batch is durable.
   * @throws the store's errors; then parts may be durable, and writing the same batches again is harmless.
   */
  async write(batches: readonly (Batch | ReadyBatch)[]): Promise<void> {
    const ready: ReadyBatch[] = [];
    const byProject = new Map<string, Batch[]>();
    for (const batch of batches) {
      if ("encoded" in batch) {
        ready.push(batch);
        continue;
      }
      const list = byProject.get(batch.project);
      if (list === undefined) byProject.set(batch.project, [batch]);
      else list.push(batch);
    }
    // First, because what follows may be related to them, and asks the ledger.
    if (ready.length > 0) await this.#writeReady(ready);
    for (const [project, own] of byProject) await this.#writeProject(project, own);
    // After the records, so that a row is compared with what the same group made of it.
    for (const batch of batches)
      if ("rewrite" in batch && batch.rewrite !== undefined) await this.#rewrite(batch.rewrite);
  }

  async #writeReady(ready: readonly ReadyBatch[]): Promise<void> {
    await this.parts.calls.insertEncoded(ready.map(({ encoded }) => encoded));
    for (const { onStored } of ready) onStored();
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
    tell(
      changes.map(({ current, previous }) => ({
        project: batch.project,
        current: current.call,
        previous: previous.call,
      })),
      this.parts.listeners,
    )();
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

  async #writeProject(project: string, batches: readonly Batch[]): Promise<void> {
    const records = batches.flatMap((batch) => batch.records);
    const links = batches.flatMap((batch) => batch.links);
    if (records.length === 0 && links.length === 0) return;
    await this.#known.load(project);
    const wanted = this.#wantedOf(project, batches);
    const emitters = this.#known.emittersOf(project);
    const related = await this.#related.find(project, records, links, wanted, emitters);
    const settled = this.#settle(project, records, links, related);
    if (settled.rows.length > 0 || settled.links.length > 0)
      await this.parts.calls.insert(settled.rows, settled.links);
    this.#announce(project, settled)();
  }

  #wantedOf(project: string, batches: readonly Batch[]): Wanted {
    const wanted = nothing();
    const fresh = batches.filter((batch) => batch.wanted === undefined);
    // Together: what is new of one is not known of because of another.
    const noted = this.#known.note(
      project,
      fresh.flatMap(({ records }) => records),
      fresh.flatMap(({ links }) => links),
    );
    for (const one of [noted, ...batches.map((batch) => batch.wanted)]) {
      for (const id of one?.traceIds ?? []) wanted.traceIds.add(id);
      for (const id of one?.responseIds ?? []) wanted.responseIds.add(id);
    }
    return wanted;
  }

  /** What must be written, priced. */
  #settle(
    project: string,
    records: readonly LedgerRecord[],
    links: readonly SpanLink[],
    related: RelatedLedger,
  ): Settled {
    const settlement = settle({
      project,
      rows: related.rows,
      links: [...related.links, ...links],
      incoming: records,
      partialTraces: related.partialTraces,
    });
    const context = this.parts.pricing.of(project);
    const rows = settlement.changed.map((row) => this.#rowOf(project, row, context));
    return {
      rows,
      previous: settlement.changed.map(({ previous }) => previous?.call ?? null),
      links: linksToStore(links, related.links),
      duplicates: settlement.duplicates,
    };
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

  #announce(project: string, settled: Settled): () => void {
    return announce(project, settled, this.parts.metrics, this.parts.listeners);
  }
}

const NOTHING_STORED: RelatedLedger = { rows: [], links: [], partialTraces: new Set() };

/** Whether all records start within so many nanoseconds of each other. */
function isWithin(records: readonly LedgerRecord[], spread: bigint): boolean {
  const first = records[0]?.call.startTimeUnixNano ?? 0n;
  let [least, greatest] = [first, first];
  for (const { call } of records) {
    if (call.startTimeUnixNano < least) least = call.startTimeUnixNano;
    else if (call.startTimeUnixNano > greatest) greatest = call.startTimeUnixNano;
  }
  return greatest - least <= spread;
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
