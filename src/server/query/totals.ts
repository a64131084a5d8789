import { formatMoney, parseMoney, sumMoney } from "../domain/money.js";
import type { Usage } from "../domain/usage.js";
import { USAGE_COLUMNS, USAGE_FIELDS } from "../storage/analytics/usage-columns.js";
import { readNumber, readText } from "../storage/analytics/row-values.js";

/** Sums over calls. Money is decimal text in USD. Null is unknown: there are billable calls, and none of them has the value. */
export interface Totals {
  calls: number;
  errors: number;
  billableCalls: number;
  /** Calls that are in no sum of money. */
  unpricedCalls: number;
  /** Calls of which a part is in no sum of money. */
  partialCalls: number;
  /** Billable calls without any known token count. */
  unknownUsageCalls: number;
  retries: number;
  cost: string | null;
  listCost: string | null;
  usage: Usage;
}

/** Aggregates over the view `calls` that `readTotals` understands. Money and tokens come from billable rows only. */
export const TOTAL_COLUMNS: readonly string[] = [
  "count() AS calls",
  "countIf(outcome = 'error') AS errors",
  "countIf(billable) AS billable_calls",
  "countIf(cost IS NOT NULL) AS priced_calls",
  "countIf(billable AND list_total IS NOT NULL) AS list_priced_calls",
  "countIf(cost_status = 'unpriced') AS unpriced_calls",
  "countIf(cost_status = 'partial') AS partial_calls",
  "countIf(billable AND input_total IS NULL AND output_total IS NULL) AS unknown_usage_calls",
  "sum(retry_count) AS retries",
  "sum(cost) AS cost_sum",
  "sumIf(list_total, billable) AS list_sum",
  ...USAGE_FIELDS.map((field) => `sumIf(${USAGE_COLUMNS[field]}, billable) AS sum_${USAGE_COLUMNS[field]}`),
];

/** The totals in a row of a query that selects `TOTAL_COLUMNS`. */
export function readTotals(row: Readonly<Record<string, unknown>>): Totals {
  const billableCalls = Number(row["billable_calls"]);
  const money = (sum: unknown, known: unknown): string | null =>
    billableCalls > 0 && Number(known) === 0 ? null : (readText(sum) ?? "0");
  const usage = USAGE_FIELDS.map((field) => {
    const sum = readNumber(row[`sum_${USAGE_COLUMNS[field]}`]);
    return [field, billableCalls === 0 ? 0 : sum];
  });
  return {
    calls: Number(row["calls"]),
    errors: Number(row["errors"]),
    billableCalls,
    unpricedCalls: Number(row["unpriced_calls"]),
    partialCalls: Number(row["partial_calls"]),
    unknownUsageCalls: Number(row["unknown_usage_calls"]),
    retries: Number(row["retries"]),
    cost: money(row["cost_sum"], row["priced_calls"]),
    listCost: money(row["list_sum"], row["list_priced_calls"]),
    usage: Object.fromEntries(usage) as Usage,
  };
}

/** The sums of groups that share no call: the same as one sum over all their calls. Exact. */
export function addTotals(groups: readonly Totals[]): Totals {
  const sum = (read: (group: Totals) => number): number =>
    groups.reduce((total, group) => total + read(group), 0);
  const billable = groups.filter((group) => group.billableCalls > 0);
  const usage = USAGE_FIELDS.map((field) => [field, addKnown(billable.map((group) => group.usage[field]))]);
  return {
    calls: sum((group) => group.calls),
    errors: sum((group) => group.errors),
    billableCalls: sum((group) => group.billableCalls),
    unpricedCalls: sum((group) => group.unpricedCalls),
    partialCalls: sum((group) => group.partialCalls),
    unknownUsageCalls: sum((group) => group.unknownUsageCalls),
    retries: sum((group) => group.retries),
    cost: addMoney(billable.map((group) => group.cost)),
    listCost: addMoney(billable.map((group) => group.listCost)),
    usage: Object.fromEntries(usage) as Usage,
  };
}

/** 0 for no groups, null when every group is unknown. Whole numbers are exact; seconds are kept to the microsecond. */
function addKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 && values.length > 0) return null;
  const sum = known.reduce((total, value) => total + value, 0);
  return Number.isInteger(sum) ? sum : Math.round(sum * 1e6) / 1e6;
}

function addMoney(values: readonly (string | null)[]): string | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 && values.length > 0) return null;
  return formatMoney(sumMoney(known.map(parseMoney)));
}
