import type { NativeBlock } from "./native-block.js";

/** Bound parameters of a query; the SQL names them `{name:Type}`. Values are never concatenated into SQL. */
export type QueryParams = Readonly<Record<string, QueryParam>>;
export type QueryParam =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly (string | number | bigint)[]
  | Readonly<Record<string, string>>;

export interface QueryOptions {
  params?: QueryParams;
  /** Stops the query on the engine when aborted. */
  signal?: AbortSignal;
  /** Upper bound of engine time in seconds. */
  maxSeconds?: number;
  /** Upper bound of result rows; more is an error `invalid_request`. */
  maxRows?: number;
  /** Upper bound of the result in bytes; more is an error `invalid_request`. Default 256 MiB. */
  maxBytes?: number;
  /** Only rows of this project are visible in any table, whatever the SQL says. */
  onlyProject?: string;
  /** `ingest` does not queue behind readers: for the short look-ups of the writing path. Default `read`. */
  lane?: "read" | "ingest";
}

export interface QueryResult {
  columns: { name: string; type: string }[];
  /** Values as JSON: decimals and 64-bit integers are strings, DateTime is text in UTC. */
  rows: unknown[][];
}

/** A result in a format of the engine, as its bytes. */
export interface RawResult {
  bytes: Uint8Array;
  /** Rows and bytes the engine read. */
  rowsRead: number;
  bytesRead: number;
}

export interface RawQueryOptions extends Omit<QueryOptions, "params" | "lane"> {
  /** Bound parameters as a client of ClickHouse's HTTP interface sends them: in escaped text form. */
  rawParams: Readonly<Record<string, string>>;
  /** Settings of this query alone, by plain names and values. */
  settings: Readonly<Record<string, string>>;
}

/** What the embedded engine offers beside the port, for those who speak ClickHouse's own protocol. */
export interface RawQueryStore {
  /** Runs one read-only SELECT. @throws AppError as `AnalyticsStore.query`. */
  queryRaw(sql: string, format: string, options: RawQueryOptions): Promise<RawResult>;
}

/**
 * The one port to ClickHouse, embedded or server. SQL is the same for both.
 * @throws AppError `unavailable` when the engine cannot be reached, `timeout`, or `internal` with the engine's code in details.
 */
export interface AnalyticsStore {
  readonly mode: "chdb" | "clickhouse";
  /** Resolves when the rows are durable. Each row is one JSON object as text without line breaks (JSONEachRow). */
  insertJsonRows(table: string, rows: readonly string[]): Promise<void>;
  /** Resolves when the rows of the block are durable. No rows: does nothing. */
  insertBlock(table: string, block: NativeBlock): Promise<void>;
  /** Runs one read-only SELECT. */
  query(sql: string, options?: QueryOptions): Promise<QueryResult>;
  /** Rows as objects keyed by column name. */
  select<Row>(sql: string, options?: QueryOptions): Promise<Row[]>;
  /** Runs one statement that returns nothing (DDL, INSERT ... SELECT). In the lane `upkeep` it does not hold up the writing path. */
  command(sql: string, params?: QueryParams, lane?: "ingest" | "upkeep"): Promise<void>;
  ping(): Promise<void>;
  /** Stops own queries, waits for the writer, closes. Idempotent. */
  close(): Promise<void>;
}

export const ANALYTICS_STORE = Symbol("ANALYTICS_STORE");
