import type { LogRecord } from "../domain/log-record.js";
import type { AttributeValue, Resource, Scope } from "../domain/span.js";
import { type Decoded, DecodedBuilder, type Refusal, tooMany } from "./decoded.js";
import { EnvelopeReader } from "./envelope-reader.js";
import { DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from "./protobuf-reader.js";
import { spanIdOrNone, traceIdOrNone } from "./span-ids.js";

export const NOT_A_LOG: Refusal = {
  code: "not_a_log_record",
  message: "not a log record: was another signal sent to the logs path?",
};

/** A log record being filled. */
interface OpenRecord extends LogRecord {
  attributes: Map<string, AttributeValue>;
}

/** Wire type of each LogRecord field that is read (opentelemetry-proto logs/v1, read 2026-11-22), by field number. */
const LOG_WIRE_TYPES: readonly (number | undefined)[] = [
  undefined,
  WIRE_FIXED64, // 1 time_unix_nano
  WIRE_VARINT, // 2 severity_number
  WIRE_BYTES, // 3 severity_text
  undefined,
  WIRE_BYTES, // 5 body
  WIRE_BYTES, // 6 attributes
  undefined,
  undefined,
  WIRE_BYTES, // 9 trace_id
  WIRE_BYTES, // 10 span_id
  WIRE_FIXED64, // 11 observed_time_unix_nano
  WIRE_BYTES, // 12 event_name
];

/**
 * The records of a binary ExportLogsServiceRequest, and how many of them were refused. Ids that are none are empty.
 * @throws AppError `invalid_request` when the bytes are no such message.
 */
export function decodeLogs(body: Buffer, options: DecodeOptions = DEFAULT_OPTIONS): Decoded<LogRecord> {
  const envelope = new EnvelopeReader(body, options);
  const out = new DecodedBuilder<LogRecord>();
  envelope.read((end, resource, scope) => {
    if (out.items.length >= options.limits.items) {
      return out.reject(tooMany("log records", options.limits.items));
    }
    const record = readRecord(envelope, end, resource, scope);
    if (record === null) out.reject(NOT_A_LOG);
    else out.items.push(record);
  });
  return out;
}

function readRecord(
  envelope: EnvelopeReader,
  end: number,
  resource: Resource,
  scope: Scope,
): OpenRecord | null {
  const { reader } = envelope;
  const record: OpenRecord = {
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    traceId: "",
    spanId: "",
    eventName: "",
    body: null,
    attributes: new Map(),
    resource,
    scope,
  };
  while (reader.pos < end) {
    const field = reader.tag(end);
    const expected = LOG_WIRE_TYPES[field];
    if (expected !== undefined && expected !== reader.wireType) return null;
    if (field === 1) record.timeUnixNano = reader.fixed64(end);
    else if (field === 11) record.observedTimeUnixNano = reader.fixed64(end);
    else if (expected === WIRE_BYTES) readDelimited(envelope, record, field, reader.fieldEnd(end));
    else reader.skip(field, end);
  }
  return record;
}

function readDelimited(envelope: EnvelopeReader, record: OpenRecord, field: number, end: number): void {
  const { reader, attributes } = envelope;
  if (field === 6) attributes.readInto(record.attributes, end);
  else if (field === 5) record.body = attributes.value(end, 0, null);
  else if (field === 9) record.traceId = traceIdOrNone(reader.id(end, 16));
  else if (field === 10) record.spanId = spanIdOrNone(reader.id(end, 8));
  else if (field === 12) record.eventName = envelope.shortText(end);
  reader.pos = end;
}
