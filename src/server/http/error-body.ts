import { HttpException } from "@nestjs/common";
import { AppError, type ErrorCode, OverloadedError } from "../domain/errors.js";
import { codeOfStatus, HTTP_STATUS } from "./error-status.js";

/** The JSON of every failed API request. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; details: Readonly<Record<string, unknown>>; requestId: string };
}

export interface ErrorAnswer {
  status: number;
  /** Seconds for `Retry-After`, or null for none. */
  retryAfterSeconds: number | null;
  body: ErrorBody;
  /** Whether the cause is ours and unknown: it is logged, and the sender learns nothing but the request id. */
  unexpected: boolean;
}

/** What a failed request is answered with. Unknown errors become 500 `internal` without their message. Never throws. */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  if (error instanceof AppError) {
    const unexpected = error.code === "internal";
    return answer(HTTP_STATUS[error.code], error.code, error.message, error.details, requestId, {
      retryAfterSeconds: retryAfter(error),
      unexpected,
    });
  }
  const status = statusOf(error);
  if (status !== null && status < 500) {
    const code = codeOfStatus(status);
    return answer(status, code, frameworkMessage(error), frameworkDetails(error), requestId, {});
  }
  return answer(500, "internal", "Something went wrong on our side.", {}, requestId, { unexpected: true });
}

function answer(
  status: number,
  code: ErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>>,
  requestId: string,
  extra: { retryAfterSeconds?: number | null; unexpected?: boolean },
): ErrorAnswer {
  return {
    status,
    retryAfterSeconds: extra.retryAfterSeconds ?? null,
    body: { error: { code, message, details, requestId } },
    unexpected: extra.unexpected ?? false,
  };
}

function retryAfter(error: AppError): number | null {
  if (error instanceof OverloadedError) return error.retryAfterSeconds;
  const seconds = error.details["retryAfterSeconds"];
  if (typeof seconds === "number") return seconds;
  return error.code === "unavailable" ? 1 : null;
}

/** Nest's exceptions and Fastify's own errors (body too large, broken JSON) both carry a status. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== "object" || error === null) return null;
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === "number" && statusCode >= 400 && statusCode < 600 ? statusCode : null;
}

/** Messages of 4xx answers are the framework's words about the request's form. Only JSON.parse quotes the body: replaced. */
function frameworkMessage(error: unknown): string {
  const problems = validationProblems(error);
  if (problems !== null) return problems.join("; ");
  if (!(error instanceof Error)) return "The request is malformed.";
  return /json|unexpected/i.test(error.message) ? "The body is not valid JSON." : error.message;
}

function frameworkDetails(error: unknown): Readonly<Record<string, unknown>> {
  const problems = validationProblems(error);
  return problems === null ? {} : { problems };
}

/** Nest's validation pipe answers with a list of messages, one per path. */
function validationProblems(error: unknown): string[] | null {
  if (!(error instanceof HttpException)) return null;
  const response = error.getResponse();
  if (typeof response !== "object" || response === null) return null;
  const { message } = response as { message?: unknown };
  return Array.isArray(message) ? message.map(String) : null;
}
