import type { LedgerRow, SpanLink } from "../../../src/server/domain/ledger-row.js";
import type { LedgerStore } from "../../../src/server/ingest/ledger-writer.js";
import type { TraceSource } from "../../../src/server/ingest/trace-context.js";
import type { NeighbourSource } from "../../../src/server/ingest/related-records.js";
import { deliveryKey, endOf } from "../../../src/server/ledger/identity.js";
import type { EncodedRows } from "../../../src/server/storage/analytics/calls.repository.js";
import type { KnownEmitter, NearKeys } from "../../../src/server/storage/analytics/neighbour-calls.js";
import type { Related, TraceKeys, TraceSize } from "../../../src/server/storage/analytics/trace-records.js";

const NO_BLOCK = { columns: [], rows: 0, bytes: new Uint8Array(0) };

/** The ledger's tables as maps: the newest version of a record wins. */
export class MemoryLedger implements LedgerStore, TraceSource, NeighbourSource {
  readonly rows = new Map<string, LedgerRow>();
  readonly links = new Map<string, SpanLink>();

  insert(rows: readonly LedgerRow[], links: readonly SpanLink[]): Promise<void> {
    for (const link of links) this.links.set(`${link.project} ${deliveryKey(link)}`, link);
    for (const row of rows) {
      const key = `${row.project} ${deliveryKey(row.call)}`;
      const present = this.rows.get(key);
      if (present === undefined || present.version < row.version) this.rows.set(key, row);
    }
    return Promise.resolve();
  }

  readonly #encoded = new WeakMap<EncodedRows, { rows: readonly LedgerRow[]; links: readonly SpanLink[] }>();

  encode(rows: readonly LedgerRow[], links: readonly SpanLink[]): EncodedRows {
    const encoded = { rows: NO_BLOCK, links: NO_BLOCK, bytes: rows.length + links.length };
    this.#encoded.set(encoded, { rows, links });
    return encoded;
  }

  async insertEncoded(all: readonly EncodedRows[]): Promise<void> {
    const parts = all.flatMap((encoded) => this.#encoded.get(encoded) ?? []);
    await this.insert(
      parts.flatMap(({ rows }) => rows),
      parts.flatMap(({ links }) => links),
    );
  }

  sizes(keys: TraceKeys): Promise<TraceSize[]> {
    const sizes = new Map<string, TraceSize>();
    const sizeOf = (traceId: string): TraceSize => {
      const size = sizes.get(traceId) ?? { traceId, rows: 0, links: 0 };
      sizes.set(traceId, size);
      return size;
    };
    for (const { call } of this.#rowsOf(keys)) sizeOf(call.traceId).rows += 1;
    for (const link of this.#linksOf(keys)) sizeOf(link.traceId).links += 1;
    return Promise.resolve([...sizes.values()]);
  }

  recordsOf(keys: TraceKeys): Promise<LedgerRow[]> {
    return Promise.resolve(this.#rowsOf(keys));
  }

  linksOf(keys: TraceKeys): Promise<SpanLink[]> {
    return Promise.resolve(this.#linksOf(keys));
  }

  spansOf(keys: TraceKeys, spanIds: readonly string[]): Promise<Related> {
    return Promise.resolve({
      rows: this.#rowsOf(keys).filter(({ call }) => spanIds.includes(call.spanId)),
      links: this.#linksOf(keys).filter((link) => spanIds.includes(link.spanId)),
    });
  }

  childrenOf(keys: TraceKeys, spanIds: readonly string[], limit: number): Promise<string[]> {
    const spans = [...this.#rowsOf(keys).map(({ call }) => call), ...this.#linksOf(keys)];
    const children = spans.filter(({ parentSpanId }) => spanIds.includes(parentSpanId ?? ""));
    return Promise.resolve([...new Set(children.map(({ spanId }) => spanId))].slice(0, limit));
  }

  #rowsOf(keys: TraceKeys): LedgerRow[] {
    return [...this.rows.values()].filter(
      ({ project, call }) => project === keys.project && keys.traceIds.includes(call.traceId),
    );
  }

  #linksOf(keys: TraceKeys): SpanLink[] {
    return [...this.links.values()].filter(
      ({ project, traceId }) => project === keys.project && keys.traceIds.includes(traceId),
    );
  }

  findNear(keys: NearKeys): Promise<LedgerRow[]> {
    const rows = [...this.rows.values()].filter(
      ({ project, call }) =>
        project === keys.project &&
        keys.services.includes(call.attribution.service ?? "") &&
        call.startTimeUnixNano >= keys.fromNano - keys.reachNano &&
        call.startTimeUnixNano <= keys.toNano &&
        endOf(call) >= keys.fromNano &&
        (!keys.idlessOnly || call.responseId === null),
    );
    return Promise.resolve(rows);
  }

  findByResponseIds(project: string, ids: readonly string[], from: bigint, to: bigint): Promise<LedgerRow[]> {
    const rows = [...this.rows.values()].filter(
      ({ project: own, call }) =>
        own === project &&
        ids.includes(call.responseId ?? "") &&
        call.startTimeUnixNano >= from &&
        call.startTimeUnixNano <= to,
    );
    return Promise.resolve(rows);
  }

  findByCallIds(project: string, callIds: readonly string[]): Promise<LedgerRow[]> {
    return Promise.resolve(
      [...this.rows.values()].filter((row) => row.project === project && callIds.includes(row.callId)),
    );
  }

  listEmitters(project: string): Promise<KnownEmitter[]> {
    return Promise.resolve(
      [...this.rows.values()]
        .filter((row) => row.project === project)
        .map(({ call }) => ({
          service: call.attribution.service,
          environment: call.attribution.environment,
          dialect: call.source.dialect,
          scope: call.source.scope,
          idless: call.responseId === null,
        })),
    );
  }

  listIds(): Promise<string[] | null> {
    const ids = [...this.rows.values()].flatMap(({ project, call }) => [
      `${project} r:${call.traceId}`,
      ...(call.responseId === null ? [] : [`${project} i:${call.responseId}`]),
    ]);
    return Promise.resolve([
      ...ids,
      ...[...this.links.values()].map((link) => `${link.project} l:${link.traceId}`),
    ]);
  }
}
