/** Stable machine codes; each maps to one HTTP status and one gRPC status at the edge. */
export type ErrorCode =
  | "invalid_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "overloaded"
  | "unavailable"
  | "timeout"
  | "internal";

/** The root of the server's errors. `details` is safe to show: never content, never keys. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "AppError";
  }
}

/** Storage cannot take data now; the sender should try again after `retryAfterSeconds`. */
export class OverloadedError extends AppError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number = 1,
    options?: { cause?: unknown },
  ) {
    super("overloaded", message, { retryAfterSeconds }, options);
    this.name = "OverloadedError";
  }
}
