import { AppError } from "../../domain/errors.js";

const NETWORK_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EPIPE"]);
/** Classes of SQLSTATE: 08 connection, 53 out of resources, 57P operator intervention (server going down). */
const OUTAGE_STATES = /^(08|53|57P)/;
const OUTAGE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|embedded database is closed/i;

/** An outage of the store as AppError `unavailable`; any other error as it is. Never throws. */
export function asControlError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = codeOf(error);
  const isOutage =
    (code !== null && (NETWORK_CODES.has(code) || OUTAGE_STATES.test(code))) ||
    OUTAGE_MESSAGES.test(error.message);
  return isOutage
    ? new AppError("unavailable", "The control store does not answer.", {}, { cause: error })
    : error;
}

/** Whether a statement failed because a unique value exists already. Never throws. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "23505";
}

function codeOf(error: Error): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : null;
}
