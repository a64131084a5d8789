import { beforeExit } from "./before-exit.js";
import type { Outcome, ResponseFacts } from "./call.js";
import { once } from "./once.js";
import { resultIds } from "./result-ids.js";
import type { ResultIds } from "./result-ids.js";
import { emitSpan } from "./span.js";
import type { EndedCall } from "./span.js";

/** A call whose answer only promised a result. */
type Held = EndedCall & {
  readonly response: ResponseFacts;
  endMs: number;
  outcome: Outcome;
  errorType: string | null;
  result: ResultIds | null;
  now(): number;
};

/** More than this wait at once only where results are never polled for. */
const MAX_HELD = 1000;
const held = new Map<string, Held>();

/** What a stored response is known by: ids are unique within a server. */
function responseKey(host: string, id: string): string {
  return `${host} ${id}`;
}

/**
 * Keeps a call back whose response runs on in the background, whether its answer said so or its stream broke off, until a poll or a
 * resumed stream of this process sees it end: one call, one record. False when the call must be recorded now.
 */
export function holdBackground(call: Held): boolean {
  const { id, background, pending } = call.response;
  if (!background || id === null) return false;
  const { host } = call.target;
  if (!pending) {
    // Its stream told the end. Whoever asks for the response again sees what is recorded already.
    once(responseKey(host, id));
    call.result = resultIds(host, id);
    return false;
  }
  beforeExit(releaseBackground);
  held.set(responseKey(host, id), call);
  if (held.size > MAX_HELD) {
    const [oldest] = held;
    if (oldest !== undefined) release(oldest[0], oldest[1]);
  }
  return true;
}

function release(key: string, call: Held): void {
  held.delete(key);
  emitSpan(call);
}

/**
 * Completes the record of a response that ran in the background, `read` filling in what the poll says. True when the result needs no
 * record of its own: it completed a call, or was recorded before.
 */
export function completeBackground(
  host: string,
  id: string,
  outcome: Outcome,
  read: (facts: ResponseFacts, provider: string) => void,
): boolean {
  const key = responseKey(host, id);
  const call = held.get(key);
  if (!once(key)) return true;
  if (call === undefined) return false;
  read(call.response, call.provider);
  call.endMs = call.now();
  call.result = resultIds(host, id);
  call.outcome = outcome;
  call.errorType = outcome === "error" ? (call.response.errorType ?? "provider_error") : null;
  release(key, call);
  return true;
}

/** Records what was never seen to end, at the end of the process. */
export function releaseBackground(): void {
  for (const [key, call] of held) release(key, call);
}
