import { request } from "undici";
import type { DeliveryContext, DeliveryOutcome } from "./delivery.js";

/** One attempt, look-up and answer included, takes at most so long. */
const ATTEMPT_MS = 15_000;
const USER_AGENT = "spanledger";

/**
 * Posts a body to a URL through the guarded dispatcher. Anything but 2xx is a failure; redirects are not followed, and
 * the answer's body is read (at most 64 KiB) and dropped. Never throws.
 */
export async function httpPost(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { dispatcher, signal }: DeliveryContext,
): Promise<DeliveryOutcome> {
  try {
    const answer = await request(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": USER_AGENT, ...headers },
      body,
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    await answer.body.dump({ limit: 64 * 1024 });
    if (answer.statusCode >= 200 && answer.statusCode < 300) return { ok: true };
    const isRedirect = answer.statusCode >= 300 && answer.statusCode < 400;
    const code = isRedirect ? "redirect_refused" : `http_${answer.statusCode}`;
    return { ok: false, code, retryAfterSeconds: retryAfter(answer.headers["retry-after"]) };
  } catch (error) {
    return { ok: false, code: failureCode(error), retryAfterSeconds: null };
  }
}

const TLS_CODES = /^(ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|ERR_SSL)/;
const WORDS: readonly [RegExp, string][] = [
  [/^refused_address$/, "refused_address"],
  [/^AbortError$/, "aborted"],
  [/TIMEOUT|TIMEDOUT|^TimeoutError$/, "timeout"],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "dns_failed"],
  [/^UND_ERR_RES_EXCEEDED_MAX_SIZE$/, "response_too_large"],
  [TLS_CODES, "tls_failed"],
];

/** The machine word of a failed connection, by the error's code or name. Never throws. */
export function failureCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "connection_failed";
  const { name, code, errors } = error as { name?: unknown; code?: unknown; errors?: unknown };
  // All addresses of a host were tried: the first failure stands for all.
  if (Array.isArray(errors) && errors.length > 0) return failureCode(errors[0]);
  const text = typeof code === "string" ? code : String(name);
  return WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? "connection_failed";
}

/** Seconds form only; a date would depend on the receiver's clock. */
function retryAfter(header: string | string[] | undefined): number | null {
  return typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) : null;
}
