import { MODEL_HOOKS } from "./attach/model.js";
import { STRATEGIES } from "./attach/strategies.js";
import type { AttachStrategy } from "./attach/strategy.js";
import { isDisabled } from "./environment.js";
import { guard, warnOnce } from "./guard.js";
import { headroomOf } from "./headroom.js";
import type { Headroom } from "./headroom.js";
import type { AnyFetch } from "./http-types.js";
import type { Observer, ObserveOptions } from "./options.js";
import { observerOfFetch, wrapFetch } from "./wrap-fetch.js";

const observed = new WeakMap<object, Observer>();

/**
 * The same `client`, observed: every call it makes from now on becomes one OpenTelemetry span with usage, attempts, limits and timing, and
 * nothing about the client changes for its user. Observing again adds options and never records twice. An unknown client comes back
 * unchanged, with one OpenTelemetry diag warning. Never throws.
 *
 * @example
 * ```ts
 * const client = observe(new OpenAI(), { attribution: { team: "search", feature: "answers" } });
 * ```
 */
export function observe<T extends object>(client: T, options: ObserveOptions = {}): T {
  guard(() => {
    if (!isDisabled()) attach(client, options);
  });
  return client;
}

function attach(client: unknown, options: ObserveOptions): void {
  if (typeof client !== "object" || client === null) {
    warnUnknown();
    return;
  }
  const known = observed.get(client);
  if (known !== undefined) {
    extend(known, options);
    return;
  }
  const strategy = STRATEGIES.find((candidate) => fits(candidate, client));
  if (strategy === undefined) {
    warnUnknown();
    return;
  }
  observed.set(client, start(strategy, client, options));
}

/** Proxies can throw at every look; then the client has no known structure. */
function fits(strategy: AttachStrategy, client: object): boolean {
  try {
    return strategy.fits(client);
  } catch {
    return false;
  }
}

function start(strategy: AttachStrategy, client: object, options: ObserveOptions): Observer {
  // A client that was given an observed fetch, or is a clone of an observed client, already records.
  const inherited = observerOfFetch((client as { fetch?: unknown }).fetch);
  const flavor = strategy.flavor(client);
  if (inherited !== null) {
    extend(inherited, options);
    inherited.flavor = flavor;
  }
  const observer = inherited ?? { options: { ...options }, flavor };
  strategy.attach(client, observer);
  return observer;
}

function extend(observer: Observer, options: ObserveOptions): void {
  const attribution = { ...observer.options.attribution, ...options.attribution };
  observer.options = { ...observer.options, ...options, attribution };
}

const SUPPORTED =
  "openai, AzureOpenAI, @anthropic-ai/sdk with its Bedrock and Vertex clients, @google/genai, @aws-sdk/client-bedrock-runtime, " +
  "@mistralai/mistralai, cohere-ai, ollama, groq-sdk, together-ai; anything that takes a fetch by observeFetch(); " +
  "Vercel AI SDK and LangChain models by observeModel()";

function warnUnknown(): void {
  warnOnce("unknown-client", `this client is not known and was left unchanged. Supported: ${SUPPORTED}`);
}

/**
 * A fetch that does what `fetch` does and records the LLM calls that pass through it, told by their paths. For clients that take a fetch
 * and for plain code. Observing an observed fetch gives it back. Never throws on its own.
 *
 * @example
 * ```ts
 * const provider = createOpenAI({ fetch: observeFetch(fetch) });
 * ```
 */
export function observeFetch<F extends AnyFetch>(fetch: F, options: ObserveOptions = {}): F {
  const made = guard(() => {
    if (isDisabled()) return fetch;
    if (typeof fetch !== "function") {
      warnUnknown();
      return fetch;
    }
    const known = observerOfFetch(fetch);
    if (known !== null) extend(known, options);
    return wrapFetch(fetch, known ?? { options: { ...options }, flavor: "fetch" });
  });
  return made ?? fetch;
}

/**
 * The same `model`, observed: a Vercel AI SDK model (`openai("gpt-5.4")`) or a LangChain chat model. Each HTTP attempt that the framework
 * makes is linked by its body. An unknown model comes back unchanged, with one diag warning. Never throws.
 *
 * @example
 * ```ts
 * const model = observeModel(openai("gpt-5.4"), { attribution: { feature: "search" } });
 * ```
 */
export function observeModel<T extends object>(model: T, options: ObserveOptions = {}): T {
  guard(() => {
    if (isDisabled()) return;
    const known = observed.get(model);
    if (known !== undefined) {
      extend(known, options);
      return;
    }
    const observer: Observer = { options: { ...options }, flavor: "fetch" };
    const observeClient = (client: object): void => void observe(client, observer.options);
    if (MODEL_HOOKS.some((hook) => hook(model, observer, observeClient))) observed.set(model, observer);
    else warnUnknown();
  });
  return model;
}

/**
 * What is left of the rate limits of an observed client (or fetch, or model), as the provider last said it; empty while it has said
 * nothing. Never throws.
 */
export function headroom(client: object): Headroom[] {
  const observer = observed.get(client) ?? observerOfFetch(client);
  return observer === null ? [] : headroomOf(observer, (observer.options.clock ?? Date.now)());
}
