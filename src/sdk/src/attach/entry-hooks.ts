import { bindChain, Chain, chainOf, settleChain } from "../attempts.js";
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
 * openai 4 to 7, Anthropic 0.39 to 1.12, groq-sdk 1, together-ai 0.52. Where they are missing, attempts are linked by the retry header.
 */
export function hookEntry(client: object): void {
  const make = member(client, "makeRequest");
  const prepare = member(client, "prepareRequest");
  if (!isFunction(make) || !isFunction(prepare) || hooked.has(client)) return;
  hooked.add(client);
  shadow(client, "makeRequest", function (this: unknown, ...args: unknown[]): unknown {
    const chain = guard(() => startChain(args[0])) ?? null;
    const result = Reflect.apply(make, this, args);
    return chain !== null && isThenable(result) ? settleChain(chain, result) : result;
  });
  shadow(client, "prepareRequest", function (this: unknown, ...args: unknown[]): unknown {
    guard(() => bindHeaders(args[0], args[1]));
    return Reflect.apply(prepare, this, args);
  });
  hookClones(client);
}

const hooked = new WeakSet<object>();

/** A new chain for a call's first entry; null for the retries, which come with options that have one. */
function startChain(options: unknown): Chain | null {
  if (!isThenable(options) && chainOf(options) !== null) return null;
  let resolved = options;
  const chain = new Chain(() => signalOf(resolved)?.aborted === true);
  if (!isThenable(options)) bindChain(options, chain);
  else {
    // Registered before the client's own await, and therefore bound before the client goes on.
    options.then(
      (value: unknown) => {
        resolved = value;
        bindChain(value, chain);
      },
      () => undefined,
    );
  }
  return chain;
}

function signalOf(options: unknown): SignalLike | null {
  const signal = typeof options === "object" && options !== null ? member(options, "signal") : null;
  return typeof signal === "object" && signal !== null ? (signal as SignalLike) : null;
}

function bindHeaders(request: unknown, context: unknown): void {
  if (typeof request !== "object" || request === null || typeof context !== "object" || context === null)
    return;
  const options = member(context, "options");
  const chain = chainOf(options);
  if (chain === null) return;
  bindChain(member(request, "headers"), chain);
  if (chain.call === null) chain.body = plainBody(options as object);
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
