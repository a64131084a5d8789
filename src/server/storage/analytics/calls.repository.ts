import { Inject, Injectable } from "@nestjs/common";
import type { LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import { ANALYTICS_STORE, type AnalyticsStore, type QueryParams } from "./analytics-store.js";
import { fromRow, linkFromRow, linkToRow, type StoredRow, toRow } from "./call.row.js";
import { rowText } from "./json-rows.js";
import { sqlFromNano } from "./nano-time.js";

/** What may be one call or one trace with new spans. `fromNano` and `toNano` bound the span start, both inclusive. */
export interface RelatedKeys {
  project: string;
  traceIds: string[];
  responseIds: string[];
  fromNano: bigint;
  toNano: bigint;
}

export interface Related {
  rows: LedgerRow[];
  links: SpanLink[];
}

/** Ids per query: bounds the text of one statement; more are asked for in turns. */
const MAX_IDS_PER_QUERY = 2000;

const IN_WINDOW = `project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC') AND start_time <= toDateTime64({to:String}, 9, 'UTC')
  AND toStartOfHour(start_time) >= toStartOfHour(toDateTime64({from:String}, 9, 'UTC'))
  AND toStartOfHour(start_time) <= toStartOfHour(toDateTime64({to:String}, 9, 'UTC'))`;

/** Reads and writes ledger records; the only place that knows their tables. */
@Injectable()
export class CallsRepository {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /**
   * Resolves when rows and links are durable. Links go first: a row whose link is missing could be billed twice, a link without
   * a row harms nothing.
   * @throws AppError `invalid_request` for a row the table cannot hold (nothing is written then), or the store's errors.
   */
  async insert(rows: readonly LedgerRow[], links: readonly SpanLink[]): Promise<void> {
    const rowTexts = rows.map((row) => rowText(toRow(row)));
    const linkTexts = links.map((link) => rowText(linkToRow(link)));
    await this.store.insertJsonRows("span_links", linkTexts);
    await this.store.insertJsonRows("calls_raw", rowTexts);
  }

  /** The current version of every record and link of the given traces, and of every record with one of the response ids. */
  async findRelated(keys: RelatedKeys): Promise<Related> {
    const rows = new Map<string, LedgerRow>();
    for (const row of await this.rowsBy("trace_id", keys.traceIds, keys)) rows.set(keyOf(row), row);
    for (const row of await this.rowsBy("response_id", keys.responseIds, keys)) rows.set(keyOf(row), row);
    return { rows: [...rows.values()], links: await this.linksOf(keys) };
  }

  /** The row of role `call` with this ledger id, or null. */
  async findById(project: string, id: string): Promise<LedgerRow | null> {
    const rows = await this.store.select<StoredRow>(
      `SELECT * FROM calls_raw FINAL
WHERE project = {project:String} AND call_id = {id:String} AND role = 'call'
ORDER BY start_time LIMIT 1`,
      { params: { project, id }, onlyProject: project },
    );
    return rows[0] === undefined ? null : fromRow(rows[0]);
  }

  /** The rows of role `call` with these ids and start times, in the given order; a key without a row is left out. */
  async findCalls(project: string, keys: readonly { id: string; startNano: bigint }[]): Promise<LedgerRow[]> {
    if (keys.length === 0) return [];
    const starts = keys.map((key) => key.startNano);
    const rows = await this.store.select<StoredRow>(
      `SELECT * FROM calls_raw FINAL
WHERE ${IN_WINDOW}
  AND call_id IN {ids:Array(String)} AND role = 'call'`,
      {
        params: {
          ...windowParams({ project, fromNano: least(starts), toNano: greatest(starts) }),
          ids: keys.map((key) => key.id),
        },
        onlyProject: project,
      },
    );
    const byId = new Map(rows.map(fromRow).map((row) => [row.callId, row]));
    return keys.flatMap((key) => byId.get(key.id) ?? []);
  }

  /** Ledger ids of the calls that records with this span id belong to (any version of them), at most 100. */
  async callIdsOfSpan(project: string, spanId: string): Promise<string[]> {
    const rows = await this.store.select<{ call_id: string }>(
      `SELECT DISTINCT call_id FROM calls_raw
WHERE project = {project:String} AND (span_id = {span:String} OR has(other_span_ids, {span:String}))
LIMIT 100`,
      { params: { project, span: spanId }, onlyProject: project },
    );
    return rows.map((row) => row.call_id);
  }

  /** Every record (of any role) that belongs to the call with this ledger id, by start. */
  async listRecords(project: string, id: string): Promise<LedgerRow[]> {
    const rows = await this.store.select<StoredRow>(
      `SELECT * FROM calls_raw FINAL
WHERE project = {project:String} AND call_id = {id:String}
ORDER BY start_time, trace_id, span_id`,
      { params: { project, id }, onlyProject: project, maxRows: 10_000 },
    );
    return rows.map(fromRow);
  }

  private async rowsBy(
    column: "trace_id" | "response_id",
    ids: readonly string[],
    keys: RelatedKeys,
  ): Promise<LedgerRow[]> {
    const found: LedgerRow[] = [];
    for (const chunk of chunks(ids)) {
      const rows = await this.store.select<StoredRow>(
        `SELECT * FROM calls_raw FINAL
WHERE ${IN_WINDOW}
  AND ${column} IN {ids:Array(String)}`,
        { params: { ...windowParams(keys), ids: chunk }, lane: "ingest" },
      );
      found.push(...rows.map(fromRow));
    }
    return found;
  }

  private async linksOf(keys: RelatedKeys): Promise<SpanLink[]> {
    const found: SpanLink[] = [];
    for (const chunk of chunks(keys.traceIds)) {
      const rows = await this.store.select<StoredRow>(
        `SELECT project, trace_id, span_id, parent_span_id, start_time FROM span_links FINAL
WHERE ${IN_WINDOW}
  AND trace_id IN {ids:Array(String)}`,
        { params: { ...windowParams(keys), ids: chunk }, lane: "ingest" },
      );
      found.push(...rows.map(linkFromRow));
    }
    return found;
  }
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a));
}

function greatest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b > a ? b : a));
}

function windowParams(keys: Pick<RelatedKeys, "project" | "fromNano" | "toNano">): QueryParams {
  return { project: keys.project, from: sqlFromNano(keys.fromNano), to: sqlFromNano(keys.toNano) };
}

function keyOf(row: LedgerRow): string {
  return `${row.call.traceId} ${row.call.spanId} ${row.call.startTimeUnixNano}`;
}

function chunks(ids: readonly string[]): string[][] {
  const unique = [...new Set(ids)];
  const result: string[][] = [];
  for (let start = 0; start < unique.length; start += MAX_IDS_PER_QUERY) {
    result.push(unique.slice(start, start + MAX_IDS_PER_QUERY));
  }
  return result;
}
