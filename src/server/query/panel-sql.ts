import { Inject, Injectable } from "@nestjs/common";
import {
  ANALYTICS_STORE,
  type AnalyticsStore,
  type QueryParams,
  type QueryResult,
} from "../storage/analytics/analytics-store.js";
import { PUBLIC_VIEWS } from "../storage/analytics/project-tables.js";
import { assertReadOnlySelect } from "./sql-guard.js";

export interface PanelSqlOptions {
  params?: QueryParams;
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
    assertReadOnlySelect(sql, PUBLIC_VIEWS, Object.keys(options.params ?? {}));
    return this.store.query(sql, { ...options, onlyProject: project });
  }
}
