import { Inject, Injectable } from "@nestjs/common";
import {
  ANALYTICS_STORE,
  type AnalyticsStore,
  type QueryParams,
  type QueryResult,
} from "../storage/analytics/analytics-store.js";
import { READABLE_VIEWS } from "../storage/analytics/project-tables.js";
import { DAY } from "../storage/analytics/rollups/grains.js";
import { type Freshness, RollupFreshness, type Span } from "../storage/analytics/rollups/rollup-freshness.js";
import { cancelledError } from "../storage/analytics/session-pool.js";
import { type AdhocFilter, narrowed } from "./adhoc-filters.js";
import { RollupPlanner } from "./rollups/rollup-planner.js";
import { SharedAnswers } from "./shared-answers.js";
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

/** Answers that are kept, their rows together, and the rows of one of them. */
const KEPT = { maxKept: 300, maxWeight: 100_000, maxWeightEach: 5_000 };

/**
 * Runs the SQL of our dashboards within one project. Two fences hold it there: the statement is read token by token and refused
 * unless it is one SELECT over the public views, and the engine hides every row of other projects in the tables below them. Rollups are
 * read where they are up to date. The same question is answered from memory until the next insert into its days.
 */
@Injectable()
export class PanelSqlRunner {
  private readonly answers = new SharedAnswers<QueryResult>({
    ...KEPT,
    weigh: (result) => result.rows.length + 1,
  });

  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(RollupFreshness) private readonly freshness: RollupFreshness,
    @Inject(RollupPlanner) private readonly planner: RollupPlanner,
  ) {}

  /** @throws AppError `invalid_request` for a statement that is refused, `timeout` when the viewer leaves, or what the store throws. */
  async run(project: string, sql: string, options: PanelSqlOptions): Promise<QueryResult> {
    const { filters = [], signal, ...limits } = options;
    const narrow = narrowed(sql, filters);
    const params = { ...options.params, ...narrow.params };
    assertReadOnlySelect(narrow.sql, READABLE_VIEWS, Object.keys(params));
    if (signal?.aborted === true) throw cancelledError();
    const freshness = await this.freshness.current();
    const planned =
      freshness === null ? { sql: narrow.sql, version: null } : await this.planned(narrow.sql, freshness);
    const question = JSON.stringify([project, narrow.sql, params, limits.maxRows]);
    return this.answers.get(question, planned.version, signal, (shared) =>
      this.store.query(planned.sql, { ...limits, params, onlyProject: project, signal: shared }),
    );
  }

  private async planned(sql: string, freshness: Freshness): Promise<{ sql: string; version: string }> {
    const plan = await this.planner.plan(sql, freshness);
    return { sql: plan.sql, version: versionOf(freshness, plan.range) };
  }
}

/** Changes with every insert into a day of the range, or into any day when there is no range. */
function versionOf(freshness: Freshness, range: Span | null): string {
  return freshness.days
    .filter(({ start }) => range === null || (start + DAY > range.from && start <= range.to))
    .map((day) => `${day.start}:${day.version}`)
    .join();
}
