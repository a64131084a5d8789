import { bargauge, heatmap, stat, table, timeseries } from "./builder.js";
import { dashboard } from "./board-layout.js";
import {
  CACHE_HIT_RATIO,
  cacheHitRatio,
  DIMENSIONS,
  IN_RANGE,
  CACHE_READ_KNOWN,
  TOKENS_BY_CLASS,
  TOKEN_COLORS,
  CACHE_READ,
} from "./calls-view.js";
import { classColumns, tokensText } from "./heat.js";
import { by, overTime, overTimeBy, rows, withPrevious } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";

/**
 * What caching saved per call: cached tokens at the price of uncached input, minus what their reads cost, minus the extra price
 * of cache writes. Known only where the call itself shows the price of uncached input.
 */
const CACHE_SAVING = `SELECT sum(cached_tokens * input_price - cached_cost) AS Value
FROM (
  SELECT anyIf(toFloat64(unit_price) / per, class = 'input') AS input_price,
    sumIf(toFloat64(quantity), startsWith(class, 'cache_')) AS cached_tokens,
    sumIf(toFloat64(amount), startsWith(class, 'cache_')) AS cached_cost
  FROM cost_lines
  WHERE ${IN_RANGE}
  GROUP BY id
  HAVING countIf(class = 'input') > 0 AND countIf(startsWith(class, 'cache_')) > 0
)`;

export const tokensCache: Dashboard = dashboard({
  uid: "spanledger-tokens-cache",
  title: "Tokens and cache",
  description: "Where do the tokens go, and is caching working?",
  variables: COMMON_VARIABLES,
  panels: [
    stat({
      id: 1,
      title: "Input tokens",
      description: "All input tokens, cached ones included, of calls that report them.",
      w: 6,
      h: 3,
      unit: "short",
      noValue: "0",
      change: "neutral",
      sql: withPrevious((when) => `sumIf(input_total, ${when})`),
    }),
    stat({
      id: 2,
      title: "Output tokens",
      description: "All output tokens, reasoning included, of calls that report them.",
      w: 6,
      h: 3,
      unit: "short",
      noValue: "0",
      change: "neutral",
      sql: withPrevious((when) => `sumIf(output_total, ${when})`),
    }),
    stat({
      id: 3,
      title: "Input tokens from cache",
      description: "Share of input tokens that the provider read from its prompt cache.",
      w: 6,
      h: 3,
      unit: "percentunit",
      decimals: 1,
      change: "rise-is-good",
      sql: withPrevious(cacheHitRatio),
    }),
    stat({
      id: 4,
      title: "Saved by caching",
      description:
        "What cached tokens would have cost as plain input, minus what reads and writes of the cache cost. Negative: writing cost more than reading saved. Counts calls that show both prices.",
      w: 6,
      h: 3,
      unit: "currencyUSD",
      decimals: 2,
      noValue: "Nothing cached",
      sql: CACHE_SAVING,
    }),
    timeseries({
      id: 10,
      title: "Tokens by class",
      description: "Tokens per time bucket in disjoint classes: each token is in exactly one.",
      w: 24,
      h: 10,
      unit: "short",
      draw: "bars",
      stack: "normal",
      legend: { displayMode: "table", placement: "right", calcs: ["sum"] },
      colors: TOKEN_COLORS,
      sql: overTime(TOKENS_BY_CLASS),
    }),
    timeseries({
      id: 11,
      title: "Input tokens from cache by feature",
      description: "Share of input tokens read from the prompt cache, for the features with most input.",
      w: 12,
      h: 9,
      unit: "percentunit",
      draw: "line",
      softMax: 1,
      maxDataPoints: 60,
      sql: overTimeBy("feature", CACHE_HIT_RATIO, {
        rank: "sum(input_total)",
        top: 6,
        condition: CACHE_READ_KNOWN,
      }),
    }),
    timeseries({
      id: 12,
      title: "Cache reads and writes",
      description: "Tokens read from and written to the cache. Writes without later reads are money lost.",
      w: 12,
      h: 9,
      unit: "short",
      draw: "bars",
      stack: "normal",
      colors: { read: "green", "write 5m": "yellow", "write 1h": "semi-dark-orange", "write, other": "text" },
      sql: overTime(
        `sum(${CACHE_READ}) AS "read",
  sum(cache_write_5m) AS "write 5m",
  sum(cache_write_1h) AS "write 1h",
  sum(cache_write_other) AS "write, other"`,
      ),
    }),
    table({
      id: 20,
      title: "Prompts that could be cached",
      description:
        "Features whose calls average at least 1,024 input tokens and read less than a fifth from the cache: a static beginning would be cheaper cached.",
      w: 14,
      h: 9,
      noValue: "–",
      columns: {
        Feature: {},
        Model: {},
        Calls: { unit: "locale", width: 85 },
        "Average input": { unit: "locale", decimals: 0, width: 115 },
        "From cache": { unit: "percentunit", decimals: 1, width: 100 },
        "Uncached tokens": { unit: "short", gauge: true, width: 170 },
      },
      sql: rows({
        columns: `${DIMENSIONS.feature} AS "Feature",
  ${DIMENSIONS.model} AS "Model",
  count(input_total) AS "Calls",
  avg(input_total) AS "Average input",
  ${CACHE_HIT_RATIO} AS "From cache",
  sum(input_uncached) AS "Uncached tokens"`,
        groupBy: `"Feature", "Model"`,
        having: `"Average input" >= 1024 AND ifNull("From cache", 0) < 0.2`,
        orderBy: `"Uncached tokens" DESC NULLS LAST, "Feature", "Model"`,
        limit: 30,
      }),
    }),
    bargauge({
      id: 21,
      title: "Output for each input token by feature",
      description: "Low: bloated prompts for short answers. High: long answers.",
      w: 10,
      h: 9,
      unit: "none",
      decimals: 3,
      color: "purple",
      sql: by("feature", "sum(output_total) / nullIf(sumIf(input_total, output_total IS NOT NULL), 0)", 10),
    }),
    heatmap({
      id: 30,
      title: "Size of inputs",
      description: "How many calls had how many input tokens: do contexts grow?",
      w: 12,
      h: 9,
      unit: "short",
      sql: overTime(
        classColumns(
          "input_total",
          [256, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000],
          tokensText,
        ),
      ),
    }),
    timeseries({
      id: 31,
      title: "Reasoning share of output",
      description: "Share of output tokens that were spent on reasoning, by model.",
      w: 12,
      h: 9,
      unit: "percentunit",
      draw: "line",
      softMax: 1,
      maxDataPoints: 60,
      sql: overTimeBy(
        "model",
        "sum(output_reasoning) / nullIf(sumIf(output_total, output_reasoning IS NOT NULL), 0)",
        {
          rank: "sum(output_reasoning)",
          top: 6,
          condition: "output_reasoning IS NOT NULL",
        },
      ),
    }),
  ],
});
