import type { Call } from "../domain/call.js";
import { endOf, modelFamilies } from "./identity.js";
import type { LedgerRecord } from "./record.js";

const SUFFIX = "_metrics";
/** Metrics are collected a little after the calls they count. */
const SLACK_NANO = 10_000_000_000n;

function isMetric(call: Call): boolean {
  return call.source.dialect.endsWith(SUFFIX);
}

function repeats(metric: Call, call: Call): boolean {
  if (`${call.source.dialect}${SUFFIX}` !== metric.source.dialect) return false;
  if (call.attribution.service !== metric.attribution.service) return false;
  const { session } = metric.attribution;
  if (session !== null && call.attribution.session !== null && session !== call.attribution.session)
    return false;
  const end = endOf(call);
  if (end < metric.startTimeUnixNano - SLACK_NANO || end > endOf(metric) + SLACK_NANO) return false;
  const families = modelFamilies(metric);
  return families.size === 0 || [...modelFamilies(call)].some((family) => families.has(family));
}

/** The records made from metrics that count calls which logs of the same tool report one by one: they are no calls. */
export function repeatedMetrics(records: readonly LedgerRecord[]): Set<LedgerRecord> {
  const metrics = records.filter((record) => isMetric(record.call));
  if (metrics.length === 0) return new Set();
  const others = records.filter((record) => !isMetric(record.call));
  return new Set(metrics.filter((metric) => others.some((record) => repeats(metric.call, record.call))));
}
