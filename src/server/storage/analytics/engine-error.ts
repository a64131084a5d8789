import { AppError, type ErrorCode, OverloadedError } from "../../domain/errors.js";

/** ClickHouse error codes (src/Common/ErrorCodes.cpp, read 2026-11-22) that are not our fault and have their own answer. */
const CODE_MEANING: Readonly<Record<number, ErrorCode>> = {
  158: "invalid_request", // TOO_MANY_ROWS
  159: "timeout", // TIMEOUT_EXCEEDED
  160: "timeout", // TOO_SLOW
  202: "overloaded", // TOO_MANY_SIMULTANEOUS_QUERIES
  203: "unavailable", // NO_FREE_CONNECTION
  209: "unavailable", // SOCKET_TIMEOUT
  210: "unavailable", // NETWORK_ERROR
  241: "overloaded", // MEMORY_LIMIT_EXCEEDED
  242: "unavailable", // TABLE_IS_READ_ONLY
  243: "unavailable", // NOT_ENOUGH_SPACE
  252: "overloaded", // TOO_MANY_PARTS
  279: "unavailable", // ALL_CONNECTION_TRIES_FAILED
  307: "invalid_request", // TOO_MANY_BYTES
  319: "unavailable", // UNKNOWN_STATUS_OF_INSERT
  394: "timeout", // QUERY_WAS_CANCELLED
  427: "invalid_request", // CANNOT_COMPILE_REGEXP
  396: "invalid_request", // TOO_MANY_ROWS_OR_BYTES
  999: "unavailable", // KEEPER_EXCEPTION
};

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

/** The engine's numeric code in an error of either adapter, or null. Never throws. */
export function engineCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const own = (error as { clickhouseCode?: unknown }).clickhouseCode ?? (error as { code?: unknown }).code;
  if (typeof own === "number") return own;
  if (typeof own === "string" && /^\d+$/.test(own)) return Number(own);
  const inText = /Code:\s*(\d+)\./.exec(error.message)?.[1];
  return inText === undefined ? null : Number(inText);
}

/**
 * An engine or network failure as the application's error. `withText` keeps the engine's own sentence: only for statements
 * that we wrote, because an insert error quotes rows. Never throws.
 */
export function toAppError(error: unknown, what: string, withText: boolean): AppError {
  if (error instanceof AppError) return error;
  const cause = { cause: error };
  const code = engineCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === null && isNetworkFailure(error, text)) {
    return new AppError("unavailable", `${what}: ClickHouse cannot be reached`, {}, cause);
  }
  if (/No space left on device/i.test(text)) {
    return new AppError("unavailable", `${what}: no space left on device`, { engineCode: code }, cause);
  }
  const meaning = code === null ? "internal" : (CODE_MEANING[code] ?? "internal");
  const name = engineName(error, text);
  const sentence = withText ? firstSentence(text) : `ClickHouse error ${code ?? "unknown"} ${name}`.trim();
  if (meaning === "overloaded") return new OverloadedError(`${what}: ${sentence}`, 1, cause);
  return new AppError(meaning, `${what}: ${sentence}`, { engineCode: code, engineError: name }, cause);
}

/** The HTTP client takes the name out of the text and gives it as `type`. */
function engineName(error: unknown, text: string): string {
  const type = (error as { type?: unknown } | null)?.type;
  if (typeof type === "string") return type;
  return /\(([A-Z][A-Z0-9_]+)\)/.exec(text)?.[1] ?? "";
}

function isNetworkFailure(error: unknown, text: string): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && NETWORK_CODES.has(code)) return true;
  return /timeout error|socket hang up|ECONNREFUSED|ECONNRESET/i.test(text);
}

function firstSentence(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/^Code:\s*\d+\.\s*DB::Exception:\s*/, "").slice(0, 500);
}
