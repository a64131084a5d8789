import { z } from "zod";
import { AppError } from "../../domain/errors.js";
import type { AddressPolicy } from "../../outbound/address-policy.js";

/** An http or https URL without user name and password, at most 2,048 characters. */
export const channelUrlSchema = z
  .string()
  .max(2048)
  .refine(isPlainHttpUrl, { message: "must be an http or https URL without credentials" });

/** @throws AppError `invalid_request` when the URL's host can be seen to be refused. */
export function requireAllowedUrl(url: string, policy: AddressPolicy): void {
  const { hostname } = new URL(url);
  if (!policy.refusesHost(hostname)) return;
  throw new AppError(
    "invalid_request",
    `The host ${hostname} is not public. Add it to SPANLEDGER_WEBHOOK_ALLOW to send alerts to it.`,
    { host: hostname },
  );
}

/** @throws AppError `invalid_request` with one problem per path. */
export function parseConfig<T>(schema: z.ZodType<T>, config: unknown): T {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${["config", ...path].join(".")}: ${message}`,
  );
  throw new AppError("invalid_request", problems.join("; "), { problems });
}

/** A URL as it may be shown: query and fragment often carry tokens. */
export function shownUrl(url: unknown): string | null {
  if (typeof url !== "string" || !URL.canParse(url)) return null;
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}

/** Scheme and host only, for services whose path is the secret. */
export function shownOrigin(url: unknown): string | null {
  return typeof url === "string" && URL.canParse(url) ? `${new URL(url).origin}/…` : null;
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}
