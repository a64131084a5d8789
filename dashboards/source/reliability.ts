import { bargauge, gauge, stat, timeseries } from "./builder.js";
import { dashboard, row } from "./board-layout.js";
import { BUCKET, CALLS, DIMENSIONS, ERRORS, IN_RANGE, LIMITS_IN_RANGE, SPEND } from "./calls-view.js";
import { by, newestCalls, overTime, overTimeBy, rows, single, stackedBy, withPrevious } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";
import { table } from "./table-panel.js";

const headline = [
  gauge({
    id: 1,
    title: "Calls that ended well",
    description: "Share of calls whose last attempt succeeded and whose answer was read to the end.",
    w: 6,
    h: 4,
    unit: "percentunit",
    decimals: 2,
    min: 0.9,
    max: 1,
    thresholds: [
      { color: "red", value: null },
      { color: "orange", value: 0.97 },
      { color: "green", value: 0.99 },
    ],
    sql: single("sum(ok_calls) / nullIf(sum(calls), 0)"),
  }),
  stat({
    id: 2,
    title: "Attempts answered 429",
    description: "Share of HTTP attempts that the provider refused because a rate limit was reached.",
    w: 6,
    h: 4,
    unit: "percentunit",
    decimals: 2,
    noValue: "No attempts",
    thresholds: [
      { color: "green", value: null },
      { color: "orange", value: 0.02 },
      { color: "red", value: 0.1 },
    ],
    sql: single("sum(attempts_429) / nullIf(sum(attempts_seen), 0)"),
  }),
  stat({
    id: 3,
    title: "Attempts per good call",
    description: "HTTP attempts made for each call that ended well; 1 means nothing was retried.",
    w: 6,
    h: 4,
    unit: "none",
    decimals: 3,
    change: "rise-is-bad",
    sql: withPrevious((when) => `sumIf(attempts_made, ${when}) / nullIf(sumIf(ok_calls, ${when}), 0)`),
  }),
  stat({
    id: 4,
    title: "Paid for unfinished answers",
    description:
      "Cost of billable calls that failed, were cancelled, or whose stream nobody read to the end.",
    w: 6,
    h: 4,
    unit: "currencyUSD",
    decimals: 2,
    noValue: "Nothing",
    change: "rise-is-bad",
    sql: withPrevious((when) => `toFloat64(sumIf(unfinished_cost, ${when}))`),
  }),
];

const over = [
  timeseries({
    id: 10,
    title: "Failed calls by kind",
    description: "Calls that ended in an error after all retries, by kind of error.",
    w: 12,
    h: 9,
    unit: "short",
    draw: "bars",
    stack: "normal",
    noValue: "No failed calls",
    sql: `SELECT ${BUCKET} AS time,
  coalesce(error_type, if(http_status IS NULL, 'unknown', toString(http_status))) AS series,
  ${CALLS} AS Value
FROM call_stats
WHERE ${IN_RANGE}
  AND outcome = 'error'
GROUP BY time, series
ORDER BY time, series`,
  }),
  timeseries({
    id: 11,
    title: "Attempts answered 429 by model",
    description: "Share of HTTP attempts refused for a rate limit, by model.",
    w: 12,
    h: 9,
    unit: "percentunit",
    draw: "line",
    maxDataPoints: 60,
    sql: overTimeBy("model", "sum(attempts_429) / nullIf(sum(attempts_seen), 0)", {
      rank: "sum(attempts_429)",
    }),
  }),
  timeseries({
    id: 12,
    title: "Retries by feature",
    description: "HTTP attempts beyond the first, by feature: a retry storm shows here first.",
    w: 12,
    h: 9,
    unit: "short",
    draw: "bars",
    stack: "normal",
    noValue: "No retries",
    sql: stackedBy("feature", "sum(retries)", { top: 8, having: "amount > 0" }),
  }),
  timeseries({
    id: 13,
    title: "Attempts by status",
    description: "Every HTTP attempt by the class of its status; none is an attempt without an answer.",
    w: 12,
    h: 9,
    unit: "short",
    draw: "bars",
    stack: "normal",
    colors: { "2xx": "green", "429": "semi-dark-orange", "other 4xx": "yellow", "5xx": "red", none: "text" },
    sql: overTime(
      `sum(attempts_2xx) AS "2xx",
  nullIf(sum(attempts_429), 0) AS "429",
  nullIf(sum(attempts_4xx), 0) AS "other 4xx",
  nullIf(sum(attempts_5xx), 0) AS "5xx",
  nullIf(sum(attempts_unanswered), 0) AS "none"`,
      { having: "sum(attempts_seen) > 0" },
    ),
  }),
];

const limits = [
  timeseries({
    id: 20,
    title: "Least headroom of rate limits",
    description:
      "The smallest share that was left of the eight limits that came closest, as the providers' responses reported it. Near zero means the next burst is refused.",
    w: 16,
    h: 10,
    unit: "percentunit",
    draw: "line",
    softMax: 1,
    maxDataPoints: 90,
    noValue: "No limits reported",
    thresholds: [
      { color: "green", value: null },
      { color: "red", value: 0.1 },
    ],
    thresholdLine: true,
    sql: `SELECT time, series, left_share AS Value
FROM (
  SELECT time, series, left_share, dense_rank() OVER (ORDER BY lowest, series) AS place
  FROM (
    SELECT time, series, left_share, min(left_share) OVER (PARTITION BY series) AS lowest
    FROM (
      SELECT ${BUCKET} AS time,
        concat(${DIMENSIONS.model}, ', ', replaceAll(kind, '_', ' ')) AS series,
        min(least_left) AS left_share
      FROM limit_stats
      WHERE ${LIMITS_IN_RANGE}
      GROUP BY time, series
      HAVING left_share IS NOT NULL
    )
  )
)
WHERE place <= 8
ORDER BY time, series`,
  }),
  table({
    id: 21,
    title: "Limits now",
    description: "The latest value of each rate limit that providers reported in the range.",
    w: 8,
    h: 10,
    noValue: "–",
    columns: {
      Model: {},
      Kind: { width: 110 },
      Left: { unit: "percentunit", decimals: 0, gauge: true, max: 1, color: "green", width: 140 },
      Limit: { unit: "short", width: 80 },
    },
    sql: `SELECT ${DIMENSIONS.model} AS "Model",
  replaceAll(kind, '_', ' ') AS "Kind",
  argMax(latest_left, latest_left_time) AS "Left",
  argMax(latest_limit, latest_limit_time) AS "Limit"
FROM limit_stats
WHERE ${LIMITS_IN_RANGE}
GROUP BY "Model", "Kind"
ORDER BY "Left" NULLS LAST, "Model", "Kind"
LIMIT 50`,
  }),
];

const details = [
  bargauge({
    id: 30,
    title: "Failed calls by model",
    description: "Share of each model's calls that ended in an error.",
    w: 8,
    h: 9,
    unit: "percentunit",
    decimals: 2,
    color: "red",
    sql: by("model", `${ERRORS} / ${CALLS}`, 10),
  }),
  table({
    id: 31,
    title: "Latest failures",
    description: "The newest calls that ended in an error. Error messages are never stored, their kinds are.",
    w: 16,
    h: 9,
    noValue: "–",
    columns: {
      Time: { width: 160 },
      Model: {},
      Feature: {},
      Status: { unit: "none", width: 75 },
      Kind: {},
      Attempts: { unit: "locale", width: 85 },
      Duration: { unit: "ms", width: 90 },
      Call: { width: 110 },
    },
    sql: newestCalls({
      columns: `start_time AS "Time",
  ${DIMENSIONS.model} AS "Model",
  ${DIMENSIONS.feature} AS "Feature",
  http_status AS "Status",
  coalesce(error_type, '(none)') AS "Kind",
  attempt_count AS "Attempts",
  duration_ms AS "Duration",
  id AS "Call"`,
      condition: "outcome = 'error'",
      count: ERRORS,
      limit: 50,
    }),
  }),
  table({
    id: 32,
    title: "Where retries cost most",
    description: "Features by retries: how often they try again, how often it still fails, what they cost.",
    w: 24,
    h: 8,
    columns: {
      Feature: {},
      Model: {},
      Calls: { unit: "locale", width: 90 },
      Retries: { unit: "locale", gauge: true, color: "orange", width: 190 },
      "Per call": { unit: "none", decimals: 2, width: 90 },
      Failed: { unit: "percentunit", decimals: 1, width: 90 },
      Spend: { unit: "currencyUSD", decimals: 2, width: 110 },
    },
    sql: rows({
      columns: `${DIMENSIONS.feature} AS "Feature",
  ${DIMENSIONS.model} AS "Model",
  ${CALLS} AS "Calls",
  sum(retries) AS "Retries",
  "Retries" / "Calls" AS "Per call",
  ${ERRORS} / ${CALLS} AS "Failed",
  ${SPEND} AS "Spend"`,
      groupBy: `"Feature", "Model"`,
      orderBy: `"Retries" DESC, "Feature", "Model"`,
      limit: 30,
    }),
  }),
];

export const reliability: Dashboard = dashboard({
  uid: "spanledger-reliability",
  title: "Reliability",
  description: "What fails, what is retried, and how close are the limits?",
  variables: COMMON_VARIABLES,
  panels: [...headline, ...over, row(100, "Rate limits"), ...limits, row(101, "In detail"), ...details],
});
