import { bargauge, piechart, stat, table, timeseries } from "./builder.js";
import { dashboard, row } from "./board-layout.js";
import {
  CALLS,
  CACHE_HIT_RATIO,
  cacheHitRatio,
  DIMENSIONS,
  ERRORS,
  exactQuantile,
  NOT_FULLY_PRICED,
  quantile,
  SPEND,
  UNPRICED_CALLS,
  HAS_BILLABLE,
  PRICED_CALLS,
  TOKENS_BY_CLASS,
  TOKEN_COLORS,
} from "./calls-view.js";
import { boardLink } from "./links.js";
import { by, overTime, overTimeBy, rows, single, stackedBy, withPrevious } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";

const headline = [
  stat({
    id: 1,
    title: "Spend",
    description:
      "Cost of all billable calls in the range, and the change against the equally long range before it. Calls without a known price are not in this sum; their number stands beside it.",
    w: 6,
    h: 3,
    unit: "currencyUSD",
    decimals: 2,
    noValue: "No spend",
    change: "rise-is-bad",
    sql: withPrevious((when) => `toFloat64(sumIf(cost, ${when}))`),
  }),
  stat({
    id: 2,
    title: "Calls missing from spend",
    description:
      "Billable calls whose price is unknown, fully or in part. While this is not zero, the true spend is higher than shown.",
    w: 6,
    h: 3,
    unit: "short",
    decimals: 0,
    noValue: "0",
    thresholds: [
      { color: "green", value: null },
      { color: "orange", value: 1 },
    ],
    links: [boardLink("What is missing and why", "spanledger-calls")],
    sql: single(UNPRICED_CALLS),
  }),
  stat({
    id: 3,
    title: "Calls",
    description: "Calls that were made in the range, failed ones included. A retried call counts once.",
    w: 6,
    h: 3,
    unit: "locale",
    noValue: "0",
    change: "neutral",
    sql: withPrevious((when) => `sumIf(calls, ${when})`),
  }),
  stat({
    id: 4,
    title: "Failed calls",
    description: "Share of calls that ended in an error after all retries.",
    w: 6,
    h: 3,
    unit: "percentunit",
    decimals: 2,
    change: "rise-is-bad",
    sql: withPrevious((when) => `sumIf(errors, ${when}) / nullIf(sumIf(calls, ${when}), 0)`),
  }),
  stat({
    id: 5,
    title: "Input tokens from cache",
    description:
      "Share of input tokens that the provider read from its prompt cache, at a fraction of the price.",
    w: 6,
    h: 3,
    unit: "percentunit",
    decimals: 1,
    change: "rise-is-good",
    sql: withPrevious(cacheHitRatio),
  }),
  stat({
    id: 6,
    title: "p95 latency",
    description:
      "95 of 100 calls that ended well took at most this long, from the first attempt to the last byte.",
    w: 6,
    h: 3,
    unit: "ms",
    change: "rise-is-bad",
    sql: withPrevious((when) => exactQuantile(0.95, "duration_ms", `outcome = 'ok' AND ${when}`), "calls"),
  }),
  stat({
    id: 7,
    title: "p95 time to first token",
    description: "95 of 100 streamed calls showed their first chunk within this time.",
    w: 6,
    h: 3,
    unit: "ms",
    change: "rise-is-bad",
    sql: withPrevious((when) => exactQuantile(0.95, "time_to_first_chunk_ms", when), "calls"),
  }),
  stat({
    id: 8,
    title: "Attempts per call",
    description: "HTTP attempts for each call; 1 means nothing was retried.",
    w: 6,
    h: 3,
    unit: "none",
    decimals: 3,
    change: "rise-is-bad",
    sql: withPrevious((when) => `sumIf(attempts_made, ${when}) / nullIf(sumIf(attempted_calls, ${when}), 0)`),
  }),
];

const spend = [
  timeseries({
    id: 10,
    title: "Spend by model",
    description:
      "Cost per time bucket, by the model the price was found for. The eight largest have their own color.",
    w: 16,
    h: 10,
    unit: "currencyUSD",
    draw: "bars",
    stack: "normal",
    legend: { displayMode: "table", placement: "right", calcs: ["sum"] },
    sql: stackedBy("model", SPEND, { having: HAS_BILLABLE }),
  }),
  bargauge({
    id: 11,
    title: "Top features",
    description: "The features that cost most in the range.",
    w: 8,
    h: 10,
    unit: "currencyUSD",
    decimals: 2,
    links: [boardLink("Attribution", "spanledger-attribution")],
    sql: by("feature", SPEND, 8),
  }),
];

const tokensAndCache = [
  timeseries({
    id: 20,
    title: "Tokens by class",
    description:
      "Tokens per time bucket in disjoint classes: each token is in exactly one. Classes that a provider does not report are absent, not zero.",
    w: 12,
    h: 9,
    unit: "short",
    draw: "bars",
    stack: "normal",
    colors: TOKEN_COLORS,
    sql: overTime(TOKENS_BY_CLASS),
  }),
  timeseries({
    id: 21,
    title: "Input tokens from cache by model",
    description:
      "Share of input tokens read from the prompt cache, by model, for the models with most input.",
    w: 12,
    h: 9,
    unit: "percentunit",
    draw: "line",
    softMax: 1,
    maxDataPoints: 60,
    sql: overTimeBy("model", CACHE_HIT_RATIO, {
      rank: "sum(cacheable_input)",
      top: 6,
    }),
  }),
];

const health = [
  timeseries({
    id: 30,
    title: "Calls by outcome",
    description:
      "How calls ended. Abandoned: the application stopped reading a stream; cancelled: it aborted the call.",
    w: 8,
    h: 8,
    unit: "short",
    draw: "bars",
    stack: "normal",
    colors: { ok: "green", error: "red", cancelled: "yellow", abandoned: "semi-dark-orange" },
    sql: overTime(
      `nullIf(sum(ok_calls), 0) AS "ok",
  nullIf(${ERRORS}, 0) AS "error",
  nullIf(sum(cancelled_calls), 0) AS "cancelled",
  nullIf(sum(abandoned_calls), 0) AS "abandoned"`,
    ),
  }),
  timeseries({
    id: 31,
    title: "Latency",
    description:
      "Duration of calls and time to the first chunk of streams: half of the calls, and 95 of 100, were faster.",
    w: 8,
    h: 8,
    unit: "ms",
    draw: "line",
    maxDataPoints: 90,
    sql: overTime(
      `${quantile(0.95, "duration")} AS "p95",
  ${quantile(0.5, "duration")} AS "p50",
  ${quantile(0.95, "first_chunk")} AS "first token p95",
  ${quantile(0.5, "first_chunk")} AS "first token p50"`,
    ),
  }),
  timeseries({
    id: 32,
    title: "Retries",
    description:
      "HTTP attempts beyond the first, by feature. A feature that retries wildly costs time and rate limit.",
    w: 8,
    h: 8,
    unit: "short",
    draw: "bars",
    stack: "normal",
    noValue: "No retries",
    sql: stackedBy("feature", "sum(retries)", { top: 6, having: "amount > 0" }),
  }),
];

const detail = [
  table({
    id: 40,
    title: "Features",
    description:
      "Spend, its share, and what a call of each feature costs. Unpriced counts the calls whose cost is missing from the row.",
    w: 16,
    h: 10,
    columns: {
      Feature: {
        links: [
          boardLink("Calls of this feature", "spanledger-calls", { feature: "${__data.fields.Feature}" }),
        ],
      },
      Spend: { unit: "currencyUSD", decimals: 2, gauge: true, width: 150 },
      Share: { unit: "percentunit", decimals: 1, width: 75 },
      Calls: { unit: "locale", width: 75 },
      "Per call": { unit: "currencyUSD", decimals: 5, width: 90 },
      "From cache": { unit: "percentunit", decimals: 0, width: 95 },
      Retries: { unit: "locale", width: 75 },
      Unpriced: { unit: "locale", width: 85 },
    },
    sql: rows({
      columns: `${DIMENSIONS.feature} AS "Feature",
  ${SPEND} AS "Spend",
  "Spend" / nullIf(sum("Spend") OVER (), 0) AS "Share",
  ${CALLS} AS "Calls",
  "Spend" / nullIf(${PRICED_CALLS}, 0) AS "Per call",
  ${CACHE_HIT_RATIO} AS "From cache",
  sum(retries) AS "Retries",
  ${UNPRICED_CALLS} AS "Unpriced"`,
      groupBy: `"Feature"`,
      orderBy: `"Spend" DESC NULLS LAST, "Calls" DESC`,
      limit: 50,
    }),
  }),
  piechart({
    id: 41,
    title: "Spend by provider",
    description: "How the spend is spread over billing vendors.",
    w: 8,
    h: 10,
    unit: "currencyUSD",
    decimals: 2,
    sql: by("provider", SPEND, 12),
  }),
  table({
    id: 42,
    title: "Missing from spend",
    description:
      "Billable calls without a full price, by model and reason. Fix a reason and past calls can be re-priced.",
    w: 24,
    h: 7,
    noValue: "–",
    columns: {
      Provider: { width: 180 },
      Model: {},
      Reason: {},
      Calls: { unit: "locale", width: 100 },
      "Input tokens": { unit: "short", width: 120 },
      "Output tokens": { unit: "short", width: 120 },
      "Known part": { unit: "currencyUSD", decimals: 4, width: 120 },
    },
    sql: rows({
      columns: `provider AS "Provider",
  ${DIMENSIONS.model} AS "Model",
  coalesce(cost_reason, '(not given)') AS "Reason",
  ${CALLS} AS "Calls",
  sum(input_total) AS "Input tokens",
  sum(output_total) AS "Output tokens",
  ${SPEND} AS "Known part"`,
      condition: NOT_FULLY_PRICED,
      groupBy: `"Provider", "Model", "Reason"`,
      orderBy: `"Calls" DESC, "Model"`,
      limit: 50,
    }),
  }),
];

export const overview: Dashboard = dashboard({
  uid: "spanledger-overview",
  title: "Overview",
  description: "What are we spending, what changed, and is it healthy?",
  variables: COMMON_VARIABLES,
  panels: [
    ...headline,
    ...spend,
    row(100, "Tokens and cache"),
    ...tokensAndCache,
    row(101, "Health"),
    ...health,
    row(102, "In detail"),
    ...detail,
  ],
});
