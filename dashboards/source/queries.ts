import {
  BUCKET,
  CHOSEN,
  type Classed,
  counted,
  DIMENSIONS,
  type Dimension,
  IN_BOTH_PERIODS,
  IN_RANGE,
  PREVIOUS_PERIOD_ALONE,
  quantile,
  THIS_PERIOD,
  THIS_PERIOD_ALONE,
} from "./calls-view.js";

/** One number over the chosen range. */
export const single = (expression: string): string =>
  `SELECT ${expression} AS Value\nFROM call_stats\nWHERE ${IN_RANGE}`;

/**
 * Two rows, previous period then this one, for a stat that shows the change. `expression` takes the condition that picks a
 * period's rows and gives one number.
 */
export const withPrevious = (expression: (condition: string) => string): string =>
  inPeriods(`SELECT [${expression(BEFORE)}, ${expression(THIS_PERIOD)}] AS amounts
  FROM call_stats
  WHERE ${IN_BOTH_PERIODS}`);

const BEFORE = `NOT (${THIS_PERIOD})`;

const inPeriods = (amounts: string): string =>
  `SELECT period, amount AS Value
FROM (
  ${amounts}
)
ARRAY JOIN ['Previous period', 'This period'] AS period, amounts AS amount`;

/** Up to as many values a quantile is taken of the values themselves: more, and the engine would take a sample of them. */
const MOST_VALUES = 8192;

/**
 * A quantile of this period and the one before, as the API's summary has it: of the values themselves (`column` of the calls that
 * `condition` picks) while they are few, of their classes when there are more.
 */
export const quantileWithPrevious = (
  level: number,
  value: Classed,
  { column, condition }: { column: string; condition: string },
): string =>
  `WITH (
  SELECT [${[BEFORE, THIS_PERIOD].map((when) => `toFloat64(${counted(value, when)})`).join(", ")},
    ${[BEFORE, THIS_PERIOD].map((when) => quantile(level, value, when)).join(",\n    ")}]
  FROM call_stats
  WHERE ${IN_BOTH_PERIODS}
) AS counted, (
  SELECT [${[BEFORE, THIS_PERIOD].map((when) => `quantileIf(${level})(${column}, ${when})`).join(", ")}]
  FROM calls
  WHERE ${CHOSEN}
  AND ${condition}
  AND ((${PREVIOUS_PERIOD_ALONE} AND counted[1] <= ${MOST_VALUES})
    OR (${THIS_PERIOD_ALONE} AND counted[2] <= ${MOST_VALUES}))
) AS measured
${inPeriods(
  `SELECT arrayMap(number -> if(counted[number] <= ${MOST_VALUES}, nullIf(measured[number], nan), counted[number + 2]), [1, 2]) AS amounts`,
)}`;

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
  with?: string;
}): string =>
  `${options.with === undefined ? "" : `WITH ${options.with}\n`}SELECT ${options.columns}
FROM ${options.view ?? "call_stats"}
WHERE ${IN_RANGE}${options.condition === undefined ? "" : `\n  AND ${options.condition}`}${
    options.groupBy === undefined ? "" : `\nGROUP BY ${options.groupBy}`
  }${options.having === undefined ? "" : `\nHAVING ${options.having}`}
ORDER BY ${options.orderBy}
LIMIT ${options.limit}`;

/** Hours are what calls are stored by: a list reads only those which can hold its calls. */
const HOUR = "$__timeGroup(start_time, 1h)";

/**
 * The newest calls of a condition; `count` is the sum that counts them. Reads the hours, from the newest back, until they hold enough.
 */
export const newestCalls = (options: {
  columns: string;
  condition?: string;
  count: string;
  limit: number;
}): string =>
  rows({
    view: "calls",
    columns: options.columns,
    condition: [
      ...(options.condition === undefined ? [] : [options.condition]),
      `start_time >= (
    SELECT maxIf(hour, so_far >= ${options.limit})
    FROM (
      SELECT hour, sum(amount) OVER (ORDER BY hour DESC) AS so_far
      FROM (
        SELECT ${HOUR} AS hour, ${options.count} AS amount
        FROM call_stats
        WHERE ${IN_RANGE}
        GROUP BY hour
      )
    )
  )`,
    ].join("\n  AND "),
    orderBy: "start_time DESC, id",
    limit: options.limit,
  });

/**
 * The calls with most of a column, all of which have it. The greatest value of each hour and model belongs to a call, so that as many
 * calls as there are hours and models reach the least of the greatest of them: other hours cannot hold a call of the list.
 */
export const topCalls = (options: { columns: string; column: "cost"; limit: number }): string =>
  rows({
    view: "calls",
    with: `hours AS (
  SELECT ${HOUR} AS hour, provider, model, max(highest_${options.column}) AS highest
  FROM call_stats
  WHERE ${IN_RANGE}
  GROUP BY hour, provider, model
), (
  SELECT if(count() < ${options.limit}, -1, min(highest))
  FROM (SELECT highest FROM hours WHERE highest IS NOT NULL ORDER BY highest DESC LIMIT ${options.limit})
) AS reach`,
    columns: options.columns,
    condition: `${options.column} >= reach
  AND toStartOfHour(start_time) IN (SELECT hour FROM hours WHERE highest >= reach)`,
    orderBy: `${options.column} DESC, start_time DESC, id`,
    limit: options.limit,
  });

/** Days that are looked at before all are. */
const FEW_DAYS = 2;

/**
 * Condition that keeps the newest UTC days which have `limit` groups of the dimensions together, when the last few of the range do. A table
 * of days, newest first, ends within them: the days before need not be added up. The groups of the last day are not counted but kept: it is
 * seldom over, so that counting them would read its calls twice.
 */
export const newestDays = (dimensions: readonly Dimension[], limit: number): string =>
  `toDate(start_time, 'UTC') >= (
    SELECT maxIf(day, so_far >= ${limit})
    FROM (
      SELECT day, sum(amount) OVER (ORDER BY day DESC) AS so_far
      FROM (
        SELECT toDate(start_time, 'UTC') AS day, uniqExact(${dimensions.map((one) => DIMENSIONS[one]).join(", ")}) AS amount
        FROM call_stats
        WHERE ${IN_RANGE}
          AND toDate(start_time, 'UTC') >= toDate($__toTime_ms, 'UTC') - ${FEW_DAYS}
          AND toDate(start_time, 'UTC') < toDate($__toTime_ms, 'UTC')
        GROUP BY day
      )
    )
  )`;
