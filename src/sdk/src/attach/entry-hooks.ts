import { bindChain, Chain, chainOf, settleOptions } from "../attempts.js";
import { guard } from "../guard.js";
import { isThenable } from "../http-types.js";
import type { SignalLike } from "../http-types.js";
import { shadow } from "../stream-tap.js";
import { asObject } from "../wire/json.js";
import type { JsonObject } from "../wire/json.js";
import { isFunction, member } from "./strategy.js";

/**
 * Shadows the two methods of a Stainless client that bracket its retries, so that attempts are linked and the end of a failed call is
 * known exactly, at once, and without asynchronous context: `makeRequest(options, retriesRemaining)` is entered once per call and again
 * with the same options for every retry, `prepareRequest(request, { options })` sees the headers object that reaches fetch. Present in
 * openai 4 to 7, Anthropic 0.39 to 1.12, groq-sdk 1, together-ai 0.52. False where they are missing: then attempts are linked by the retry
 * header.
 */
export function hookEntry(client: object): boolean {
  const make = member(client, "makeRequest");
  const prepare = member(client, "prepareRequest");
  if (hooked.has(client)) return true;
  if (!isFunction(make) || !isFunction(prepare)) return false;
  hooked.add(client);
  shadow(client, "makeRequest", function (this: unknown, ...args: unknown[]): unknown {
    const [options] = args;
    const result = Reflect.apply(make, this, args);
    // The retries come with options that have a chain already.
    const first = isThenable(options) || chainOf(options) === null;
    return first && isThenable(result) ? settleOptions(options, result) : result;
  });
  shadow(client, "prepareRequest", function (this: unknown, ...args: unknown[]): unknown {
    guard(() => linkRequest(args[0], args[1]));
    return Reflect.apply(prepare, this, args);
  });
  hookClones(client);
  return true;
}

const hooked = new WeakSet<object>();

/** Links `request` to the call that it is an attempt of, by its headers. */
function linkRequest(request: unknown, context: unknown): void {
  if (typeof request !== "object" || request === null || typeof context !== "object" || context === null)
    return;
  const options = member(context, "options");
  if (typeof options !== "object" || options === null) return;
  const chain = chainOfOptions(options);
  bindChain(member(request, "headers"), chain);
  if (chain.call === null) chain.body = plainBody(options);
}

/** The chain of a call, found by the request options that all its attempts share; a new one for the first of them. */
export function chainOfOptions(options: object): Chain {
  const known = chainOf(options);
  if (known !== null) return known;
  const chain = new Chain(() => signalOf(options)?.aborted === true);
  bindChain(options, chain);
  return chain;
}

function signalOf(options: object): SignalLike | null {
  const signal = member(options, "signal");
  return typeof signal === "object" && signal !== null ? (signal as SignalLike) : null;
}

/** The application's own request object, which need not be parsed again to be read; null where it is more than plain data. */
function plainBody(options: object): JsonObject | null {
  const body = asObject(member(options, "body"));
  if (body === null || Object.getPrototypeOf(body) !== Object.prototype) return null;
  return "toJSON" in body ? null : body;
}

/** Clones inherit the observed transport by themselves; this gives them the same entry hooks. */
function hookClones(client: object): void {
  const clone = member(client, "withOptions");
  if (!isFunction(clone)) return;
  shadow(client, "withOptions", function (this: unknown, ...args: unknown[]): unknown {
    const made = Reflect.apply(clone, this, args);
    if (typeof made === "object" && made !== null) guard(() => hookEntry(made));
    return made;
  });
}
