import { isLoopbackAddress } from "../config/app-config.js";
import { AppError } from "../domain/errors.js";
import type { RequestWithHeaders } from "./request-id.js";

export interface OriginRequest extends RequestWithHeaders {
  method: string;
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a name that is not this machine's own: a page elsewhere may have its own name resolve to 127.0.0.1 and so
 * read an open server (DNS rebinding).
 * @throws AppError `forbidden`
 */
export function requireLoopbackHost({ headers }: RequestWithHeaders): void {
  const host = hostName(one(headers["host"]));
  if (host !== null && isLoopbackAddress(host)) return;
  throw new AppError(
    "forbidden",
    "Without an admin password Spanledger answers to localhost and 127.0.0.1 only. Set SPANLEDGER_ADMIN_PASSWORD to use another name.",
  );
}

/**
 * Refuses a change that a page of another site makes a browser ask for. Requests without `Origin` and
 * `Sec-Fetch-Site` do not come from a page.
 * @throws AppError `forbidden`
 */
export function requireSameSite({ method, headers }: OriginRequest): void {
  if (SAFE_METHODS.has(method)) return;
  const origin = one(headers["origin"]);
  const isCross =
    one(headers["sec-fetch-site"]) === "cross-site" || (origin !== undefined && !isOwn(origin, headers));
  if (isCross) throw new AppError("forbidden", "Changes from another site are refused.");
}

/**
 * A proxy may have replaced `Host`; pages cannot set `X-Forwarded-Host` across sites without a preflight, which is refused.
 */
function isOwn(origin: string, headers: RequestWithHeaders["headers"]): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  const own = [one(headers["host"]), one(headers["x-forwarded-host"])].map(hostName);
  return own.includes(hostname.replace(/^\[|\]$/g, ""));
}

/** The name or address of a `Host` header, lower case, without port and brackets; null when there is none. */
function hostName(host: string | undefined): string | null {
  if (host === undefined || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "");
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
