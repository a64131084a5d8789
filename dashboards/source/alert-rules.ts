import { DATASOURCE_UID, PLUGIN_VERSION } from "./schema.js";

/** One question that Grafana asks again and again; it fires while the answer is above `above`. */
interface AlertQuestion {
  uid: string;
  title: string;
  summary: string;
  /** Where one looks when it fires. */
  panel: readonly [uid: string, id: number];
  /** How far back the query looks, in seconds. */
  seconds: number;
  /** How long the answer must stay above before anybody is told. */
  lasting: string;
  above: number;
  /** One row, one number named `value`. No dashboard variables and no browser-side macros: rules have neither. */
  sql: string;
}

const QUESTIONS: readonly AlertQuestion[] = [
  {
    uid: "spanledger-unpriced",
    title: "Calls missing from spend",
    summary: "Calls arrive whose price is unknown: the true spend is higher than shown.",
    panel: ["spanledger-overview", 2],
    seconds: 3_600,
    lasting: "10m",
    above: 0,
    sql: "SELECT countIf(billable AND cost_status IN ('unpriced', 'partial')) AS value FROM calls WHERE $__timeFilter_ms(start_time)",
  },
  {
    uid: "spanledger-rate-limited",
    title: "More than 5 % of attempts are rate limited",
    summary: "Providers refuse attempts because a rate limit was reached.",
    panel: ["spanledger-reliability", 2],
    seconds: 900,
    lasting: "5m",
    above: 0.05,
    sql: "SELECT countIf(attempt_http_status = 429) / greatest(count(), 1) AS value FROM attempts WHERE $__timeFilter_ms(start_time)",
  },
  {
    uid: "spanledger-spend-rate",
    title: "Spend of the last day is more than twice its week",
    summary: "The last 24 hours cost more than twice the average day of the seven days before.",
    panel: ["spanledger-budgets", 3],
    seconds: 691_200,
    lasting: "15m",
    above: 2,
    sql: "SELECT toFloat64(coalesce(sumIf(cost, start_time >= $__toTime - INTERVAL 1 DAY), 0)) / greatest(toFloat64(coalesce(sumIf(cost, start_time < $__toTime - INTERVAL 1 DAY), 0)) / 7, 1) AS value FROM calls WHERE $__timeFilter_ms(start_time)",
  },
  {
    uid: "spanledger-untagged",
    title: "More than 10 % of spend has no feature",
    summary: "A tenth of the day's spend cannot be attributed: calls arrive without spanledger.feature.",
    panel: ["spanledger-attribution", 2],
    seconds: 86_400,
    lasting: "1h",
    above: 0.1,
    sql: "SELECT toFloat64(coalesce(sumIf(cost, coalesce(feature, '') = ''), 0)) / greatest(toFloat64(coalesce(sum(cost), 0)), 1) AS value FROM calls WHERE $__timeFilter_ms(start_time)",
  },
  {
    uid: "spanledger-late",
    title: "Calls reach the ledger late",
    summary: "95 of 100 calls of the last hour took up to more than five minutes to be recorded.",
    panel: ["spanledger-calls", 12],
    seconds: 3_600,
    lasting: "15m",
    above: 300,
    sql: "SELECT if(count() = 0, 0, quantile(0.95)(greatest(0, toFloat64(ingested_at) - toFloat64(start_time) - duration_ms / 1000))) AS value FROM calls WHERE $__timeFilter_ms(start_time)",
  },
];

const range = (seconds: number): { from: number; to: number } => ({ from: seconds, to: 0 });

/** Asks, reduces to one number, compares: the three steps of every rule. */
function steps({ sql, seconds, above }: AlertQuestion): object[] {
  return [
    {
      refId: "A",
      relativeTimeRange: range(seconds),
      datasourceUid: DATASOURCE_UID,
      model: {
        refId: "A",
        editorType: "sql",
        format: 1,
        queryType: "table",
        pluginVersion: PLUGIN_VERSION,
        rawSql: sql,
      },
    },
    {
      refId: "B",
      relativeTimeRange: range(0),
      datasourceUid: "__expr__",
      model: { refId: "B", type: "reduce", expression: "A", reducer: "last" },
    },
    {
      refId: "C",
      relativeTimeRange: range(0),
      datasourceUid: "__expr__",
      model: {
        refId: "C",
        type: "threshold",
        expression: "B",
        conditions: [{ evaluator: { type: "gt", params: [above] } }],
      },
    },
  ];
}

/**
 * Grafana's alert rules as its provisioning reads them.
 * @see https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/ (2026-11-22)
 */
export const ALERT_RULES = {
  apiVersion: 1,
  groups: [
    {
      orgId: 1,
      name: "Spanledger",
      folder: "Spanledger",
      interval: "1m",
      rules: QUESTIONS.map((question) => ({
        uid: question.uid,
        title: question.title,
        condition: "C",
        for: question.lasting,
        noDataState: "OK",
        execErrState: "Error",
        dashboardUid: question.panel[0],
        panelId: question.panel[1],
        labels: { severity: "warning", source: "spanledger" },
        annotations: { summary: question.summary },
        data: steps(question),
      })),
    },
  ],
};
