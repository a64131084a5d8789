/**
 * The words of the SQL views that boards use, the contract's names in snake_case. Sums read the views whose rows add up (`call_stats`,
 * `limit_stats`, `line_stats`): sum(calls), never count(), because a row may stand for many calls. Lists read `calls`. Everything a
 * board selects or filters by goes through here, so that a renamed column is one change.
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

/** Rows of the chosen range and variables; of any view. */
export const IN_RANGE = `$__timeFilter_ms(start_time)\n  AND ${CHOSEN}`;

/** The same without user and customer: a limit is shared by all of them. */
export const LIMITS_IN_RANGE = `$__timeFilter_ms(start_time)
  AND ${chosen(["project", "environment", "provider", "model", "feature"])}`;

/** Rows of the chosen range and of the equally long one right before it. */
export const IN_BOTH_PERIODS = `start_time >= fromUnixTimestamp64Milli(2 * \${__from} - \${__to})
  AND start_time <= $__toTime_ms
  AND ${CHOSEN}`;

/** Whether a row of `IN_BOTH_PERIODS` belongs to the chosen range. */
export const THIS_PERIOD = "start_time >= $__fromTime_ms";

/** Rows of one of the two periods, said by their start alone. */
export const THIS_PERIOD_ALONE = "$__timeFilter_ms(start_time)";
export const PREVIOUS_PERIOD_ALONE =
  "start_time >= fromUnixTimestamp64Milli(2 * ${__from} - ${__to}) AND start_time < $__fromTime_ms";

/** Start of the row's time bucket. */
export const BUCKET = "$__timeInterval(start_time)";

/** Money of the chosen rows, null when none has a price. Exact until this cast: a chart needs a binary number, the ledger does not. */
export const SPEND = "toFloat64(sum(cost))";

/** Billable calls whose cost is not, or not fully, in a sum of money: as a condition on rows, and counted. */
export const NOT_FULLY_PRICED = "billable AND cost_status IN ('unpriced', 'partial')";
export const UNPRICED_CALLS = "sum(missing_calls)";

/** Calls whose cost is in the sum of money. */
export const PRICED_CALLS = "sum(priced_calls)";

/** Whether a group has a call that is part of the bill. */
export const HAS_BILLABLE = "sum(billable_calls) > 0";

export const CALLS = "sum(calls)";
export const ERRORS = "sum(errors)";

/** Every token of the chosen rows once, by the class it is billed in. */
export const TOKENS_BY_CLASS = `sum(input_uncached) AS "input, uncached",
  sum(cache_read_tokens) AS "cache read",
  sum(cache_write_tokens) AS "cache write",
  sum(output) AS "output",
  sum(output_reasoning) AS "reasoning",
  sum(media_tool_tokens) AS "media, tool"`;

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
  `sumIf(cached_input, ${condition}) / nullIf(sumIf(cacheable_input, ${condition}), 0)`;

export const CACHE_HIT_RATIO = cacheHitRatio();

/** Values that are counted in classes: milliseconds, or output tokens per second. */
export type Classed = "duration" | "first_chunk" | "speed" | "recording";

/**
 * Quantile, 0 to 1, of a value over the rows of a condition; null when none has it. Values are counted in classes, 64 to a doubling: the
 * answer is within 0.6 % of the value, and the same however rows were added up before. Class 0, which no value falls into, is the engine's answer for rows without any.
 */
export const quantile = (level: number, value: Classed, condition = "1"): string =>
  `250 * exp2((nullIf(quantileExactWeightedArrayOrNullIf(${level})(${value}_classes, ${value}_counts, ${condition}), 0) - 999.5) / 64)`;

/** Calls of a condition that have such a value. */
export const counted = (value: Classed, condition = "1"): string =>
  `sumIf(arraySum(${value}_counts), ${condition})`;
