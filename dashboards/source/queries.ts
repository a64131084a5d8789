import { BUCKET, DIMENSIONS, type Dimension, IN_BOTH_PERIODS, IN_RANGE, THIS_PERIOD } from "./calls-view.js";

/** One number over the chosen range. */
export const single = (expression: string): string =>
  `SELECT ${expression} AS Value\nFROM call_stats\nWHERE ${IN_RANGE}`;

/**
 * Two rows, previous period then this one, for a stat that shows the change. `expression` takes the condition that picks a
 * period's rows and gives one number.
 */
export function withPrevious(
  expression: (condition: string) => string,
  view: "call_stats" | "calls" = "call_stats",
): string {
  return `SELECT period, amount AS Value
FROM (
  SELECT [${expression(`NOT (${THIS_PERIOD})`)}, ${expression(THIS_PERIOD)}] AS amounts
  FROM ${view}
  WHERE ${IN_BOTH_PERIODS}
)
ARRAY JOIN ['Previous period', 'This period'] AS period, amounts AS amount`;
}

const having = (condition: string | undefined): string =>
  condition === undefined ? "" : `\nHAVING ${condition}`;

/** One or more numbers per time bucket; `columns` is SQL with aliases. */
export const overTime = (columns: string, options: { having?: string } = {}): string =>
  `SELECT ${BUCKET} AS time, ${columns}
FROM call_stats
WHERE ${IN_RANGE}
GROUP BY time${having(options.having)}
ORDER BY time`;

/**
 * An amount per time bucket and value of a dimension, for a stack. The largest values keep their name and the rest is added up as
 * "other", so that a chart has few series. The ledger is read once; `expression` must be an amount that can be added up.
 */
export const stackedBy = (
  dimension: Dimension,
  expression: string,
  options: { top?: number; having?: string } = {},
): string =>
  `SELECT time, if(place <= ${options.top ?? 8}, name, 'other') AS series, sum(amount) AS Value
FROM (
  SELECT time, name, amount, dense_rank() OVER (ORDER BY total DESC, name) AS place
  FROM (
    SELECT time, name, amount, sum(amount) OVER (PARTITION BY name) AS total
    FROM (
      SELECT ${BUCKET} AS time, ${DIMENSIONS[dimension]} AS name, ${expression} AS amount
      FROM call_stats
      WHERE ${IN_RANGE}
      GROUP BY time, name${having(options.having)}
    )
  )
)
GROUP BY time, series
ORDER BY time, series`;

/**
 * A ratio or a quantile per time bucket and value of a dimension, which cannot be added up: "other" is computed over its own rows.
 * `rank` decides which values are large enough to keep their name. Buckets without a value are left out.
 */
export const overTimeBy = (
  dimension: Dimension,
  expression: string,
  options: { rank: string; top?: number },
): string =>
  `WITH largest AS (
  SELECT ${DIMENSIONS[dimension]} AS name
  FROM call_stats
  WHERE ${IN_RANGE}
  GROUP BY name
  ORDER BY ${options.rank} DESC, name
  LIMIT ${options.top ?? 8}
)
SELECT ${BUCKET} AS time,
  if(${DIMENSIONS[dimension]} IN (SELECT name FROM largest), ${DIMENSIONS[dimension]}, 'other') AS series,
  ${expression} AS Value
FROM call_stats
WHERE ${IN_RANGE}
GROUP BY time, series
HAVING Value IS NOT NULL
ORDER BY time, series`;

/** A number per value of a dimension, largest first. */
export const by = (dimension: Dimension, expression: string, limit: number): string =>
  `SELECT ${DIMENSIONS[dimension]} AS name, ${expression} AS Value
FROM call_stats
WHERE ${IN_RANGE}
GROUP BY name
ORDER BY Value DESC NULLS LAST, name
LIMIT ${limit}`;

/** A table: `columns` is SQL with quoted aliases that are the headings. */
export const rows = (options: {
  columns: string;
  groupBy?: string;
  orderBy: string;
  limit: number;
  condition?: string;
  having?: string;
  view?: "calls" | "call_stats" | "line_stats";
}): string =>
  `SELECT ${options.columns}
FROM ${options.view ?? "call_stats"}
WHERE ${IN_RANGE}${options.condition === undefined ? "" : `\n  AND ${options.condition}`}${
    options.groupBy === undefined ? "" : `\nGROUP BY ${options.groupBy}`
  }${options.having === undefined ? "" : `\nHAVING ${options.having}`}
ORDER BY ${options.orderBy}
LIMIT ${options.limit}`;
