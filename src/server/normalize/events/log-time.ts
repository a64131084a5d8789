import type { LogRecord } from "../../domain/log-record.js";
import { asText } from "../attributes.js";

const NANO_PER_MS = 1_000_000n;

/** When a log record was written, in nanoseconds since the Unix epoch: its time, the stamp some tools put beside it, or when it was seen; 0 when none is known. Never throws. */
export function timeOf(record: LogRecord): bigint {
  if (record.timeUnixNano > 0n) return record.timeUnixNano;
  const stamp = Date.parse(asText(record.attributes.get("event.timestamp")) ?? "");
  return Number.isNaN(stamp) ? record.observedTimeUnixNano : BigInt(stamp) * NANO_PER_MS;
}
