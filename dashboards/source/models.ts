import { bargauge, table, timeseries } from "./builder.js";
import { dashboard } from "./board-layout.js";
import {
  BILLABLE,
  CACHE_HIT_RATIO,
  DIMENSIONS,
  ERRORS,
  quantile,
  SPEND,
  UNPRICED_CALLS,
} from "./calls-view.js";
import { by, overTimeBy, rows, stackedBy } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";

/** Spend over all tokens of calls whose price is known, per million. */
const PER_MILLION =
  "toFloat64(sum(cost)) / nullIf(sumIf(input_total + output_total, cost IS NOT NULL), 0) * 1000000";

export const models: Dashboard = dashboard({
  uid: "spanledger-models",
  title: "Models",
  description: "Which model is worth its price?",
  variables: COMMON_VARIABLES,
  panels: [
    table({
      id: 1,
      title: "Models compared",
      description:
        "Price, speed and health of each model on your own traffic. Per 1M tokens is what you paid over all tokens, caching and reasoning included.",
      w: 24,
      h: 10,
      columns: {
        Model: {},
        Provider: { width: 110 },
        Calls: { unit: "locale", width: 75 },
        Spend: { unit: "currencyUSD", decimals: 2, gauge: true, width: 150 },
        "Per 1M tokens": { unit: "currencyUSD", decimals: 3, width: 116 },
        "Per call": { unit: "currencyUSD", decimals: 5, width: 90 },
        p95: { unit: "ms", width: 82 },
        "First token p95": { unit: "ms", width: 118 },
        Failed: { unit: "percentunit", decimals: 1, width: 72 },
        "From cache": { unit: "percentunit", decimals: 0, width: 96 },
        Unpriced: { unit: "locale", width: 86 },
      },
      sql: rows({
        columns: `${DIMENSIONS.model} AS "Model",
  provider AS "Provider",
  count() AS "Calls",
  ${SPEND} AS "Spend",
  ${PER_MILLION} AS "Per 1M tokens",
  "Spend" / nullIf(count(cost), 0) AS "Per call",
  ${quantile(0.95, "duration_ms")} AS "p95",
  ${quantile(0.95, "time_to_first_chunk_ms")} AS "First token p95",
  ${ERRORS} / count() AS "Failed",
  ${CACHE_HIT_RATIO} AS "From cache",
  ${UNPRICED_CALLS} AS "Unpriced"`,
        groupBy: `"Model", "Provider"`,
        orderBy: `"Spend" DESC NULLS LAST, "Calls" DESC, "Model"`,
        limit: 100,
      }),
    }),
    timeseries({
      id: 10,
      title: "Share of spend by model",
      description: "Each time bucket's spend as shares of 100 percent: does the mix drift?",
      w: 12,
      h: 9,
      unit: "currencyUSD",
      draw: "bars",
      stack: "percent",
      sql: stackedBy("model", SPEND, { condition: BILLABLE }),
    }),
    timeseries({
      id: 11,
      title: "Effective price of 1M tokens",
      description:
        "What a million tokens really cost, all classes together: caching and batching pull it down.",
      w: 12,
      h: 9,
      unit: "currencyUSD",
      draw: "line",
      maxDataPoints: 60,
      sql: overTimeBy("model", PER_MILLION, { rank: "sum(cost)", top: 6, condition: "cost IS NOT NULL" }),
    }),
    bargauge({
      id: 12,
      title: "Output tokens for each input token",
      description: "How talkative each model is on your prompts.",
      w: 8,
      h: 9,
      unit: "none",
      decimals: 3,
      color: "purple",
      sql: by("model", "sum(output_total) / nullIf(sumIf(input_total, output_total IS NOT NULL), 0)", 10),
    }),
    table({
      id: 13,
      title: "Asked for and served",
      description:
        "Where the provider answered with another model name than the one asked for: aliases and silent upgrades.",
      w: 16,
      h: 9,
      noValue: "–",
      columns: {
        Provider: { width: 140 },
        Requested: {},
        Served: {},
        "Priced as": {},
        Calls: { unit: "locale", width: 90 },
      },
      sql: rows({
        columns: `provider AS "Provider",
  coalesce(request_model, '(none)') AS "Requested",
  coalesce(response_model, '(none)') AS "Served",
  coalesce(priced_model, '(no price)') AS "Priced as",
  count() AS "Calls"`,
        groupBy: `"Provider", "Requested", "Served", "Priced as"`,
        orderBy: `"Calls" DESC, "Requested", "Served"`,
        limit: 100,
      }),
    }),
    table({
      id: 20,
      title: "Prices in force",
      description:
        "The unit prices that calls in the range were charged with, per class, and since when each was seen.",
      w: 14,
      h: 10,
      columns: {
        Model: {},
        Class: { width: 150 },
        "Per 1M": { unit: "currencyUSD", decimals: 4, width: 110 },
        "First used": { width: 160 },
        "Last used": { width: 160 },
        Spend: { unit: "currencyUSD", decimals: 2, width: 100 },
      },
      sql: rows({
        view: "cost_lines",
        columns: `${DIMENSIONS.model} AS "Model",
  class AS "Class",
  toFloat64(unit_price) / per * 1000000 AS "Per 1M",
  min(start_time) AS "First used",
  max(start_time) AS "Last used",
  toFloat64(sum(amount)) AS "Spend"`,
        groupBy: `"Model", "Class", "Per 1M"`,
        orderBy: `"Model", "Class", "First used"`,
        limit: 300,
      }),
    }),
    table({
      id: 21,
      title: "New in this range",
      description: "When each model was first called within the range, and by which feature.",
      w: 10,
      h: 10,
      columns: {
        Model: {},
        "First call": { width: 160 },
        Feature: {},
        Calls: { unit: "locale", width: 80 },
      },
      sql: rows({
        columns: `${DIMENSIONS.model} AS "Model",
  min(start_time) AS "First call",
  argMin(${DIMENSIONS.feature}, start_time) AS "Feature",
  count() AS "Calls"`,
        groupBy: `"Model"`,
        orderBy: `"First call" DESC, "Model"`,
        limit: 50,
      }),
    }),
  ],
});
