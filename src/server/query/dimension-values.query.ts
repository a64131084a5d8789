import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { nanoFromMs } from "../storage/analytics/nano-time.js";
import { COLUMN_DIMENSIONS, isDimension, shownDimension } from "./dimensions.js";
import { parseQuery, parseRange, type QueryString, rangeShape } from "./query-string.js";
import { scopeConditions, whereAll } from "./statement.js";

/** A value of a dimension as boards show it, and how many calls have it. */
export interface DimensionValue {
  value: string;
  calls: number;
}

/** What can be filtered and grouped by. */
export interface DimensionName {
  key: string;
}

const DEFAULT_RANGE_MS = 30 * 86_400_000;
const MAX_TAG_KEYS = 100;
const MAX_SEARCH_LENGTH = 200;

/** Parameters of the query string. */
export const dimensionValuesShape = {
  ...rangeShape,
  search: z
    .string()
    .max(MAX_SEARCH_LENGTH)
    .default("")
    .describe("Only values that contain this text, in any case."),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

/** Parameters of the list of names. */
export const dimensionNamesShape = { ...rangeShape };

/** The dimensions calls have, and the values in use. */
@Injectable()
export class DimensionValuesQuery {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The fixed dimensions, then the hundred tags most used in the range. @throws AppError `invalid_request`, or what the store throws. */
  async names(project: string, query: QueryString, signal: AbortSignal): Promise<DimensionName[]> {
    const { params } = parseQuery(dimensionNamesShape, query);
    const { where, params: bound } = this.scope(project, params);
    const rows = await this.store.select<{ key: string }>(
      `SELECT arrayJoin(mapKeys(tags)) AS key FROM calls WHERE ${where}
GROUP BY key ORDER BY count() DESC, key LIMIT ${MAX_TAG_KEYS}`,
      { params: bound, onlyProject: project, signal },
    );
    const tags = rows.map(({ key }) => `tag:${key}`).filter((key) => isDimension(key));
    return [...COLUMN_DIMENSIONS, ...tags].map((key) => ({ key }));
  }

  /** Values of a dimension in a range, most used first. @throws AppError `not_found`, `invalid_request`, or what the store throws. */
  async values(
    project: string,
    key: string,
    query: QueryString,
    signal: AbortSignal,
  ): Promise<DimensionValue[]> {
    if (!isDimension(key)) throw new AppError("not_found", "There is no such dimension.", { key });
    const { params } = parseQuery(dimensionValuesShape, query);
    const { where, params: bound } = this.scope(project, params);
    const { text } = shownDimension(key, "key");
    const rows = await this.store.select<{ value: string; calls: string }>(
      `SELECT ${text} AS value, count() AS calls FROM calls WHERE ${where}
  AND positionCaseInsensitiveUTF8(${text}, {search:String}) > 0
GROUP BY value ORDER BY calls DESC, value LIMIT {limit:UInt32}`,
      {
        params: { ...bound, search: params.search, limit: params.limit, ...tagKey(key) },
        onlyProject: project,
        signal,
      },
    );
    return rows.map((row) => ({ value: row.value, calls: Number(row.calls) }));
  }

  private scope(
    project: string,
    texts: { from?: string | undefined; to?: string | undefined },
  ): ReturnType<typeof whereAll> {
    const nowMs = this.clock.nowMs();
    const fallback = { fromNano: nanoFromMs(nowMs - DEFAULT_RANGE_MS), toNano: nanoFromMs(nowMs) };
    const { fromNano, toNano } = parseRange(texts, "UTC", fallback);
    return whereAll(scopeConditions(project, fromNano, toNano));
  }
}

function tagKey(key: string): Record<string, string> {
  return key.startsWith("tag:") ? { key: key.slice(4) } : {};
}
