import { isThenable } from "./http-types.js";
import type { RequestInitLike, ResponseLike } from "./http-types.js";
import { beginExchange, failed, responded } from "./exchange.js";
import type { Exchange, ExchangeHint } from "./exchange.js";
import { guard } from "./guard.js";
import type { Observer } from "./options.js";

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
  const key = init?.headers ?? input;
  const exchange = guard(() => begin(observer, input, init, hint, key));
  if (exchange === undefined || exchange === null) return send(input, init);
  let answer: unknown;
  try {
    answer = send(input, exchange.init);
  } catch (error) {
    guard(() => failed(exchange, error));
    leave(key);
    throw error;
  }
  exchange.call.readSoon();
  if (!isThenable(answer)) {
    leave(key);
    return answer;
  }
  return answer.then(
    (response: unknown) => {
      leave(key);
      guard(() => responded(exchange, response as ResponseLike));
      return response;
    },
    (error: unknown) => {
      leave(key);
      guard(() => failed(exchange, error));
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
  const exchange = beginExchange(observer, input, init, hint);
  if (exchange !== null && keyed !== null) inFlight.set(keyed, observer);
  return exchange;
}

function leave(key: unknown): void {
  if (typeof key === "object" && key !== null) inFlight.delete(key);
}
