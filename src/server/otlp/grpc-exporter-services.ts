import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Signal } from "./signal.js";

/** Service of each signal (opentelemetry-proto collector/v1, read 2026-11-22). */
export const GRPC_SERVICES: Readonly<Record<Signal, string>> = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
};

const same = (bytes: Buffer): Buffer => bytes;

/** The one method of a signal's service, with messages left as bytes: our own decoder reads them. */
export function exportService(signal: Signal): ServiceDefinition {
  return {
    Export: {
      path: `/${GRPC_SERVICES[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  };
}
