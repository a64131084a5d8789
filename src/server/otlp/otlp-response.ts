import { ProtobufWriter } from "./protobuf-writer.js";
import type { Signal } from "./signal.js";

/** How a request is encoded; its answer is encoded the same way. */
export type Encoding = "protobuf" | "json";

export const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** What became of one export request that was accepted. */
export interface ExportOutcome {
  rejected: number;
  /** Distinct reasons, without content. */
  messages: readonly string[];
}

/** Name of the refused count in each signal's partial success (opentelemetry-proto collector/v1, read 2026-11-22). */
const REJECTED_NAMES: Readonly<Record<Signal, string>> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};
const MAX_MESSAGE = 1000;

/**
 * The body of a 200: an empty message on full success, else a partial success; with nothing refused a message is a warning.
 * https://opentelemetry.io/docs/specs/otlp/#full-success-1 (read 2026-11-22)
 */
export function exportResponse(encoding: Encoding, signal: Signal, outcome: ExportOutcome): Buffer {
  const message = outcome.messages.join("; ").slice(0, MAX_MESSAGE);
  const full = outcome.rejected === 0 && message === "";
  if (encoding === "json") {
    const partialSuccess = {
      ...(outcome.rejected > 0 ? { [REJECTED_NAMES[signal]]: String(outcome.rejected) } : {}),
      ...(message === "" ? {} : { errorMessage: message }),
    };
    return Buffer.from(JSON.stringify(full ? {} : { partialSuccess }));
  }
  if (full) return Buffer.alloc(0);
  const partialSuccess = new ProtobufWriter().varint(1, outcome.rejected).text(2, message).finish();
  return new ProtobufWriter().message(1, partialSuccess).finish();
}

/** The body of an error: a google.rpc.Status in the request's encoding. `code` is a gRPC status code. */
export function statusResponse(encoding: Encoding, code: number, message: string): Buffer {
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message }));
  return new ProtobufWriter().varint(1, code).text(2, message).finish();
}

/** A google.rpc.Status with a google.rpc.RetryInfo detail, as `grpc-status-details-bin` carries it. */
export function retryStatus(code: number, message: string, retryAfterSeconds: number): Buffer {
  const duration = new ProtobufWriter().varint(1, Math.max(1, Math.ceil(retryAfterSeconds))).finish();
  const retryInfo = new ProtobufWriter().message(1, duration).finish();
  const detail = new ProtobufWriter()
    .text(1, "type.googleapis.com/google.rpc.RetryInfo")
    .message(2, retryInfo)
    .finish();
  return new ProtobufWriter().varint(1, code).text(2, message).message(3, detail).finish();
}
