import { beforeExit } from "./before-exit.js";
import type { Outcome, ResponseFacts } from "./call.js";
import { once } from "./once.js";
import { emitSpan } from "./span.js";
import type { EndedCall } from "./span.js";

/** A call whose answer only promised a result. */
type Held = EndedCall & {
  readonly response: ResponseFacts;
  endMs: number;
  outcome: Outcome;
  errorType: string | null;
  result: string | null;
  now(): number;
};

/** More than this wait at once only where results are never polled for. */
const MAX_HELD = 1000;
const held = new Map<string, Held>();

/** What a stored response is known by: ids are unique within a server. */
export function responseKey(host: string, id: string): string {
  return `${host} ${id}`;
}

/** Ids shorter than this are not unique: small servers count, or say the same each time. */
const UNIQUE_ID_CHARS = 12;

/** What a stored result is known by to every process, or null where `key` does not tell it from others. */
export function resultName(key: string): string | null {
  return key.length - key.indexOf(" ") - 1 >= UNIQUE_ID_CHARS ? key : null;
}

/**
 * Keeps a call back whose response runs in the background, until a poll of this process sees it end: one call, one record. False when
 * the call is of another kind and must be recorded now.
 */
export function holdBackground(call: Held): boolean {
  const { id, pending } = call.response;
  if (!pending || id === null || call.outcome !== "ok") return false;
  beforeExit(releaseBackground);
  held.set(responseKey(call.target.host, id), call);
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
  key: string,
  outcome: Outcome,
  read: (facts: ResponseFacts, provider: string) => void,
): boolean {
  const call = held.get(key);
  if (!once(key)) return true;
  if (call === undefined) return false;
  read(call.response, call.provider);
  call.endMs = call.now();
  call.result = resultName(key);
  call.outcome = outcome;
  call.errorType = outcome === "error" ? (call.response.errorType ?? "provider_error") : null;
  release(key, call);
  return true;
}

/** Records what was never seen to end, at the end of the process. */
export function releaseBackground(): void {
  for (const [key, call] of held) release(key, call);
}
