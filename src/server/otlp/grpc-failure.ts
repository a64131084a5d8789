import { errorAnswer } from "../http/error-body.js";
import { grpcCodeOf } from "./grpc-code.js";
import { retryStatus } from "./otlp-response.js";

/** Seconds after which a sender may try again what failed for a reason we do not know. */
const RETRY_UNKNOWN_SECONDS = 2;

export interface GrpcFailure {
  code: number;
  details: string;
  /** google.rpc.Status with RetryInfo for `grpc-status-details-bin`; null when trying again is of no use. */
  statusDetails: Buffer | null;
  /** Whether the cause is ours and unknown. */
  unexpected: boolean;
}

/** How an error is told to a gRPC sender: only UNAVAILABLE and a rate limit carry RetryInfo. Never throws. */
export function grpcFailure(error: unknown): GrpcFailure {
  const { status, body, retryAfterSeconds, unexpected } = errorAnswer(error, "");
  const code = grpcCodeOf(status);
  const details = body.error.message;
  const seconds = retryAfterSeconds ?? (status >= 500 ? RETRY_UNKNOWN_SECONDS : null);
  return {
    code,
    details,
    statusDetails: seconds === null ? null : retryStatus(code, details, seconds),
    unexpected,
  };
}
