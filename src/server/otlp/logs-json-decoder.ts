import type { LogRecord } from "../domain/log-record.js";
import { type Decoded, DecodedBuilder, tooMany } from "./decoded.js";
import { readJsonEnvelope } from "./json-envelope.js";
import { jsonAttributes, jsonText, jsonUint64, jsonValue } from "./json-values.js";
import { DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
import { NOT_A_LOG } from "./logs-decoder.js";
import { hexId, spanIdOrNone, traceIdOrNone } from "./span-ids.js";

/**
 * The records of an OTLP/JSON ExportLogsServiceRequest, and how many of them were refused.
 * @throws AppError `invalid_request` when the body is no such request.
 */
export function decodeLogsJson(body: Buffer, options: DecodeOptions = DEFAULT_OPTIONS): Decoded<LogRecord> {
  const out = new DecodedBuilder<LogRecord>();
  readJsonEnvelope(body, "logs", options, (item, resource, scope) => {
    if (item === null) return out.reject(NOT_A_LOG);
    if (out.items.length >= options.limits.items) {
      return out.reject(tooMany("log records", options.limits.items));
    }
    out.items.push({
      timeUnixNano: jsonUint64(item["timeUnixNano"]),
      observedTimeUnixNano: jsonUint64(item["observedTimeUnixNano"]),
      traceId: traceIdOrNone(hexId(item["traceId"])),
      spanId: spanIdOrNone(hexId(item["spanId"])),
      eventName: jsonText(item["eventName"], options.limits.valueBytes),
      body: jsonValue(item["body"], options, 0),
      attributes: jsonAttributes(item["attributes"], options),
      resource,
      scope,
    });
  });
  return out;
}
