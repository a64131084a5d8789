import { isThenable } from "./http-types.js";
import type { RequestInitLike, ResponseLike } from "./http-types.js";
import { chainOf } from "./attempts.js";
import { laterResultSink } from "./later-results.js";
import { beginExchange, failed, responded, tap } from "./exchange.js";
import type { Exchange, ExchangeHint } from "./exchange.js";
import { guard, reportOnce } from "./guard.js";
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
  const begun = tryBegin(observer, input, init, hint);
  if (begun === null) return laterExchange(observer, send, input, init);
  let answer: unknown;
  const outer = sender;
  sender = observer;
  try {
    answer = send(input, begun.init);
  } catch (error) {
    guard(() => failed(begun, error));
    throw error;
  } finally {
    sender = outer;
  }
  begun.call.readSoon();
  if (!isThenable(answer)) return answer;
  return answer.then(
    (response: unknown) => {
      guard(() => responded(begun, response as ResponseLike));
      return response;
    },
    (error: unknown) => {
      guard(() => failed(begun, error));
      throw error;
    },
  );
}

function tryBegin(...args: Parameters<typeof begin>): Exchange | null {
  try {
    return begin(...args);
  } catch (error) {
    reportOnce(error);
    return null;
  }
}

/** A request that is no call itself; what it reads may be the results of earlier ones. */
function laterExchange(
  observer: Observer,
  send: Send,
  input: unknown,
  init: RequestInitLike | undefined,
): unknown {
  const answer = send(input, init);
  const method = init?.method ?? (input as { method?: unknown } | null)?.method;
  const sink = sender === null ? (guard(() => laterResultSink(observer, input, method)) ?? null) : null;
  if (sink === null || !isThenable(answer)) return answer;
  return answer.then((response: unknown) => {
    guard(() => {
      if ((response as ResponseLike).ok) tap(response as ResponseLike, sink);
    });
    return response;
  });
}

/** Who is sending right now: an observed fetch may lie inside an observed client, and then the outer one records. */
let sender: Observer | null = null;

function begin(
  observer: Observer,
  input: unknown,
  init: RequestInitLike | undefined,
  hint: ExchangeHint,
): Exchange | null {
  if (sender !== null && sender !== observer) return null;
  // Anthropic's clients reach their fetch a moment later; the headers object still tells whose call it is.
  const known = chainOf(init?.headers)?.call ?? null;
  if (known !== null && known.observer !== observer) return null;
  return beginExchange(observer, input, init, hint);
}
