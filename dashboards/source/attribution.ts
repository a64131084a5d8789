import { bargauge, gauge, piechart, stat, timeseries } from "./builder.js";
import { dashboard, row } from "./board-layout.js";
import { CALLS, DIMENSIONS, HAS_BILLABLE, PRICED_CALLS, SPEND, UNPRICED_CALLS } from "./calls-view.js";
import { boardLink } from "./links.js";
import { by, newestDays, overTimeBy, rows, single, stackedBy, withPrevious } from "./queries.js";
import type { Dashboard } from "./schema.js";
import { COMMON_VARIABLES } from "./variables.js";
import { table } from "./table-panel.js";

const SPEND_COLUMNS = {
  Spend: { unit: "currencyUSD", decimals: 2, gauge: true, width: 145 },
  Share: { unit: "percentunit", decimals: 1, width: 70 },
  Calls: { unit: "locale", width: 70 },
  "Per call": { unit: "currencyUSD", decimals: 5, width: 88 },
  Unpriced: { unit: "locale", width: 82 },
} as const;

/** Lines of the data of an invoice. */
const MOST_LINES = 5000;

const spendBy = (heading: string, expression: string, limit: number): string =>
  rows({
    columns: `${expression} AS "${heading}",
  ${SPEND} AS "Spend",
  "Spend" / nullIf(sum("Spend") OVER (), 0) AS "Share",
  ${CALLS} AS "Calls",
  "Spend" / nullIf(${PRICED_CALLS}, 0) AS "Per call",
  ${UNPRICED_CALLS} AS "Unpriced"`,
    groupBy: `"${heading}"`,
    orderBy: `"Spend" DESC NULLS LAST, "Calls" DESC, "${heading}"`,
    limit,
  });

export const attribution: Dashboard = dashboard({
  uid: "spanledger-attribution",
  title: "Attribution",
  description: "Who and what is the money spent for?",
  from: "now-30d",
  variables: COMMON_VARIABLES,
  panels: [
    stat({
      id: 1,
      title: "Spend",
      description:
        "Cost of all billable calls with a known price, and the change against the equally long range before.",
      w: 6,
      h: 6,
      unit: "currencyUSD",
      decimals: 2,
      noValue: "No spend",
      change: "rise-is-bad",
      sql: withPrevious((when) => `toFloat64(sumIf(cost, ${when}))`),
    }),
    gauge({
      id: 2,
      title: "Spend without a name",
      description:
        "Share of spend on calls that carry neither feature, team, customer nor user. The more there is, the less this board can explain.",
      w: 6,
      h: 6,
      unit: "percentunit",
      decimals: 1,
      min: 0,
      max: 1,
      thresholds: [
        { color: "green", value: null },
        { color: "orange", value: 0.1 },
        { color: "red", value: 0.3 },
      ],
      sql: single("coalesce(toFloat64(sum(unattributed_cost)), 0) / nullIf(toFloat64(sum(cost)), 0)"),
    }),
    piechart({
      id: 3,
      title: "Spend by environment",
      description: "How much of the money is spent outside production.",
      w: 12,
      h: 6,
      unit: "currencyUSD",
      decimals: 2,
      sql: by("environment", SPEND, 10),
    }),
    bargauge({
      id: 10,
      title: "Spend by project",
      description: "Spend of each project. A key sees its own project only.",
      w: 8,
      h: 8,
      unit: "currencyUSD",
      decimals: 2,
      sql: by("project", SPEND, 10),
    }),
    bargauge({
      id: 11,
      title: "Spend by team",
      description: "Spend of each team, as the application names it.",
      w: 8,
      h: 8,
      unit: "currencyUSD",
      decimals: 2,
      sql: by("team", SPEND, 10),
    }),
    bargauge({
      id: 12,
      title: "Spend by customer",
      description: "The customers whose calls cost most.",
      w: 8,
      h: 8,
      unit: "currencyUSD",
      decimals: 2,
      sql: by("customer", SPEND, 10),
    }),
    timeseries({
      id: 20,
      title: "Spend by feature",
      description: "Cost per time bucket, by feature. The eight largest have their own color.",
      w: 12,
      h: 9,
      unit: "currencyUSD",
      draw: "bars",
      stack: "normal",
      legend: { displayMode: "table", placement: "right", calcs: ["sum"] },
      sql: stackedBy("feature", SPEND, { having: HAS_BILLABLE }),
    }),
    timeseries({
      id: 21,
      title: "Spend by customer over time",
      description: "Cost per time bucket, by customer: whose margin drifts?",
      w: 12,
      h: 9,
      unit: "currencyUSD",
      draw: "bars",
      stack: "normal",
      legend: { displayMode: "table", placement: "right", calcs: ["sum"] },
      sql: stackedBy("customer", SPEND, { having: HAS_BILLABLE }),
    }),
    timeseries({
      id: 22,
      title: "Cost of 1,000 calls by feature",
      description: "Unit economics: what a thousand priced calls of each feature cost over time.",
      w: 24,
      h: 8,
      unit: "currencyUSD",
      draw: "line",
      maxDataPoints: 60,
      sql: overTimeBy("feature", `${SPEND} / nullIf(${PRICED_CALLS}, 0) * 1000`, {
        rank: "sum(cost)",
        top: 6,
      }),
    }),
    row(100, "Tables"),
    table({
      id: 30,
      title: "Features",
      description:
        "Spend, its share, and cost of a call by feature. Unpriced counts calls whose cost is missing.",
      w: 12,
      h: 10,
      columns: {
        Feature: {
          links: [
            boardLink("Calls of this feature", "spanledger-calls", { feature: "${__data.fields.Feature}" }),
          ],
        },
        ...SPEND_COLUMNS,
      },
      sql: spendBy("Feature", DIMENSIONS.feature, 100),
    }),
    table({
      id: 31,
      title: "Users",
      description: "The fifty users whose calls cost most.",
      w: 12,
      h: 10,
      columns: {
        User: {
          links: [boardLink("Calls of this user", "spanledger-calls", { user: "${__data.fields.User}" })],
        },
        ...SPEND_COLUMNS,
      },
      sql: spendBy("User", DIMENSIONS.user, 50),
    }),
    table({
      id: 32,
      title: "Days",
      description:
        "One line per UTC day, team, customer and feature: the data of an invoice. Download it as CSV.",
      w: 24,
      h: 10,
      columns: {
        Day: { width: 110 },
        Team: {},
        Customer: {},
        Feature: {},
        Calls: { unit: "locale", width: 90 },
        "Input tokens": { unit: "locale", width: 120 },
        "Output tokens": { unit: "locale", width: 120 },
        Spend: { unit: "currencyUSD", decimals: 4, width: 120 },
        Unpriced: { unit: "locale", width: 90 },
      },
      sql: rows({
        columns: `toString(toDate(start_time, 'UTC')) AS "Day",
  ${DIMENSIONS.team} AS "Team",
  ${DIMENSIONS.customer} AS "Customer",
  ${DIMENSIONS.feature} AS "Feature",
  ${CALLS} AS "Calls",
  sum(input_total) AS "Input tokens",
  sum(output_total) AS "Output tokens",
  ${SPEND} AS "Spend",
  ${UNPRICED_CALLS} AS "Unpriced"`,
        condition: newestDays(["team", "customer", "feature"], MOST_LINES),
        groupBy: `"Day", "Team", "Customer", "Feature"`,
        orderBy: `"Day" DESC, "Spend" DESC NULLS LAST, "Team", "Customer", "Feature"`,
        limit: MOST_LINES,
      }),
    }),
  ],
});
