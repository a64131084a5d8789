import { hookEntry } from "./entry-hooks.js";
import { wrapFetch } from "../wrap-fetch.js";
import type { AnyFetch } from "../http-types.js";
import type { AttachStrategy } from "./strategy.js";
import { className, isFunction, member } from "./strategy.js";

const FLAVORS: readonly (readonly [pattern: RegExp, flavor: string])[] = [
  [/azure/i, "azure"],
  [/bedrock/i, "anthropic.bedrock"],
  [/vertex/i, "anthropic.vertex"],
  [/anthropic/i, "anthropic"],
  [/groq/i, "groq"],
  [/together/i, "together"],
  [/ollama/i, "ollama"],
];

/**
 * Clients that keep their fetch as an own public member and read it at every call: openai 4 to 7, AzureOpenAI, groq-sdk, together-ai,
 * Anthropic 0.39, Ollama.
 */
export const ownFetch: AttachStrategy = {
  name: "own-fetch",
  fits: (client) => Object.hasOwn(client, "fetch") && isFunction(member(client, "fetch")),
  flavor(client) {
    const name = className(client);
    const known = FLAVORS.find(([pattern]) => pattern.test(name));
    if (known !== undefined) return known[1];
    // A subclass or a minified build: Messages without Chat is Anthropic's shape.
    const messages = typeof member(client, "messages") === "object";
    return messages && member(client, "chat") === undefined ? "anthropic" : "openai";
  },
  attach(client, observer) {
    const holder = client as { fetch: AnyFetch };
    holder.fetch = wrapFetch(holder.fetch, observer);
    hookEntry(client);
  },
};
