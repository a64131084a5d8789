import { Inject, Injectable } from "@nestjs/common";
import type { LedgerRow, SpanLink } from "../../domain/ledger-row.js";
import {
  ANALYTICS_STORE,
  type AnalyticsStore,
  type QueryOptions,
  type QueryParams,
} from "./analytics-store.js";
import { ByteWriter } from "./byte-writer.js";
import { CALL_COLUMNS, LINK_COLUMNS } from "./call.columns.js";
import { fromRow, type StoredRow } from "./call.row.js";
import { joinBlocks, type NativeBlock, nativeBlock } from "./native-block.js";
import { sqlFromNano } from "./nano-time.js";
import { readNano } from "./row-values.js";

/** Rows and links in the store's own format, on their way into it. */
export interface EncodedRows {
  readonly rows: NativeBlock;
  readonly links: NativeBlock;
  /** What it holds in memory. */
  readonly bytes: number;
}

/** Where the row that stands for a call lies. */
export interface StoredPosition {
  id: string;
  traceId: string;
  startNano: bigint;
}

/** `fromNano` and `toNano` bound the span start, both inclusive. */
interface Window {
  project: string;
  fromNano: bigint;
  toNano: bigint;
}

/** Ids per query: bounds the text of one statement; more are asked for in turns. */
const MAX_IDS_PER_QUERY = 2000;

const HOUR_NANO = 3_600_000_000_000n;

const IN_WINDOW = `project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC') AND start_time <= toDateTime64({to:String}, 9, 'UTC')
  AND toStartOfHour(start_time) >= toStartOfHour(toDateTime64({from:String}, 9, 'UTC'))
  AND toStartOfHour(start_time) <= toStartOfHour(toDateTime64({to:String}, 9, 'UTC'))`;

/** One insert runs at a time but for tests and tools. */
const MAX_WRITERS = 2;

/** Reads and writes ledger records; the only place that knows their tables. */
@Injectable()
export class CallsRepository {
  /** Buffers between inserts, the one for rows last: a block of thousands of rows would otherwise grow one anew each time. */
  private readonly writers: ByteWriter[] = [];

  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /**
   * Resolves when rows and links are durable. Links go first: a row whose link is missing could be billed twice, a link without
   * a row harms nothing.
   * @throws AppError `invalid_request` for a row the table cannot hold (nothing is written then), or the store's errors.
   */
  async insert(rows: readonly LedgerRow[], links: readonly SpanLink[]): Promise<void> {
    const rowWriter = this.writers.pop() ?? new ByteWriter();
    const linkWriter = this.writers.pop() ?? new ByteWriter();
    const rowBlock = nativeBlock(CALL_COLUMNS, rows, rowWriter);
    const linkBlock = nativeBlock(LINK_COLUMNS, links, linkWriter);
    await this.store.insertBlock("span_links", linkBlock);
    await this.store.insertBlock("calls_raw", rowBlock);
    // After a failure a request that was given up may still be reading them.
    for (const writer of [linkWriter, rowWriter]) this.keep(writer);
  }

  /**
   * Rows and links as `insertEncoded` takes them. Holds bytes only: what they were made of can be forgotten.
   * @throws AppError `invalid_request` for a row the table cannot hold
   */
  encode(rows: readonly LedgerRow[], links: readonly SpanLink[]): EncodedRows {
    const writer = this.writers.pop() ?? new ByteWriter();
    const rowBlock = copyOf(nativeBlock(CALL_COLUMNS, rows, writer));
    const linkBlock = copyOf(nativeBlock(LINK_COLUMNS, links, writer));
    this.keep(writer);
    return { rows: rowBlock, links: linkBlock, bytes: rowBlock.bytes.length + linkBlock.bytes.length };
  }

  /** Resolves when all are durable, links first, as in `insert`. @throws the store's errors */
  async insertEncoded(encoded: readonly EncodedRows[]): Promise<void> {
    await this.store.insertBlock("span_links", joinBlocks(encoded.map(({ links }) => links)));
    await this.store.insertBlock("calls_raw", joinBlocks(encoded.map(({ rows }) => rows)));
  }

  private keep(writer: ByteWriter): void {
    if (writer.isModest && this.writers.length < MAX_WRITERS) this.writers.push(writer);
  }

  /** The row of role `call` with this ledger id, or null. */
  async findById(project: string, id: string): Promise<LedgerRow | null> {
    const records = await this.listRecords(project, id);
    return records.find((record) => record.role === "call") ?? null;
  }

  /** The rows of role `call` at these positions, in the given order; a position without a row is left out. */
  async findCalls(project: string, positions: readonly StoredPosition[]): Promise<LedgerRow[]> {
    if (positions.length === 0) return [];
    const starts = positions.map((position) => position.startNano);
    const window = { project, fromNano: least(starts), toNano: greatest(starts) };
    const traceIds = positions.map((position) => position.traceId);
    const hours = [...new Set(starts.map((start) => sqlFromNano(start - (start % HOUR_NANO)).slice(0, 19)))];
    const rows = await this.rowsOfTraces(traceIds, window, { onlyProject: project, params: { hours } });
    const byId = new Map(rows.filter((row) => row.role === "call").map((row) => [row.callId, row]));
    return positions.flatMap((position) => byId.get(position.id) ?? []);
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
    // Any version will do to find the traces; what they hold now is then read with FINAL.
    const [place] = await this.store.select<{ traces: string[]; first: string; last: string }>(
      `SELECT groupUniqArray(1000)(trace_id) AS traces, min(start_time) AS first, max(start_time) AS last
FROM calls_raw WHERE project = {project:String} AND call_id = {id:String}`,
      { params: { project, id }, onlyProject: project },
    );
    if (place === undefined || place.traces.length === 0) return [];
    const window = { project, fromNano: readNano(place.first), toNano: readNano(place.last) };
    const rows = await this.rowsOfTraces(place.traces, window, { onlyProject: project });
    return rows.filter((row) => row.callId === id).sort(byStart);
  }

  /**
   * The current records of traces in a window. PREWHERE runs before FINAL picks the newest version, which is right for parts of
   * the sorting key only; it keeps the many columns of all other rows unread. Parameters may have `hours` that the rows start in.
   */
  private async rowsOfTraces(
    traceIds: readonly string[],
    window: Window,
    options: QueryOptions,
  ): Promise<LedgerRow[]> {
    const found: LedgerRow[] = [];
    const inHours =
      options.params?.["hours"] === undefined
        ? ""
        : " AND toStartOfHour(start_time) IN {hours:Array(DateTime('UTC'))}";
    for (const traces of chunks(traceIds)) {
      const rows = await this.store.select<StoredRow>(
        `SELECT * FROM calls_raw FINAL
PREWHERE project = {project:String} AND trace_id IN {traces:Array(String)}${inHours}
WHERE ${IN_WINDOW}`,
        { ...options, params: { ...options.params, ...windowParams(window), traces } },
      );
      found.push(...rows.map(fromRow));
    }
    return found;
  }
}

/** The block with bytes of its own. */
function copyOf(block: NativeBlock): NativeBlock {
  return { ...block, bytes: new Uint8Array(block.bytes) };
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a));
}

function greatest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b > a ? b : a));
}

function byStart(a: LedgerRow, b: LedgerRow): number {
  const difference = a.call.startTimeUnixNano - b.call.startTimeUnixNano;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a.call.spanId < b.call.spanId ? -1 : 1;
}

function windowParams(keys: Window): QueryParams {
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
