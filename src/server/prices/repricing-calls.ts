import { Inject, Injectable } from "@nestjs/common";
import type { LedgerRow } from "../domain/ledger-row.js";
import { type DimensionFilter, filterConditions } from "../query/dimensions.js";
import { scopeConditions, whereAll } from "../query/statement.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { CallsRepository, type StoredPosition } from "../storage/analytics/calls.repository.js";
import { sqlFromNano } from "../storage/analytics/nano-time.js";
import { readNano } from "../storage/analytics/row-values.js";

/** Which calls are re-priced: billable ones that start in a half-open range (null: no bound) and pass the filters. */
export interface RepricingScope {
  project: string;
  fromNano: bigint | null;
  toNano: bigint | null;
  filters: readonly DimensionFilter[];
}

/** The last call of a page; the next page starts after it. */
export interface RepricingPosition {
  startNano: bigint;
  traceId: string;
  spanId: string;
}

export interface RepricingPage {
  rows: LedgerRow[];
  /** Null at the end. */
  next: RepricingPosition | null;
}

/** Walks the calls of a scope in the order in which they are stored, which no change of price alters. */
@Injectable()
export class RepricingCalls {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(CallsRepository) private readonly calls: CallsRepository,
  ) {}

  /** @throws the store's errors */
  async count(scope: RepricingScope): Promise<number> {
    const { where, params } = whereOf(scope);
    const [row] = await this.store.select<{ calls: string | number }>(
      `SELECT count() AS calls FROM calls WHERE ${where}`,
      { params, onlyProject: scope.project },
    );
    return Number.parseInt(String(row?.calls ?? 0), 10);
  }

  /** At most `limit` calls after a position. @throws the store's errors */
  async page(scope: RepricingScope, after: RepricingPosition | null, limit: number): Promise<RepricingPage> {
    const { where, params } = whereOf(scope);
    const position = after === null ? null : positionParams(after);
    const sql = `SELECT id, trace_id, span_id, start_time FROM calls
WHERE ${where}${position === null ? "" : AFTER}
ORDER BY toStartOfHour(start_time), trace_id, span_id
LIMIT ${limit}`;
    const found = await this.store.select<Record<"id" | "trace_id" | "span_id" | "start_time", string>>(sql, {
      params: { ...params, ...position },
      onlyProject: scope.project,
    });
    const positions = found.map((row) => ({
      id: row.id,
      traceId: row.trace_id,
      spanId: row.span_id,
      startNano: readNano(row.start_time),
    }));
    const rows = await this.calls.findCalls(scope.project, positions);
    return { rows, next: found.length < limit ? null : (positions.at(-1) ?? null) };
  }

  /** The calls as they are now; those that are gone are left out. @throws the store's errors */
  find(project: string, positions: readonly StoredPosition[]): Promise<LedgerRow[]> {
    return this.calls.findCalls(project, positions);
  }

  /** Projects that hold calls without a full price, at most 1000. @throws the store's errors */
  async unpricedProjects(): Promise<string[]> {
    const rows = await this.store.select<{ project: string }>(
      "SELECT DISTINCT project FROM calls WHERE billable AND cost_status IN ('unpriced', 'partial') LIMIT 1000",
    );
    return rows.map(({ project }) => project);
  }
}

const AFTER = `
  AND start_time >= toStartOfHour(toDateTime64({after_time:String}, 9, 'UTC'))
  AND (toStartOfHour(start_time), trace_id, span_id)
    > (toStartOfHour(toDateTime64({after_time:String}, 9, 'UTC')), {after_trace:String}, {after_span:String})`;

function whereOf({ project, fromNano, toNano, filters }: RepricingScope) {
  return whereAll(
    scopeConditions(project, fromNano, toNano),
    { conditions: ["billable"], params: {} },
    filterConditions(filters),
  );
}

function positionParams({ startNano, traceId, spanId }: RepricingPosition): Record<string, string> {
  return { after_time: sqlFromNano(startNano), after_trace: traceId, after_span: spanId };
}
