import { bargauge, stat, text, timeseries } from "./builder.js";
import { dashboard } from "./board-layout.js";
import { BUCKET, CHOSEN, SPEND, UNPRICED_CALLS } from "./calls-view.js";
import { by, single } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { choice, COMMON_VARIABLES } from "./variables.js";

const ZONE = "${zone:singlequote}";

/** Start of the calendar month that the end of the range lies in, in the chosen zone. */
const MONTH_START = `toDateTime(toStartOfMonth($__toTime, ${ZONE}), ${ZONE})`;
const NEXT_MONTH = `toDateTime(addMonths(toStartOfMonth($__toTime, ${ZONE}), 1), ${ZONE})`;

const THIS_MONTH = `start_time >= ${MONTH_START}
  AND start_time <= $__toTime_ms
  AND ${CHOSEN}`;

/** Spend so far and, for the rest of the month, the average day of the last seven. */
const FORECAST = `toFloat64(sumIf(cost, start_time >= ${MONTH_START}))
  + toFloat64(sumIf(cost, start_time >= $__toTime_ms - INTERVAL 7 DAY)) / 7
  * dateDiff('second', $__toTime, ${NEXT_MONTH}) / 86400`;

export const budgets: Dashboard = dashboard({
  uid: "spanledger-budgets",
  title: "Budgets and burn",
  description: "Where will the month end, and is today unusual?",
  from: "now-30d",
  variables: [
    ...COMMON_VARIABLES,
    choice("zone", "Time zone", "The time zone whose calendar months and days are counted.", [
      "UTC",
      "Europe/Berlin",
      "Europe/London",
      "America/New_York",
      "America/Los_Angeles",
      "Asia/Kolkata",
      "Asia/Tokyo",
      "Australia/Sydney",
    ]),
  ],
  panels: [
    stat({
      id: 1,
      title: "This month so far",
      description: "Spend since the first of the month that the end of the range lies in.",
      w: 6,
      h: 3,
      unit: "currencyUSD",
      decimals: 2,
      noValue: "No spend",
      sql: `SELECT ${SPEND} AS Value\nFROM call_stats\nWHERE ${THIS_MONTH}`,
    }),
    stat({
      id: 2,
      title: "Forecast for the month",
      description:
        "Spend so far plus the average day of the last seven for every day that is left. Budgets forecast more carefully, with a band.",
      w: 6,
      h: 3,
      unit: "currencyUSD",
      decimals: 2,
      noValue: "No spend",
      sql: `SELECT ${FORECAST} AS Value
FROM call_stats
WHERE start_time >= least(${MONTH_START}, $__toTime - INTERVAL 7 DAY)
  AND start_time <= $__toTime_ms
  AND ${CHOSEN}`,
    }),
    stat({
      id: 3,
      title: "Last 24 hours against the week",
      description:
        "Spend of the last 24 hours of the range as a multiple of the average day of the seven days before.",
      w: 6,
      h: 3,
      unit: "none",
      decimals: 2,
      noValue: "No week to compare",
      thresholds: [
        { color: "green", value: null },
        { color: "orange", value: 1.5 },
        { color: "red", value: 3 },
      ],
      sql: `SELECT toFloat64(sumIf(cost, start_time >= $__toTime_ms - INTERVAL 1 DAY))
  / nullIf(toFloat64(sumIf(cost, start_time < $__toTime_ms - INTERVAL 1 DAY)) / 7, 0) AS Value
FROM call_stats
WHERE start_time >= $__toTime - INTERVAL 8 DAY
  AND start_time <= $__toTime_ms
  AND ${CHOSEN}`,
    }),
    stat({
      id: 4,
      title: "Calls missing from spend",
      description: "Billable calls in the range without a full price: the true spend is higher than shown.",
      w: 6,
      h: 3,
      unit: "locale",
      decimals: 0,
      noValue: "0",
      thresholds: [
        { color: "green", value: null },
        { color: "orange", value: 1 },
      ],
      sql: single(UNPRICED_CALLS),
    }),
    timeseries({
      id: 10,
      title: "Spend adding up",
      description: "Spend since the start of the range, added up, beside an even pace to the same end.",
      w: 12,
      h: 10,
      unit: "currencyUSD",
      draw: "line",
      fill: 0,
      maxDataPoints: 120,
      colors: { spent: "blue", "even pace": "text" },
      sql: `SELECT time,
  sum(amount) OVER (ORDER BY time) AS "spent",
  sum(amount) OVER () * (row_number() OVER (ORDER BY time)) / (count() OVER ()) AS "even pace"
FROM (
  SELECT ${BUCKET} AS time, coalesce(${SPEND}, 0) AS amount
  FROM call_stats
  WHERE $__timeFilter_ms(start_time)
  AND ${CHOSEN}
  GROUP BY time
)
ORDER BY time`,
    }),
    timeseries({
      id: 11,
      title: "Days against their week",
      description:
        "Spend per day beside the average of the seven days before: a day far above its line is worth a look.",
      w: 12,
      h: 10,
      unit: "currencyUSD",
      draw: "line",
      maxDataPoints: 120,
      colors: { "spent that day": "blue", "seven days before": "semi-dark-orange" },
      sql: `SELECT toDateTime(day, ${ZONE}) AS time,
  amount AS "spent that day",
  avg(amount) OVER (ORDER BY day ROWS BETWEEN 7 PRECEDING AND 1 PRECEDING) AS "seven days before"
FROM (
  SELECT toDate(start_time, ${ZONE}) AS day, coalesce(${SPEND}, 0) AS amount
  FROM call_stats
  WHERE $__timeFilter_ms(start_time)
  AND ${CHOSEN}
  GROUP BY day
)
ORDER BY time`,
    }),
    bargauge({
      id: 20,
      title: "Largest teams",
      description: "Whom to talk to first: the teams that spent most in the range.",
      w: 8,
      h: 9,
      unit: "currencyUSD",
      decimals: 2,
      sql: by("team", SPEND, 8),
    }),
    bargauge({
      id: 21,
      title: "Largest features",
      description: "The features that spent most in the range.",
      w: 8,
      h: 9,
      unit: "currencyUSD",
      decimals: 2,
      sql: by("feature", SPEND, 8),
    }),
    text({
      id: 22,
      title: "Limits and alerts",
      description: "Where budgets are kept and what watches them.",
      w: 8,
      h: 9,
      content: `Budgets with their limits, thresholds, forecasts and alerts are kept in Spanledger itself: on its page under **Budgets**, and in the API as \`GET /api/v1/budgets\`.

They are watched on every acknowledged call, not by this board: an alert is out within seconds, whether or not anybody looks here.

- **actual** thresholds fire when that share of the limit is spent
- **forecast** thresholds fire when the period is expected to end there
- each fires once per period`,
    }),
  ],
});
