import { barchart, heatmap, piechart, stat, timeseries } from "./builder.js";
import { dashboard, row } from "./board-layout.js";
import {
  CALLS,
  DIMENSIONS,
  HAS_BILLABLE,
  NOT_FULLY_PRICED,
  PRICED_CALLS,
  quantile,
  SPEND,
  UNPRICED_CALLS,
} from "./calls-view.js";
import { classColumns, moneyText } from "./heat.js";
import { newestCalls, overTime, rows, single, topCalls } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";
import { REASON_TEXTS } from "./reason-texts.js";
import { table } from "./table-panel.js";

const CALL_COLUMNS = {
  Time: { width: 160 },
  Model: {},
  Feature: {},
  User: {},
  Outcome: { width: 95 },
  In: { unit: "locale", width: 85 },
  Out: { unit: "locale", width: 80 },
  Duration: { unit: "ms", width: 90 },
  Cost: { unit: "currencyUSD", decimals: 6, width: 105, noValue: "no price" },
  Call: { width: 110 },
} as const;

const CALL_SQL = `start_time AS "Time",
  ${DIMENSIONS.model} AS "Model",
  ${DIMENSIONS.feature} AS "Feature",
  ${DIMENSIONS.user} AS "User",
  outcome AS "Outcome",
  input_total AS "In",
  output_total AS "Out",
  duration_ms AS "Duration",
  toFloat64(cost) AS "Cost",
  id AS "Call"`;

const explorer = [
  table({
    id: 1,
    title: "Most expensive calls",
    description:
      "The hundred calls that cost most. Open one on Spanledger's page to see why it costs what it costs.",
    w: 24,
    h: 11,
    noValue: "–",
    columns: CALL_COLUMNS,
    sql: topCalls({ columns: CALL_SQL, column: "cost", limit: 100 }),
  }),
  table({
    id: 2,
    title: "Latest calls",
    description: "The hundred newest calls, failed ones included.",
    w: 24,
    h: 11,
    noValue: "–",
    columns: CALL_COLUMNS,
    sql: newestCalls({ columns: CALL_SQL, count: CALLS, limit: 100 }),
  }),
  heatmap({
    id: 3,
    title: "Cost of a call",
    description: "How many calls cost how much: outliers stand at the top.",
    w: 12,
    h: 10,
    unit: "currencyUSD",
    sql: overTime(
      classColumns("cost_spread", [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1].map(moneyText)),
      { having: `${PRICED_CALLS} > 0` },
    ),
  }),
  table({
    id: 4,
    title: "Most expensive sessions",
    description:
      "Conversations and agent runs by their total cost: a loop shows as many calls in a short time.",
    w: 12,
    h: 10,
    noValue: "–",
    columns: {
      Session: {},
      Feature: {},
      Calls: { unit: "locale", width: 80 },
      Spend: { unit: "currencyUSD", decimals: 4, gauge: true, width: 170 },
      Lasted: { unit: "s", width: 90 },
    },
    sql: rows({
      columns: `session AS "Session",
  coalesce(nullIf(min(least_feature), ''), '(none)') AS "Feature",
  ${CALLS} AS "Calls",
  ${SPEND} AS "Spend",
  dateDiff('second', min(first_time), max(last_time)) AS "Lasted"`,
      condition: "session IS NOT NULL AND session != ''",
      groupBy: `"Session"`,
      orderBy: `"Spend" DESC NULLS LAST, "Calls" DESC, "Session"`,
      limit: 50,
    }),
  }),
];

const quality = [
  stat({
    id: 10,
    title: "Calls missing from spend",
    description: "Billable calls without a full price. Zero means the bill is complete.",
    w: 8,
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
  stat({
    id: 11,
    title: "Calls with exact usage",
    description: "Share of billable calls whose token counts come from the provider and fit together.",
    w: 8,
    h: 3,
    unit: "percentunit",
    decimals: 1,
    thresholds: [
      { color: "orange", value: null },
      { color: "green", value: 0.95 },
    ],
    sql: single("sum(exact_usage_calls) / nullIf(sum(billable_calls), 0)"),
  }),
  stat({
    id: 12,
    title: "p95 until recorded",
    description: "95 of 100 calls were in the ledger within this time after they ended.",
    w: 8,
    h: 3,
    unit: "ms",
    sql: single(quantile(0.95, "recording")),
  }),
  barchart({
    id: 14,
    title: "Where usage comes from",
    description: "Billable calls by the quality of their token counts and who counted them.",
    w: 8,
    h: 9,
    unit: "locale",
    xField: "Quality",
    stack: "normal",
    sql: rows({
      columns: `usage_quality AS "Quality",
  sumIf(billable_calls, usage_source = 'provider') AS "the provider",
  sumIf(billable_calls, usage_source = 'estimated') AS "estimated",
  sumIf(billable_calls, usage_source = 'none') AS "nobody"`,
      having: HAS_BILLABLE,
      groupBy: `"Quality"`,
      orderBy: `sum(billable_calls) DESC, "Quality"`,
      limit: 10,
    }),
  }),
  timeseries({
    id: 15,
    title: "Until recorded",
    description: "Time from the end of a call to its row in the ledger: is the data fresh?",
    w: 8,
    h: 9,
    unit: "ms",
    draw: "line",
    maxDataPoints: 90,
    sql: overTime(
      `${quantile(0.95, "recording")} AS "p95",
  ${quantile(0.5, "recording")} AS "p50"`,
    ),
  }),
  piechart({
    id: 13,
    title: "Recorded by",
    description: "Which instrumentation and version reported the calls.",
    w: 8,
    h: 9,
    unit: "locale",
    sql: `SELECT trim(concat(scope, ' ', scope_version)) AS name, ${CALLS} AS Value
FROM call_stats
WHERE ${"$__timeFilter_ms(start_time)"}
GROUP BY name
ORDER BY Value DESC, name
LIMIT 10`,
  }),
  table({
    id: 16,
    title: "Missing from spend",
    description:
      "Billable calls without a full price, by model and reason. Fix a reason and past calls can be re-priced.",
    w: 24,
    h: 8,
    noValue: "–",
    columns: {
      Provider: { width: 160 },
      Model: {},
      Host: {},
      Reason: { texts: REASON_TEXTS },
      Calls: { unit: "locale", width: 90 },
      "Input tokens": { unit: "short", width: 115 },
      "Output tokens": { unit: "short", width: 120 },
      "First seen": { width: 160 },
    },
    sql: rows({
      columns: `provider AS "Provider",
  ${DIMENSIONS.model} AS "Model",
  coalesce(host, '(none)') AS "Host",
  coalesce(cost_reason, '(not given)') AS "Reason",
  ${CALLS} AS "Calls",
  sum(input_total) AS "Input tokens",
  sum(output_total) AS "Output tokens",
  min(first_time) AS "First seen"`,
      condition: NOT_FULLY_PRICED,
      groupBy: `"Provider", "Model", "Host", "Reason"`,
      orderBy: `"Calls" DESC, "Model", "Host", "Reason"`,
      limit: 100,
    }),
  }),
];

export const calls: Dashboard = dashboard({
  uid: "spanledger-calls",
  title: "Calls and data quality",
  description: "Which single calls matter, and is the data complete?",
  from: "now-24h",
  variables: COMMON_VARIABLES,
  panels: [...explorer, row(100, "Data quality"), ...quality],
});
