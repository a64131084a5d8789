import { errors, request } from "undici";
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

/** The machine word of a failed connection. Never throws. */
export function failureCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return failureCode(error.errors[0]);
  if (!(error instanceof Error)) return "connection_failed";
  if (error instanceof errors.ConnectTimeoutError || error.name === "TimeoutError") return "timeout";
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "refused_address") return code;
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return "timeout";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "dns_failed";
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return "response_too_large";
  if (error.name === "AbortError") return "aborted";
  return TLS_CODES.test(code) ? "tls_failed" : "connection_failed";
}

/** Seconds form only; a date would depend on the receiver's clock. */
function retryAfter(header: string | string[] | undefined): number | null {
  return typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) : null;
}
