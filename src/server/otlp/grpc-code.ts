/** gRPC status codes that we answer with (https://grpc.io/docs/guides/status-codes/, read 2026-11-22). */
export const GRPC_CANCELLED = 1;
const GRPC_INVALID_ARGUMENT = 3;
const GRPC_NOT_FOUND = 5;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_RESOURCE_EXHAUSTED = 8;
const GRPC_UNIMPLEMENTED = 12;
const GRPC_UNAVAILABLE = 14;
const GRPC_UNAUTHENTICATED = 16;

const BY_HTTP_STATUS: Readonly<Record<number, number>> = {
  401: GRPC_UNAUTHENTICATED,
  403: GRPC_PERMISSION_DENIED,
  404: GRPC_NOT_FOUND,
  405: GRPC_UNIMPLEMENTED,
  429: GRPC_RESOURCE_EXHAUSTED,
};

/** The gRPC code that says the same as an HTTP error status: other 4xx are bad requests, 5xx transient. */
export function grpcCodeOf(httpStatus: number): number {
  return BY_HTTP_STATUS[httpStatus] ?? (httpStatus >= 500 ? GRPC_UNAVAILABLE : GRPC_INVALID_ARGUMENT);
}
