import { randomUUID } from "node:crypto";

const SAFE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The part of a request that carries its id. */
export interface RequestWithHeaders {
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The id of a request: the caller's `x-request-id` when it is 1 to 64 plain characters, else a fresh UUID.
 * Give it to Fastify as `genReqId`; it then is `request.id`. Never throws.
 */
export function requestIdFor(request: RequestWithHeaders): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && SAFE_ID.test(given) ? given : randomUUID();
}
