import { Inject, Injectable } from "@nestjs/common";
import {
  ANALYTICS_STORE,
  type AnalyticsStore,
  type QueryParams,
  type QueryResult,
} from "../storage/analytics/analytics-store.js";
import { PUBLIC_VIEWS } from "../storage/analytics/project-tables.js";
import { type AdhocFilter, narrowed } from "./adhoc-filters.js";
import { assertReadOnlySelect } from "./sql-guard.js";

export interface PanelSqlOptions {
  params?: QueryParams;
  /** Narrows every view that is read. */
  filters?: readonly AdhocFilter[];
  /** Most rows; more is an error. */
  maxRows: number;
  /** Engine time in seconds. */
  maxSeconds: number;
  /** Stops the query when the viewer leaves. */
  signal?: AbortSignal;
}

/**
 * Runs the SQL of our dashboards within one project. Two fences hold it there: the statement is read token by token and refused
 * unless it is one SELECT over the public views, and the engine hides every row of other projects in the tables below them.
 */
@Injectable()
export class PanelSqlRunner {
  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /** @throws AppError `invalid_request` for a statement that is refused, or what the store throws. */
  async run(project: string, sql: string, options: PanelSqlOptions): Promise<QueryResult> {
    const { filters = [], ...limits } = options;
    const narrow = narrowed(sql, filters);
    const params = { ...options.params, ...narrow.params };
    assertReadOnlySelect(narrow.sql, PUBLIC_VIEWS, Object.keys(params));
    return this.store.query(narrow.sql, { ...limits, params, onlyProject: project });
  }
}
