import { guard } from "./guard.js";
import { isThenable } from "./http-types.js";
import type { LiveCall } from "./live-call.js";
import { newStamps } from "./stamp.js";
import type { JsonObject } from "./wire/json.js";

/**
 * One logical call as the client library sees it: what its entry hook started and its retries share. Found again by the request options
 * object that the SDK hands on from attempt to attempt, and by the headers object it builds for each of them; neither is held.
 */
export class Chain {
  call: LiveCall | null = null;
  /** What the client makes the JSON body of, until the call has looked at it. */
  body: JsonObject | null = null;

  /** `settles`: whether `rejected` or `resolved` will be called when the client is done. */
  constructor(
    readonly aborted: () => boolean,
    readonly settles = true,
  ) {}

  /** The client call has failed for good: nobody will read a body or try again. */
  rejected(error?: unknown): void {
    const call = this.call;
    if (call === null || call.finished) return;
    if (this.aborted() || isAbort(error)) call.finish("cancelled");
    else call.finish("error", call.attempts.at(-1)?.errorType ?? null);
  }

  /** The client call was answered. If that was a refusal, the call ends once its body was read, or soon. */
  resolved(): void {
    const call = this.call;
    if (call === null || call.finished) return;
    const last = call.attempts.at(-1);
    if (last === undefined || last.errorType === null) return;
    if (call.refusalRead) {
      call.finish("error", last.errorType);
      return;
    }
    call.givenUp = true;
    call.settles = false;
    call.deadline = performance.now() + REFUSAL_MS;
  }
}

/**
 * The outcome of a client call, told to its chain on the way. A promise of its own, so that a failure that the application does not handle
 * is as unhandled as before.
 */
export function settleChain(chain: Chain, result: PromiseLike<unknown>): PromiseLike<unknown> {
  return settled(
    result,
    () => chain.resolved(),
    (error) => chain.rejected(error),
  );
}

/** The same for the chain of a Stainless client's request options, which may still be promised when the call begins. */
export function settleOptions(options: unknown, result: PromiseLike<unknown>): PromiseLike<unknown> {
  const rejected = (error: unknown): void => {
    if (!isThenable(options)) chainOf(options)?.rejected(error);
    // They came long ago; had they failed, nothing would have been sent.
    else
      options.then(
        (known) => guard(() => chainOf(known)?.rejected(error)),
        () => undefined,
      );
  };
  return settled(
    result,
    (value) => chainOf((value as { options?: unknown } | null)?.options)?.resolved(),
    rejected,
  );
}

function settled(
  result: PromiseLike<unknown>,
  resolved: (value: unknown) => void,
  rejected: (error: unknown) => void,
): PromiseLike<unknown> {
  return result.then(
    (value) => {
      guard(() => resolved(value));
      return value;
    },
    (error: unknown) => {
      guard(() => rejected(error));
      throw error;
    },
  );
}

function isAbort(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as { name?: unknown }).name === "AbortError";
}

/** How long a refusal that is not tried again may stay unread. */
export const REFUSAL_MS = 1000;

const chains = newStamps<Chain>();

export function chainOf(key: unknown): Chain | null {
  return chains.read(key);
}

export function bindChain(key: unknown, chain: Chain): void {
  if (typeof key === "object" && key !== null) chains.write(key, chain);
}

/** HTTP statuses that the SDKs retry: timeouts, lock conflicts, rate limits, server errors. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

const MAX_WAIT_MS = 60_000;

/**
 * How long, in milliseconds, a retry is waited for after the failure of attempt `attempts` (from 1 on) where nothing tells whether one
 * comes: what the provider asked to wait, else the longest that clients and frameworks wait of their own, and some slack: 4 s after the
 * first, 6 s after the second, at most 62 s. ai 6 waits 2 s and doubles, @langchain/core 1 1 to 2 s, cohere-ai 8 and @google/genai 2 1 s,
 * @mistralai/mistralai 2 at most 1.5 s (sources read 2026-11-25): none waits longer than 1 s times 2 to the power of the attempt.
 */
export function retryWindowMs(retryAfterMs: number | null, attempts: number): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, MAX_WAIT_MS) + 2000;
  return Math.min(1000 * 2 ** attempts, MAX_WAIT_MS) + 2000;
}

/** A low-cardinality name for a transport failure: the system or undici code, else the error's class. Never its message. */
export function transportErrorType(error: unknown): string {
  if (typeof error !== "object" || error === null) return "error";
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  const code = codeOf(error) ?? codeOf(cause) ?? firstCode(cause);
  if (code !== null) return code;
  if (name === "AbortError" || name === "TimeoutError") return "timeout";
  return typeof name === "string" && /^\w{1,64}$/.test(name) ? name : "error";
}

function codeOf(error: unknown): string | null {
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : null;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : null;
}

/** Happy-eyeballs failures come as an AggregateError of one error per address. */
function firstCode(error: unknown): string | null {
  const errors = typeof error === "object" && error !== null ? (error as { errors?: unknown }).errors : null;
  return Array.isArray(errors) ? codeOf(errors[0]) : null;
}
