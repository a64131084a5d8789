import { bargauge, timeseries } from "./builder.js";
import { dashboard, row } from "./board-layout.js";
import {
  CACHE_HIT_RATIO,
  ERRORS,
  quantile,
  SPEND,
  HAS_BILLABLE,
  TOKENS_BY_CLASS,
  TOKEN_COLORS,
} from "./calls-view.js";
import { boardLink } from "./links.js";
import { detail } from "./overview-detail.js";
import { headline } from "./overview-headline.js";
import { by, overTime, overTimeBy, stackedBy } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";

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
