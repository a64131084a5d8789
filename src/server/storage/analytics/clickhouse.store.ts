import { Readable } from "node:stream";
import {
  type ClickHouseClient,
  type ClickHouseSettings,
  createClient,
  SettingsMap,
} from "@clickhouse/client";
import type { AnalyticsStore, QueryOptions, QueryParams, QueryResult } from "./analytics-store.js";
import { toAppError } from "./engine-error.js";
import { READ_SETTINGS, WRITE_SETTINGS } from "./engine-settings.js";
import { frameJsonRows, tableName } from "./json-rows.js";
import { columnList, type NativeBlock } from "./native-block.js";
import { projectFilters } from "./project-tables.js";
import { stringLiteral } from "./query-params.js";
import { rowsAsObjects } from "./query-result.js";
import { cancelledError, closedError } from "./session-pool.js";

const DEFAULT_MAX_SECONDS = 60;
const DEFAULT_MAX_ROWS = 1_000_000;
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
const DEFAULT_DATABASE = "spanledger";
const REQUEST_TIMEOUT_MS = 120_000;

const INSERT_SETTINGS: ClickHouseSettings = {
  ...READ_SETTINGS,
  ...WRITE_SETTINGS,
  max_partitions_per_insert_block: String(WRITE_SETTINGS.max_partitions_per_insert_block),
  // On a cluster the answer means that the shard has the rows, not that they wait in a queue.
  distributed_foreground_insert: 1,
  wait_end_of_query: 1,
};

/** A ClickHouse server over HTTP. */
export class ClickHouseStore implements AnalyticsStore {
  readonly mode = "clickhouse";
  private closing: Promise<void> | null = null;

  private constructor(private readonly client: ClickHouseClient) {}

  /**
   * A store on `url` (`http://user:password@host:8123/database`, database `spanledger` when the path is empty). The database is
   * created when missing and the user may.
   * @throws AppError `unavailable` when the server cannot be reached.
   */
  static async open(url: string): Promise<ClickHouseStore> {
    const target = new URL(url);
    const database = tableName(decodeURIComponent(target.pathname.slice(1)) || DEFAULT_DATABASE);
    target.pathname = "/";
    await createDatabase(target.toString(), database);
    return new ClickHouseStore(connect(target.toString(), database));
  }

  async insertJsonRows(table: string, rows: readonly string[]): Promise<void> {
    this.assertOpen();
    if (rows.length === 0) return;
    const query = `INSERT INTO ${tableName(table)} FORMAT JSONEachRow`;
    await this.insert(table, query, Buffer.from(frameJsonRows(rows), "utf8"));
  }

  async insertBlock(table: string, block: NativeBlock): Promise<void> {
    this.assertOpen();
    if (block.rows === 0) return;
    await this.insert(
      table,
      `INSERT INTO ${tableName(table)} (${columnList(block)}) FORMAT Native`,
      block.bytes,
    );
  }

  private async insert(table: string, query: string, body: Uint8Array): Promise<void> {
    try {
      const values = Readable.from([body]);
      const { stream } = await this.client.exec({ query, values, clickhouse_settings: INSERT_SETTINGS });
      for await (const chunk of stream) void chunk;
    } catch (error) {
      throw toAppError(error, `Insert into ${table}`, false);
    }
  }

  async query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    this.assertOpen();
    // The client would run the query of a signal that has fired before.
    if (hasLeft(options.signal)) throw cancelledError();
    try {
      const result = await this.client.query({
        query: sql,
        format: "JSONCompact",
        query_params: { ...options.params },
        clickhouse_settings: querySettings(options),
        ...(options.signal === undefined ? {} : { abort_signal: options.signal }),
      });
      const { meta, data } = await result.json<unknown[]>();
      return { columns: meta ?? [], rows: data };
    } catch (error) {
      if (hasLeft(options.signal)) throw cancelledError();
      throw toAppError(error, "Query failed", true);
    }
  }

  async select<Row>(sql: string, options: QueryOptions = {}): Promise<Row[]> {
    return rowsAsObjects<Row>(await this.query(sql, options));
  }

  async command(sql: string, params: QueryParams = {}): Promise<void> {
    this.assertOpen();
    try {
      await this.client.command({
        query: sql,
        query_params: { ...params },
        // Statements write too: INSERT ... SELECT.
        clickhouse_settings: INSERT_SETTINGS,
      });
    } catch (error) {
      throw toAppError(error, "Statement failed", true);
    }
  }

  async ping(): Promise<void> {
    await this.query("SELECT 1", { maxSeconds: 5 });
  }

  close(): Promise<void> {
    this.closing ??= this.client.close();
    return this.closing;
  }

  private assertOpen(): void {
    if (this.closing !== null) throw closedError();
  }
}

function connect(url: string, database: string | null): ClickHouseClient {
  return createClient({
    url,
    ...(database === null ? {} : { database }),
    application: "spanledger",
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 16,
    use_multipart_params_auto: true,
    // The client's own logger would print to the console; failures reach our log as errors.
    log: { level: 127 },
  });
}

/** A user without the right to create databases is fine as long as the database exists: the first statement tells. */
async function createDatabase(url: string, database: string): Promise<void> {
  const client = connect(url, null);
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
  } catch (error) {
    const failure = toAppError(error, "Opening the ClickHouse database", true);
    if (failure.code !== "internal") throw failure;
  } finally {
    await client.close();
  }
}

function hasLeft(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function querySettings(options: QueryOptions): ClickHouseSettings {
  return {
    ...READ_SETTINGS,
    max_execution_time: Math.max(1, Math.ceil(options.maxSeconds ?? DEFAULT_MAX_SECONDS)),
    max_result_rows: String(options.maxRows ?? DEFAULT_MAX_ROWS),
    max_result_bytes: String(options.maxBytes ?? DEFAULT_MAX_BYTES),
    result_overflow_mode: "throw",
    cancel_http_readonly_queries_on_client_close: 1,
    ...(options.onlyProject === undefined ? {} : scope(options.onlyProject)),
  };
}

/** The client quotes the values of a settings map but does not escape them, so that is done here. */
function scope(project: string): ClickHouseSettings {
  const filters = Object.entries(projectFilters(project)).map(([table, filter]) => [
    table,
    stringLiteral(filter).slice(1, -1),
  ]);
  return {
    additional_table_filters: SettingsMap.from(Object.fromEntries(filters) as Record<string, string>),
  };
}
