import { isThenable } from "./http-types.js";
import type { RequestInitLike, ResponseLike } from "./http-types.js";
import { beginExchange, failed, responded } from "./exchange.js";
import type { Exchange, ExchangeHint } from "./exchange.js";
import { guard } from "./guard.js";
import { certainWaitMs } from "./headroom.js";
import type { Observer } from "./options.js";
import { pause } from "./pace.js";
import { targetOf } from "./target.js";

type Send = (input: unknown, init?: RequestInitLike) => unknown;

/**
 * What `send` gives, the very same promise outcome. A request that is a billable call is recorded on the side: first the request goes
 * out, then it is looked at; the answer is handed on at once and read as the application reads it. Never throws on its own.
 */
export function observeExchange(
  observer: Observer,
  send: Send,
  input: unknown,
  init: RequestInitLike | undefined,
  hint: ExchangeHint = {},
): unknown {
  const waitMs = observer.options.pace === true ? (guard(() => paceMs(observer, input, init)) ?? 0) : 0;
  if (waitMs === 0) return exchange(observer, send, input, init, hint);
  const signal = init?.signal ?? (input as { signal?: unknown } | null)?.signal;
  return pause(waitMs, signal).then(() => exchange(observer, send, input, init, hint));
}

function paceMs(observer: Observer, input: unknown, init: RequestInitLike | undefined): number {
  if (targetOf(input, init, observer.flavor) === null) return 0;
  return certainWaitMs(observer, (observer.options.clock ?? Date.now)());
}

function exchange(
  observer: Observer,
  send: Send,
  input: unknown,
  init: RequestInitLike | undefined,
  hint: ExchangeHint,
): unknown {
  const key = init?.headers ?? input;
  const begun = guard(() => begin(observer, input, init, hint, key)) ?? null;
  if (begun === null) return send(input, init);
  let answer: unknown;
  try {
    answer = send(input, begun.init);
  } catch (error) {
    guard(() => failed(begun, error));
    leave(key);
    throw error;
  }
  begun.call.readSoon();
  if (!isThenable(answer)) {
    leave(key);
    return answer;
  }
  return answer.then(
    (response: unknown) => {
      leave(key);
      guard(() => responded(begun, response as ResponseLike));
      return response;
    },
    (error: unknown) => {
      leave(key);
      guard(() => failed(begun, error));
      throw error;
    },
  );
}

/** Requests on their way, by headers object (or Request), and who records them: an observed fetch may lie inside an observed client. */
const inFlight = new WeakMap<object, Observer>();

function begin(
  observer: Observer,
  input: unknown,
  init: RequestInitLike | undefined,
  hint: ExchangeHint,
  key: unknown,
): Exchange | null {
  const keyed = typeof key === "object" && key !== null ? key : null;
  const other = keyed === null ? undefined : inFlight.get(keyed);
  if (other !== undefined && other !== observer) return null;
  const begun = beginExchange(observer, input, init, hint);
  if (begun !== null && keyed !== null) inFlight.set(keyed, observer);
  return begun;
}

function leave(key: unknown): void {
  if (typeof key === "object" && key !== null) inFlight.delete(key);
}
