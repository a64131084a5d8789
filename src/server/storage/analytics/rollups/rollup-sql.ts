import { type Grain, MEASURES, storedName } from "./grains.js";

/** SQL that puts the rows of one measure together, over columns of its own name. */
function merged(column: string): string {
  const merge = MEASURES.get(column)?.merge ?? "sum";
  if (merge === "places") return `sumForEach(${column})`;
  if (merge === "classes") return `sumMap(${column}, ${column.replace(/classes$/, "counts")}).1`;
  if (typeof merge === "string") return `${merge}(${column})`;
  if ("latestBy" in merge) return `argMax(${column}, ${merge.latestBy})`;
  return `sumMap(${merge.countsOf}, ${column}).2`;
}

/**
 * INSERT that recomputes one grain in the slots from `{from:Int64}` to before `{to:Int64}` (seconds, whole slots): one row per group in
 * the view, and one of weight 0 for each group that was there and is no more. Running it twice changes nothing. `{generation:UInt64}`
 * must be above that of every row that is there.
 */
export function recomputeSql(grain: Grain): string {
  const keys = ["project", "slot", ...grain.dimensions];
  const { measures } = grain;
  const none = measures.map((name) => `${MEASURES.get(name)?.none ?? "NULL"} AS ${name}`);
  const slot = `toDateTime64(toStartOfInterval(start_time, INTERVAL ${grain.slot} second, 'UTC'), 9, 'UTC')`;
  return `INSERT INTO calls_rollup (grain, generation, key, weight, project, start_time, ${[...grain.dimensions, ...measures].join(", ")})
SELECT '${storedName(grain)}', {generation:UInt64}, sipHash128(toString(tuple(${grain.dimensions.join(", ")}))), sum_of_weights, ${keys.join(", ")}, ${measures.map((_, index) => `merged_${index}`).join(", ")}
FROM (
  SELECT ${keys.join(", ")}, sum(weight) AS sum_of_weights, ${measures.map((name, index) => `${merged(name)} AS merged_${index}`).join(", ")}
  FROM (
    SELECT project, ${slot} AS slot, ${[...grain.dimensions, "toUInt64(1) AS weight", ...measures].join(", ")}
    FROM ${sourceOf(grain)} AND ${startsWithin("{from:Int64}", "{to:Int64}")}
    UNION ALL
    SELECT project, start_time AS slot, ${[...grain.dimensions, "toUInt64(0) AS weight", ...none].join(", ")}
    FROM calls_rollup FINAL
    WHERE grain = '${storedName(grain)}' AND calls_rollup.weight > 0 AND ${startsWithin("{from:Int64}", "{to:Int64}")}
  )
  GROUP BY ${keys.join(", ")}
)`;
}

function sourceOf({ finer, view }: Grain): string {
  if (finer === null) return `${view}\n    WHERE 1`;
  return `calls_rollup FINAL\n    WHERE grain = '${storedName(finer)}' AND calls_rollup.weight > 0`;
}

/** Condition on rows that start in [from, to), whole hours in seconds since the epoch; says it to the primary key too. */
export function startsWithin(from: string | number, to: string | number): string {
  return (
    `start_time >= toDateTime64(${from}, 9, 'UTC') AND start_time < toDateTime64(${to}, 9, 'UTC') ` +
    `AND toStartOfHour(start_time) >= toDateTime(${from}, 'UTC') AND toStartOfHour(start_time) < toDateTime(${to}, 'UTC')`
  );
}
