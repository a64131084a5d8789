import { Inject, Injectable } from "@nestjs/common";
import type { LedgerRow } from "../../domain/ledger-row.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "./analytics-store.js";
import { fromRow, type StoredRow } from "./call.row.js";
import { sqlFromNano } from "./nano-time.js";

/** One instrumentation that has reported calls of a service. */
export interface KnownEmitter {
  service: string | null;
  environment: string | null;
  dialect: string;
  scope: string;
  /** Whether some of its records carry no response id. */
  idless: boolean;
}

/** Services whose records overlap an interval. `fromNano` and `toNano` are inclusive. */
export interface NearKeys {
  project: string;
  services: string[];
  fromNano: bigint;
  toNano: bigint;
  /** How long before `fromNano` an overlapping record may have begun, in nanoseconds. */
  reachNano: bigint;
  /** Only records without a response id. */
  idlessOnly: boolean;
  /** Rows in the answer. */
  limit: number;
}

/** Ids and hashes per answer: bounds memory at start. */
const MAX_IDS = 500_000;
/** Rows per answer: bounds one group's work. */
const MAX_ROWS = 20_000;

/** Questions of the ingest path about records that share neither trace nor id with the incoming ones. */
@Injectable()
export class NeighbourCalls {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** Current rows of the services that overlap the interval, at most `limit`, by start. */
  async findNear(keys: NearKeys): Promise<LedgerRow[]> {
    const rows = await this.store.select<StoredRow>(
      `SELECT * FROM calls_raw FINAL
WHERE project = {project:String}
  AND start_time >= toDateTime64({reach:String}, 9, 'UTC') AND start_time <= toDateTime64({to:String}, 9, 'UTC')
  AND toStartOfHour(start_time) >= toStartOfHour(toDateTime64({reach:String}, 9, 'UTC'))
  AND toStartOfHour(start_time) <= toStartOfHour(toDateTime64({to:String}, 9, 'UTC'))
  AND addMicroseconds(start_time, toInt64(ceil(duration_ms * 1000))) >= toDateTime64({from:String}, 9, 'UTC')
  AND ifNull(service, '') IN {services:Array(String)}
  AND (NOT {idless:Bool} OR response_id IS NULL)
ORDER BY start_time, trace_id, span_id
LIMIT {limit:UInt64}`,
      {
        params: {
          project: keys.project,
          reach: sqlFromNano(keys.fromNano - keys.reachNano),
          from: sqlFromNano(keys.fromNano),
          to: sqlFromNano(keys.toNano),
          services: keys.services,
          idless: keys.idlessOnly,
          limit: keys.limit,
        },
        lane: "ingest",
      },
    );
    return rows.map(fromRow);
  }

  /**
   * Current rows with one of the response ids that start in the window, at most 500 of each id and 20,000 in all, nearest to its middle first: some servers
   * answer every call with the same id.
   */
  async findByResponseIds(
    project: string,
    ids: readonly string[],
    fromNano: bigint,
    toNano: bigint,
  ): Promise<LedgerRow[]> {
    if (ids.length === 0) return [];
    const rows = await this.store.select<StoredRow>(
      `SELECT * FROM calls_raw FINAL
WHERE project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC') AND start_time <= toDateTime64({to:String}, 9, 'UTC')
  AND toStartOfHour(start_time) >= toStartOfHour(toDateTime64({from:String}, 9, 'UTC'))
  AND toStartOfHour(start_time) <= toStartOfHour(toDateTime64({to:String}, 9, 'UTC'))
  AND response_id IN {ids:Array(String)}
ORDER BY abs(dateDiff('millisecond', start_time, toDateTime64({middle:String}, 9, 'UTC'))), trace_id, span_id
LIMIT 500 BY response_id LIMIT {limit:UInt64}`,
      {
        params: {
          project,
          ids,
          from: sqlFromNano(fromNano),
          to: sqlFromNano(toNano),
          middle: sqlFromNano((fromNano + toNano) / 2n),
          limit: MAX_ROWS,
        },
        lane: "ingest",
      },
    );
    return rows.map(fromRow);
  }

  /** Every current row that belongs to one of the calls. */
  async findByCallIds(project: string, callIds: readonly string[]): Promise<LedgerRow[]> {
    if (callIds.length === 0) return [];
    const rows = await this.store.select<StoredRow>(
      "SELECT * FROM calls_raw FINAL WHERE project = {project:String} AND call_id IN {ids:Array(String)} LIMIT {limit:UInt64}",
      { params: { project, ids: callIds, limit: MAX_ROWS }, lane: "ingest" },
    );
    return rows.map(fromRow);
  }

  /** Every instrumentation that has ever reported calls of the project. */
  listEmitters(project: string): Promise<KnownEmitter[]> {
    return this.store.select<KnownEmitter>(
      `SELECT service, environment, dialect, scope, max(response_id.null) = 1 AS idless
FROM calls_raw WHERE project = {project:String}
GROUP BY service, environment, dialect, scope LIMIT 10000`,
      { params: { project }, lane: "ingest" },
    );
  }

  /**
   * All ids by which stored records and links can be found, or null when there are more than 500,000. Each is the project, a space, the
   * kind (`r:` trace of a record, `l:` trace of a link, `i:` response id) and the id. For a fresh process that wants to know what is not there.
   */
  async listIds(): Promise<string[] | null> {
    const rows = await this.store.select<{ id: string }>(
      `SELECT DISTINCT concat(project, ' r:', trace_id) AS id FROM calls_raw
UNION DISTINCT SELECT DISTINCT concat(project, ' i:', assumeNotNull(response_id)) AS id FROM calls_raw WHERE response_id IS NOT NULL
UNION DISTINCT SELECT DISTINCT concat(project, ' l:', trace_id) AS id FROM span_links
LIMIT {limit:UInt64}`,
      { params: { limit: MAX_IDS + 1 }, lane: "ingest" },
    );
    return rows.length > MAX_IDS ? null : rows.map((row) => row.id);
  }
}
