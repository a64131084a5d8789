import type { Call } from "../../domain/call.js";
import type { LogRecord } from "../../domain/log-record.js";
import type { MetricPoint } from "../../domain/metric.js";
import { readGenAiEvent } from "../events/gen-ai-events.js";
import { timeOf } from "../events/log-time.js";
import { buildCliCall } from "./cli-call.js";
import { readCliLog } from "./cli-logs.js";
import { readCliMetrics } from "./cli-metrics.js";

/** The model call that a log record reports, or null for every other record. Pure, never throws. */
export function normalizeLog(record: LogRecord): Call | null {
  if (timeOf(record) <= 0n) return null;
  const call = readCliLog(record);
  return call === null ? readGenAiEvent(record) : buildCliCall(call, record);
}

/** The usage that metrics of coding tools report, as records that stand only where no log reports the same calls. Pure, never throws. */
export function normalizeMetrics(points: readonly MetricPoint[]): Call[] {
  return readCliMetrics(points).map(({ point, call }) => buildCliCall(call, point));
}
