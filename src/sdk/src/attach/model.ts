import type { AnyFetch } from "../http-types.js";
import type { Observer } from "../options.js";
import { shadow } from "../stream-tap.js";
import { wrapFetch } from "../wrap-fetch.js";
import { isFunction, member } from "./strategy.js";

/** How `observeModel` hooks one kind of model; false when the model is of another kind. */
type Hook = (model: object, observer: Observer, observeClient: (client: object) => void) => boolean;

interface FetchHolder {
  fetch?: unknown;
}

function holder(value: unknown): FetchHolder | null {
  return typeof value === "object" && value !== null ? value : null;
}

function observeHolder(target: FetchHolder, observer: Observer): void {
  const inner = isFunction(target.fetch) ? (target.fetch as unknown as AnyFetch) : globalFetch;
  target.fetch = wrapFetch(inner, observer);
}

/** Reads the global fetch when it is called, as the model would have. */
const globalFetch = (...args: Parameters<typeof fetch>): Promise<Response> => globalThis.fetch(...args);

/** Vercel AI SDK language, embedding and image models: `config.fetch` is read at every call. */
const vercelModel: Hook = (model, observer) => {
  if (!isFunction(member(model, "doGenerate")) && !isFunction(member(model, "doEmbed"))) return false;
  const config = holder(member(model, "config"));
  if (config === null) return false;
  observeHolder(config, observer);
  return true;
};

/** LangChain's OpenAI chat models: each of the parts builds its client from its own `clientConfig` before its first call. */
const langchainOpenai: Hook = (model, observer) => {
  const parts = [model, member(model, "completions"), member(model, "responses")];
  const configs = parts.map((part) =>
    holder(holder(part) === null ? null : member(part as object, "clientConfig")),
  );
  const found = new Set(configs.filter((config) => config !== null));
  for (const config of found) observeHolder(config, observer);
  return found.size > 0;
};

/** LangChain's Anthropic chat model makes its clients by a public function. */
const langchainAnthropic: Hook = (model, _observer, observeClient) => {
  const create = member(model, "createClient");
  if (!isFunction(create)) return false;
  shadow(model, "createClient", (...args: unknown[]): unknown => {
    const client = Reflect.apply(create, model, args);
    if (typeof client === "object" && client !== null) observeClient(client);
    return client;
  });
  return true;
};

export const MODEL_HOOKS: readonly Hook[] = [vercelModel, langchainOpenai, langchainAnthropic];
