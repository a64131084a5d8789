import { Inject, Injectable } from "@nestjs/common";
import type { LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import { ANALYTICS_STORE, type AnalyticsStore, type QueryParams } from "./analytics-store.js";
import { fromRow, linkFromRow, type StoredRow } from "./call.row.js";
import { sqlFromNano } from "./nano-time.js";

/** Some traces, or some spans of them. `fromNano` and `toNano` bound the span start, both inclusive. */
export interface TraceKeys {
  project: string;
  traceIds: readonly string[];
  fromNano: bigint;
  toNano: bigint;
}

export interface Related {
  rows: LedgerRow[];
  links: SpanLink[];
}

/** How many records (of any version) and links a trace holds. */
export interface TraceSize {
  traceId: string;
  rows: number;
  links: number;
}

/** Ids per query: bounds the text of one statement; more are asked for in turns. */
const MAX_IDS_PER_QUERY = 2000;

const IN_WINDOW = `project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC') AND start_time <= toDateTime64({to:String}, 9, 'UTC')
  AND toStartOfHour(start_time) >= toStartOfHour(toDateTime64({from:String}, 9, 'UTC'))
  AND toStartOfHour(start_time) <= toStartOfHour(toDateTime64({to:String}, 9, 'UTC'))`;

/** Questions of the writing path about traces. Answers are as large as what is asked for: sizes are asked first. */
@Injectable()
export class TraceRecords {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** How much is stored of each trace; traces of which nothing is stored are left out. */
  async sizes(keys: TraceKeys): Promise<TraceSize[]> {
    const found: TraceSize[] = [];
    for (const traces of chunks(keys.traceIds)) {
      const rows = await this.store.select<{ trace_id: string; records: string; links: string }>(
        `SELECT trace_id, sum(record) AS records, sum(1 - record) AS links FROM (
SELECT trace_id, 1 AS record FROM calls_raw WHERE ${IN_WINDOW} AND trace_id IN {traces:Array(String)}
UNION ALL
SELECT trace_id, 0 AS record FROM span_links WHERE ${IN_WINDOW} AND trace_id IN {traces:Array(String)}
) GROUP BY trace_id`,
        { params: { ...windowParams(keys), traces }, lane: "ingest" },
      );
      for (const { trace_id: traceId, records, links } of rows)
        found.push({ traceId, rows: Number(records), links: Number(links) });
    }
    return found;
  }

  /** The current version of every record of the traces. PREWHERE runs before FINAL picks the newest: right for the sorting key only. */
  async recordsOf(keys: TraceKeys): Promise<LedgerRow[]> {
    const found: LedgerRow[] = [];
    for (const traces of chunks(keys.traceIds)) {
      const rows = await this.store.select<StoredRow>(
        `SELECT * FROM calls_raw FINAL
PREWHERE project = {project:String} AND trace_id IN {traces:Array(String)}
WHERE ${IN_WINDOW}`,
        { params: { ...windowParams(keys), traces }, lane: "ingest" },
      );
      found.push(...rows.map(fromRow));
    }
    return found;
  }

  /** Every link of the traces. */
  async linksOf(keys: TraceKeys): Promise<SpanLink[]> {
    const found: SpanLink[] = [];
    for (const traces of chunks(keys.traceIds)) {
      const rows = await this.store.select<StoredRow>(
        `SELECT project, trace_id, span_id, parent_span_id, start_time FROM span_links FINAL
WHERE ${IN_WINDOW} AND trace_id IN {traces:Array(String)}`,
        { params: { ...windowParams(keys), traces }, lane: "ingest" },
      );
      found.push(...rows.map(linkFromRow));
    }
    return found;
  }

  /** The current records and links with these span ids in any of the traces. */
  async spansOf(keys: TraceKeys, spanIds: readonly string[]): Promise<Related> {
    const found: Related = { rows: [], links: [] };
    const traces = [...new Set(keys.traceIds)];
    for (const spans of chunks(spanIds)) {
      const options = { params: { ...windowParams(keys), traces, spans }, lane: "ingest" as const };
      const rows = await this.store.select<StoredRow>(
        `SELECT * FROM calls_raw FINAL
PREWHERE project = {project:String} AND trace_id IN {traces:Array(String)} AND span_id IN {spans:Array(String)}
WHERE ${IN_WINDOW}`,
        options,
      );
      const links = await this.store.select<StoredRow>(
        `SELECT project, trace_id, span_id, parent_span_id, start_time FROM span_links FINAL
PREWHERE project = {project:String} AND trace_id IN {traces:Array(String)} AND span_id IN {spans:Array(String)}
WHERE ${IN_WINDOW}`,
        options,
      );
      found.rows.push(...rows.map(fromRow));
      found.links.push(...links.map(linkFromRow));
    }
    return found;
  }

  /** Ids of the spans, records and links, right below these spans, at most `limit`. */
  async childrenOf(keys: TraceKeys, spanIds: readonly string[], limit: number): Promise<string[]> {
    const found: string[] = [];
    const traces = [...new Set(keys.traceIds)];
    for (const parents of chunks(spanIds)) {
      if (found.length >= limit) break;
      const rows = await this.store.select<{ span_id: string }>(
        `SELECT DISTINCT span_id FROM (
SELECT span_id FROM calls_raw
WHERE ${IN_WINDOW} AND trace_id IN {traces:Array(String)} AND parent_span_id IN {parents:Array(String)}
UNION ALL
SELECT span_id FROM span_links
WHERE ${IN_WINDOW} AND trace_id IN {traces:Array(String)} AND parent_span_id IN {parents:Array(String)}
) LIMIT {limit:UInt64}`,
        {
          params: { ...windowParams(keys), traces, parents, limit: limit - found.length },
          lane: "ingest",
        },
      );
      found.push(...rows.map((row) => row.span_id));
    }
    return found;
  }
}

function windowParams(keys: TraceKeys): QueryParams {
  return { project: keys.project, from: sqlFromNano(keys.fromNano), to: sqlFromNano(keys.toNano) };
}

function chunks(ids: readonly string[]): string[][] {
  const unique = [...new Set(ids)];
  const result: string[][] = [];
  for (let start = 0; start < unique.length; start += MAX_IDS_PER_QUERY) {
    result.push(unique.slice(start, start + MAX_IDS_PER_QUERY));
  }
  return result;
}
