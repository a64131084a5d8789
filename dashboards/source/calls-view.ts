/**
 * The words of the SQL view `calls` that boards use: one row per call, the contract's names in snake_case. Everything a board
 * selects or filters by goes through here, so that a renamed column is one change.
 */

/** Text of a dimension, with a name for "not given" so that it can be shown and chosen. */
const named = (column: string): string => `coalesce(nullIf(${column}, ''), '(none)')`;

export const DIMENSIONS = {
  project: "project",
  environment: named("environment"),
  provider: "provider",
  model: "coalesce(model, '(unknown)')",
  feature: named("feature"),
  team: named("team"),
  user: named("user"),
  customer: named("customer"),
  session: named("session"),
} as const;

export type Dimension = keyof typeof DIMENSIONS;

/** Dimensions that every board can be narrowed by, in the order they are shown. */
export const FILTERS = [
  "project",
  "environment",
  "provider",
  "model",
  "feature",
  "user",
  "customer",
] as const satisfies readonly Dimension[];

const chosen = (names: readonly (typeof FILTERS)[number][]): string =>
  names
    .map((name) => `$__conditionalAll(${DIMENSIONS[name]} IN (\${${name}:singlequote}), $${name})`)
    .join("\n  AND ");

/** SQL condition that keeps the rows the board's variables choose; "All" keeps rows without a value too. */
export const CHOSEN = chosen(FILTERS);

/** Rows of the chosen range and variables; of `calls`, `attempts` and `cost_lines`. */
export const IN_RANGE = `$__timeFilter_ms(start_time)\n  AND ${CHOSEN}`;

/** The same for `rate_limits`, which knows neither user nor customer. */
export const LIMITS_IN_RANGE = `$__timeFilter_ms(start_time)
  AND ${chosen(["project", "environment", "provider", "model", "feature"])}`;

/** Rows of the chosen range and of the equally long one right before it. */
export const IN_BOTH_PERIODS = `start_time >= fromUnixTimestamp64Milli(2 * \${__from} - \${__to})
  AND start_time <= $__toTime_ms
  AND ${CHOSEN}`;

/** Whether a row of `IN_BOTH_PERIODS` belongs to the chosen range. */
export const THIS_PERIOD = "start_time >= $__fromTime_ms";

/** Start of the row's time bucket. */
export const BUCKET = "$__timeInterval(start_time)";

/** A row that is part of the bill. */
export const BILLABLE = "billable";

/** Money of the chosen rows, null when none has a price. Exact until this cast: a chart needs a binary number, the ledger does not. */
export const SPEND = "toFloat64(sum(cost))";

/** Billable calls whose cost is not, or not fully, in a sum of money. */
export const NOT_FULLY_PRICED = `${BILLABLE} AND cost_status IN ('unpriced', 'partial')`;
export const UNPRICED_CALLS = `countIf(${NOT_FULLY_PRICED})`;

export const CALLS = "count()";
export const ERRORS = "countIf(outcome = 'error')";

const sumOf = (...columns: readonly string[]): string =>
  columns.map((column) => `coalesce(${column}, 0)`).join(" + ");

/** Tokens read from the provider's cache: text, and the media that some providers count apart. */
export const CACHE_READ = sumOf("cache_read", "cache_read_audio", "cache_read_image");

/** Whether a row tells what was read from the cache. */
export const CACHE_READ_KNOWN = "coalesce(cache_read, cache_read_audio, cache_read_image) IS NOT NULL";

/** Rows whose cache use can be told: `GET /api/v1/summary` counts the same ones. */
const CACHE_KNOWN = `${BILLABLE} AND ${CACHE_READ_KNOWN} AND input_total IS NOT NULL`;

/** Every token of the chosen rows once, by the class it is billed in. */
export const TOKENS_BY_CLASS = `sum(input_uncached) AS "input, uncached",
  sum(${CACHE_READ}) AS "cache read",
  sum(${sumOf("cache_write_5m", "cache_write_1h", "cache_write_other")}) AS "cache write",
  sum(output) AS "output",
  sum(output_reasoning) AS "reasoning",
  sum(${sumOf("input_audio", "input_image", "input_video", "input_tool", "output_audio", "output_image", "output_video")}) AS "media, tool"`;

/** Colors of `TOKENS_BY_CLASS`, the same wherever it is drawn. */
export const TOKEN_COLORS = {
  "input, uncached": "blue",
  "cache read": "green",
  "cache write": "yellow",
  output: "purple",
  reasoning: "semi-dark-orange",
  "media, tool": "text",
};

/** Share of input tokens that came from the provider's cache, 0 to 1, over the rows of a condition; null when none says. */
export const cacheHitRatio = (condition = "1"): string =>
  `sumIf(${CACHE_READ}, ${CACHE_KNOWN} AND ${condition}) / nullIf(sumIf(input_total, ${CACHE_KNOWN} AND ${condition}), 0)`;

export const CACHE_HIT_RATIO = cacheHitRatio();

/** Approximate quantile, 0 to 1, of a column over rows that have it; null when none has. */
export const quantile = (level: number, column: string, condition = "1"): string =>
  `nullIf(quantileIf(${level})(${column}, ${condition} AND ${column} IS NOT NULL), nan)`;
