import type { AnyFetch, RequestInitLike } from "./http-types.js";
import type { ExchangeHint } from "./exchange.js";
import { observeExchange } from "./observed-fetch.js";
import type { Observer } from "./options.js";

const observers = new WeakMap<object, Observer>();

/** The observer of a fetch that was wrapped before, or null. */
export function observerOfFetch(fetch: unknown): Observer | null {
  return typeof fetch === "function" ? (observers.get(fetch) ?? null) : null;
}

/** A fetch that does what `inner` does and records the calls that pass. Wrapping a wrapped fetch gives it back. */
export function wrapFetch<F extends AnyFetch>(inner: F, observer: Observer, hint: ExchangeHint = {}): F {
  if (observers.has(inner)) return inner;
  const observed = function (this: unknown, ...args: unknown[]): unknown {
    const send = (input: unknown, init?: RequestInitLike): unknown =>
      Reflect.apply(inner, this, args.length > 2 ? [input, init, ...args.slice(2)] : [input, init]);
    return observeExchange(observer, send, args[0], args[1] as RequestInitLike | undefined, hint);
  };
  for (const key of ["name", "length"] as const)
    Object.defineProperty(observed, key, { value: inner[key], configurable: true });
  // Static members (undici's `preconnect` and the like) stay reachable.
  Object.setPrototypeOf(observed, inner);
  observers.set(observed, observer);
  return observed as unknown as F;
}
