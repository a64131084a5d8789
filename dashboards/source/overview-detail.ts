import { piechart } from "./builder.js";
import {
  CALLS,
  CACHE_HIT_RATIO,
  DIMENSIONS,
  NOT_FULLY_PRICED,
  SPEND,
  UNPRICED_CALLS,
  PRICED_CALLS,
} from "./calls-view.js";
import { boardLink } from "./links.js";
import { by, rows } from "./queries.js";
import { REASON_TEXTS } from "./reason-texts.js";
import { table } from "./table-panel.js";

/** Who the spend belongs to, and what is missing from it, line by line. */
export const detail = [
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
      Reason: { texts: REASON_TEXTS },
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
