import type { LogRecord } from "../../../src/server/domain/log-record.js";
import {
  expectedAttributes,
  expectedId,
  expectedItems,
  expectedValue,
  type Json,
  text,
  whole,
} from "./expected-values.js";

/** What a decoded ExportLogsServiceRequest of protobufjs must become. */
export function expectedLogs(request: Json): { items: LogRecord[]; rejected: number } {
  const items = expectedItems(request, "resourceLogs", "scopeLogs", "logRecords").map(
    ({ item, resource, scope }): LogRecord => ({
      timeUnixNano: whole(item["timeUnixNano"]),
      observedTimeUnixNano: whole(item["observedTimeUnixNano"]),
      traceId: expectedId(item["traceId"], 16),
      spanId: expectedId(item["spanId"], 8),
      eventName: text(item["eventName"]),
      body: expectedValue(item["body"]),
      attributes: expectedAttributes(item["attributes"]),
      resource,
      scope,
    }),
  );
  return { items, rejected: 0 };
}
