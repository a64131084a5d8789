import type { QueryParams } from "../storage/analytics/analytics-store.js";
import { sqlFromNano } from "../storage/analytics/nano-time.js";
import type { Conditions } from "./dimensions.js";

/** SQL with its bound parameters. */
export interface Statement {
  sql: string;
  params: QueryParams;
}

/** Rows of a project that start in a half-open range; an open end is null. Over the view `calls` or its table. */
export function scopeConditions(project: string, fromNano: bigint | null, toNano: bigint | null): Conditions {
  const conditions = ["project = {project:String}"];
  const params: Record<string, string> = { project };
  if (fromNano !== null) {
    conditions.push("start_time >= toDateTime64({from:String}, 9, 'UTC')");
    params["from"] = sqlFromNano(fromNano);
  }
  if (toNano !== null) {
    conditions.push("start_time < toDateTime64({to:String}, 9, 'UTC')");
    params["to"] = sqlFromNano(toNano);
  }
  return { conditions, params };
}

/** All conditions as the body of a WHERE clause. */
export function whereAll(...groups: readonly Conditions[]): { where: string; params: QueryParams } {
  return {
    where: groups.flatMap((group) => group.conditions).join("\n  AND "),
    params: Object.assign({}, ...groups.map((group) => group.params)) as QueryParams,
  };
}
