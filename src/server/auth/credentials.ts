/** What a request says about its sender, taken from headers as they are. */
export interface Credentials {
  /** `x-spanledger-key`. */
  key: string | undefined;
  /** `Authorization`. */
  authorization: string | undefined;
  /** `Cookie`. */
  cookie: string | undefined;
  /** `?project=`: the operator's choice; a key has no choice. */
  project: string | undefined;
  remoteAddress: string;
}

export const SESSION_COOKIE = "spanledger_session";

/**
 * The secret a sender shows: the key header, a Bearer token, or the password of Basic (its user name when the password
 * is empty). Null when it shows none; the empty string for an unreadable or foreign scheme. Never throws.
 */
export function shownSecret({
  key,
  authorization,
}: Pick<Credentials, "key" | "authorization">): string | null {
  if (key !== undefined) return key.trim();
  if (authorization === undefined) return null;
  const [scheme = "", ...rest] = authorization.trim().split(/\s+/);
  const value = rest.join(" ");
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return "";
  const [user = "", ...password] = Buffer.from(value, "base64").toString("utf8").split(":");
  return password.join(":") || user;
}

/** The session token of a `Cookie` header, or null. Never throws. */
export function sessionToken(cookie: string | undefined): string | null {
  for (const part of (cookie ?? "").split(";")) {
    const [name = "", value = ""] = part.trim().split("=", 2);
    if (name === SESSION_COOKIE && value !== "") return value;
  }
  return null;
}
