import { Chain } from "../attempts.js";
import { guard } from "../guard.js";
import { observeExchange } from "../observed-fetch.js";
import type { Observer } from "../options.js";
import { shadow } from "../stream-tap.js";
import type { AttachStrategy } from "./strategy.js";
import { isFunction, member } from "./strategy.js";

interface Hooks {
  registerSDKInitHook(hook: object): void;
  registerBeforeCreateRequestHook(hook: object): void;
  registerBeforeRequestHook(hook: object): void;
}

interface HttpClient {
  request(request: Request): unknown;
}

/** What is known of a request before its transport sees it: the SDK's hook context is one object per operation. */
interface Prepared {
  chain: Chain;
  body: string | null;
  form: unknown;
}

/**
 * @mistralai/mistralai 1 and 2 (Speakeasy): sub-clients are built on first use with the hooks object of the root and ask it for their HTTP
 * client. Those that exist already are dropped, so that they are built again.
 */
export const speakeasyHooks: AttachStrategy = {
  name: "speakeasy-hooks",
  fits: (client) => hooksOf(client) !== null,
  flavor: () => "mistral",
  attach(client, observer) {
    const hooks = hooksOf(client);
    if (hooks === null) return;
    const operations = new WeakMap<object, Prepared>();
    const requests = new WeakMap<object, Prepared>();
    hooks.registerBeforeCreateRequestHook({
      beforeCreateRequest(context: object, input: { options?: { body?: unknown; signal?: AbortSignal } }) {
        guard(() => {
          const body = input.options?.body;
          const signal = input.options?.signal;
          operations.set(context, {
            chain: new Chain(() => signal?.aborted === true, false),
            body: typeof body === "string" ? body : null,
            form: typeof body === "string" ? null : body,
          });
        });
        return input;
      },
    });
    hooks.registerBeforeRequestHook({
      beforeRequest(context: object, request: object) {
        guard(() => {
          const prepared = operations.get(context);
          if (prepared !== undefined) requests.set(request, prepared);
        });
        return request;
      },
    });
    hooks.registerSDKInitHook({
      sdkInit: (made: { client: HttpClient }) => ({
        ...made,
        client: guard(() => observedClient(made.client, requests, observer)) ?? made.client,
      }),
    });
    dropBuilt(client, hooks);
  },
};

function hooksOf(client: unknown): Hooks | null {
  if (typeof client !== "object" || client === null) return null;
  const options = member(client, "_options");
  if (typeof options !== "object" || options === null) return null;
  const hooks = member(options, "hooks");
  if (typeof hooks !== "object" || hooks === null) return null;
  return isFunction(member(hooks, "registerSDKInitHook")) ? (hooks as Hooks) : null;
}

/** The same HTTP client behind an object of the same class whose `request` is observed. */
function observedClient(
  client: HttpClient,
  requests: WeakMap<object, Prepared>,
  observer: Observer,
): HttpClient {
  const observed = Object.create(client) as HttpClient;
  shadow(observed, "request", (request: Request) => {
    const prepared = requests.get(request);
    return observeExchange(observer, () => client.request(request), request, undefined, {
      chain: prepared?.chain ?? null,
      body: prepared?.body ?? null,
      form: prepared?.form ?? null,
      readsWhenFinal: true,
    });
  });
  return observed;
}

function dropBuilt(client: object, hooks: Hooks): void {
  for (const key of Object.keys(client)) {
    if (!key.startsWith("_") || key === "_options") continue;
    if (hooksOf(member(client, key)) === hooks) Reflect.set(client, key, undefined);
  }
}
