import { Chain, settleChain } from "../attempts.js";
import { isThenable } from "../http-types.js";
import type { AnyFetch, RequestInitLike, SignalLike } from "../http-types.js";
import { observeExchange } from "../observed-fetch.js";
import { shadow } from "../stream-tap.js";
import type { Observer } from "../options.js";
import { wrapFetch } from "../wrap-fetch.js";
import type { AttachStrategy } from "./strategy.js";
import { isFunction, member } from "./strategy.js";

type Send = (input: unknown, init?: RequestInitLike) => unknown;

/**
 * @google/genai: models, chats, caches and files share one ApiClient, whose `apiCall` sends every request. Versions 2 and 3 take the fetch
 * to use as their sixth argument and retry around it; version 1 takes none, so its retries are one exchange. Setting `httpOptions.fetch`
 * instead would make the client drop its own time-outless dispatcher.
 */
export const genaiApiClient: AttachStrategy = {
  name: "genai-api-client",
  fits(client) {
    const api = member(client, "apiClient");
    return typeof api === "object" && api !== null && isFunction(member(api, "apiCall"));
  },
  flavor: (client) => (member(client, "vertexai") === true ? "vertex" : "gemini"),
  attach(client, observer) {
    const api = member(client, "apiClient") as object;
    const apiCall = member(api, "apiCall");
    if (!isFunction(apiCall)) return;
    hookInteractions(api, observer);
    const takesFetch = apiCall.length >= 6;
    shadow(api, "apiCall", function (this: unknown, ...args: unknown[]): unknown {
      const signal = (takesFetch ? args[4] : (args[1] as RequestInitLike | undefined)?.signal) as
        | SignalLike
        | null
        | undefined;
      const chain = new Chain(() => signal?.aborted === true);
      const result = takesFetch
        ? withObservedFetch(this, apiCall, args, observer, chain)
        : observeExchange(
            observer,
            (url, init) => Reflect.apply(apiCall, this, [url, init, ...args.slice(2)]),
            args[0],
            args[1] as RequestInitLike | undefined,
            { chain },
          );
      return isThenable(result) ? settleChain(chain, result) : result;
    });
  },
};

/** Interactions have a client of their own, built at first use with the fetch that this method gives, else with the platform's. */
function hookInteractions(api: object, observer: Observer): void {
  const getFetch = member(api, "getFetch");
  if (!isFunction(getFetch)) return;
  shadow(api, "getFetch", function (this: unknown): unknown {
    const own = Reflect.apply(getFetch, this, []);
    return wrapFetch((isFunction(own) ? own : patientFetch) as AnyFetch, observer);
  });
}

/** The platform's fetch without its own time limits, as the client would have called it. */
const patientFetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const global = Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.1")) as
    | { dispatch(options: object, handler: unknown): unknown }
    | undefined;
  if (global === undefined) return globalThis.fetch(input, init);
  const dispatcher = {
    dispatch: (options: object, handler: unknown) =>
      global.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  };
  return globalThis.fetch(input, { ...init, dispatcher } as RequestInit);
};

function withObservedFetch(
  self: unknown,
  apiCall: (...args: unknown[]) => unknown,
  args: unknown[],
  observer: Observer,
  chain: Chain,
): unknown {
  const send = (isFunction(args[5]) ? args[5] : globalThis.fetch) as unknown as Send;
  const observed: Send = (input, init) => observeExchange(observer, send, input, init, { chain });
  const [url, init, retryOptions, timeout, signal] = args;
  return Reflect.apply(apiCall, self, [url, init, retryOptions, timeout, signal, observed]);
}
