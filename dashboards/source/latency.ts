import { barchart, bargauge, heatmap, stat, timeseries } from "./builder.js";
import { dashboard } from "./board-layout.js";
import { counted, DIMENSIONS, IN_RANGE, quantile } from "./calls-view.js";
import { classColumns, secondsText } from "./heat.js";
import { by, overTime, overTimeBy, quantileWithPrevious, rows, withPrevious } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";
import { table } from "./table-panel.js";

export const latency: Dashboard = dashboard({
  uid: "spanledger-latency",
  title: "Latency",
  description: "How long do people wait, and for what?",
  variables: COMMON_VARIABLES,
  panels: [
    ...([0.5, 0.95, 0.99] as const).map((level, index) =>
      stat({
        id: 1 + index,
        title: `p${level * 100} latency`,
        description: `${level * 100} of 100 calls that ended well took at most this long, retries included.`,
        w: 6,
        h: 3,
        unit: "ms",
        change: "rise-is-bad",
        sql: quantileWithPrevious(level, "duration", {
          column: "duration_ms",
          condition: "outcome = 'ok'",
        }),
      }),
    ),
    stat({
      id: 4,
      title: "Streamed calls",
      description: "Share of calls that were streamed: people see the first words early.",
      w: 6,
      h: 3,
      unit: "percentunit",
      decimals: 0,
      change: "neutral",
      sql: withPrevious((when) => `sumIf(streamed_calls, ${when}) / nullIf(sumIf(calls, ${when}), 0)`),
    }),
    timeseries({
      id: 10,
      title: "Duration",
      description: "Duration of calls that ended well: half, 95 and 99 of 100 were faster.",
      w: 12,
      h: 9,
      unit: "ms",
      draw: "line",
      maxDataPoints: 90,
      sql: overTime(
        `${quantile(0.99, "duration")} AS "p99",
  ${quantile(0.95, "duration")} AS "p95",
  ${quantile(0.5, "duration")} AS "p50"`,
        { having: "sum(ok_calls) > 0" },
      ),
    }),
    timeseries({
      id: 11,
      title: "Time to first token by model",
      description: "95 of 100 streams of each model showed their first chunk within this time.",
      w: 12,
      h: 9,
      unit: "ms",
      draw: "line",
      maxDataPoints: 60,
      sql: overTimeBy("model", quantile(0.95, "first_chunk"), {
        rank: counted("first_chunk"),
        top: 6,
      }),
    }),
    heatmap({
      id: 20,
      title: "Spread of durations",
      description: "How many calls took how long: one hump or two?",
      w: 12,
      h: 9,
      unit: "ms",
      sql: overTime(
        classColumns(
          "duration_spread",
          [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000].map(secondsText),
        ),
      ),
    }),
    timeseries({
      id: 21,
      title: "Output tokens per second by model",
      description: "Median speed of generation, without the wait for the first chunk where it is known.",
      w: 12,
      h: 9,
      unit: "none",
      decimals: 0,
      draw: "line",
      maxDataPoints: 60,
      sql: overTimeBy("model", quantile(0.5, "speed"), {
        rank: counted("speed"),
        top: 6,
      }),
    }),
    table({
      id: 30,
      title: "Slowest features",
      description: "Where people wait longest, by the 95th percentile of calls that ended well.",
      w: 14,
      h: 9,
      columns: {
        Feature: {},
        Model: {},
        Calls: { unit: "locale", width: 85 },
        p50: { unit: "ms", width: 95 },
        p95: { unit: "ms", gauge: true, color: "orange", width: 190 },
        "First token p95": { unit: "ms", width: 130 },
      },
      sql: rows({
        columns: `${DIMENSIONS.feature} AS "Feature",
  ${DIMENSIONS.model} AS "Model",
  sum(ok_calls) AS "Calls",
  ${quantile(0.5, "duration")} AS "p50",
  ${quantile(0.95, "duration")} AS "p95",
  ${quantile(0.95, "first_chunk")} AS "First token p95"`,
        having: "sum(ok_calls) > 0",
        groupBy: `"Feature", "Model"`,
        orderBy: `"p95" DESC, "Feature", "Model"`,
        limit: 50,
      }),
    }),
    bargauge({
      id: 31,
      title: "p95 by provider",
      description: "95 of 100 calls to each provider took at most this long.",
      w: 10,
      h: 9,
      unit: "ms",
      color: "orange",
      sql: by("provider", quantile(0.95, "duration"), 10),
    }),
    barchart({
      id: 40,
      title: "Does input size slow calls down?",
      description: "Median and 95th percentile of the duration by the number of input tokens.",
      w: 24,
      h: 9,
      unit: "ms",
      xField: "Input tokens",
      sql: `SELECT name AS "Input tokens", p50, p95
FROM (
  SELECT input_size AS size,
    ['under 500', '500 to 2K', '2K to 8K', '8K to 32K', 'over 32K'][size] AS name,
    ${quantile(0.5, "duration")} AS p50,
    ${quantile(0.95, "duration")} AS p95
  FROM call_stats
  WHERE ${IN_RANGE}
    AND input_size > 0
  GROUP BY size
  HAVING p50 IS NOT NULL
)
ORDER BY size`,
    }),
  ],
});
