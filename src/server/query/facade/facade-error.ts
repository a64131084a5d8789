import { AppError, type ErrorCode } from "../../domain/errors.js";

/** A failed query in ClickHouse's words: clients read the code header and the text. */
export interface FacadeError {
  status: number;
  /** ClickHouse's error code, for the header `X-ClickHouse-Exception-Code`. */
  code: number;
  text: string;
}

/** Numbers and names from ClickHouse's src/Common/ErrorCodes.cpp, read 2026-11-22. */
const EQUIVALENTS: Readonly<Record<ErrorCode, { status: number; code: number; name: string }>> = {
  invalid_request: { status: 403, code: 497, name: "ACCESS_DENIED" },
  unauthenticated: { status: 401, code: 516, name: "AUTHENTICATION_FAILED" },
  forbidden: { status: 403, code: 497, name: "ACCESS_DENIED" },
  not_found: { status: 404, code: 81, name: "UNKNOWN_DATABASE" },
  conflict: { status: 409, code: 36, name: "BAD_ARGUMENTS" },
  payload_too_large: { status: 413, code: 307, name: "TOO_MANY_BYTES" },
  unsupported_media_type: { status: 415, code: 36, name: "BAD_ARGUMENTS" },
  rate_limited: { status: 429, code: 202, name: "TOO_MANY_SIMULTANEOUS_QUERIES" },
  overloaded: { status: 503, code: 202, name: "TOO_MANY_SIMULTANEOUS_QUERIES" },
  unavailable: { status: 503, code: 210, name: "NETWORK_ERROR" },
  timeout: { status: 500, code: 159, name: "TIMEOUT_EXCEEDED" },
  internal: { status: 500, code: 1002, name: "UNKNOWN_EXCEPTION" },
};

/** The answer to any error. The engine's own sentence is kept: it is about the client's own statement. Never throws. */
export function facadeError(error: unknown): FacadeError {
  if (!(error instanceof AppError)) return answer(EQUIVALENTS.internal, "Something went wrong on our side.");
  const { engineCode, engineError } = error.details;
  const equivalent = EQUIVALENTS[error.code];
  if (typeof engineCode !== "number" || typeof engineError !== "string" || engineError === "") {
    return answer(equivalent, error.message);
  }
  const sentence = error.message.replace(/^Query failed: /, "").replace(/ \([A-Z_]+\).*$/s, "");
  const status = error.code === "invalid_request" ? 400 : statusOf(engineCode, equivalent.status);
  return answer({ status, code: engineCode, name: engineError }, sentence);
}

/** What a ClickHouse server answers: 400 for what cannot be parsed, 404 for what does not exist. */
function statusOf(engineCode: number, otherwise: number): number {
  if ([6, 26, 27, 38, 41, 43, 53, 62, 72].includes(engineCode)) return 400;
  return [16, 46, 47, 60, 81].includes(engineCode) ? 404 : otherwise;
}

function answer(equivalent: { status: number; code: number; name: string }, sentence: string): FacadeError {
  const { status, code, name } = equivalent;
  return { status, code, text: `Code: ${code}. DB::Exception: ${sentence} (${name})\n` };
}
