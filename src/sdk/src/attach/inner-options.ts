import { wrapFetch } from "../wrap-fetch.js";
import type { AnyFetch } from "../http-types.js";
import type { AttachStrategy } from "./strategy.js";
import { isFunction, member } from "./strategy.js";

/** Members of a Cohere client that hold an inner client with options of its own; lazily built children copy them. */
const INNER = ["clientV2", "client", "_v2"];

/**
 * cohere-ai 7 and 8 (Fern): every inner client reads `_options.fetch` at each request and falls back to the global fetch. Its public method
 * `fetch` is no transport.
 */
export const innerOptions: AttachStrategy = {
  name: "inner-options",
  fits: (client) => optionsOf(client) !== null && isFunction(member(client, "chatStream")),
  flavor: () => "cohere",
  attach(client, observer) {
    // Refusals are dropped unread when they are retried, and read when they are final.
    for (const holder of optionHolders(client)) {
      const inner = isFunction(holder.fetch) ? holder.fetch : globalThis.fetch;
      holder.fetch = wrapFetch(inner as AnyFetch, observer, { readsWhenFinal: true });
    }
  },
};

interface OptionHolder {
  fetch?: unknown;
}

function optionsOf(client: unknown): OptionHolder | null {
  if (typeof client !== "object" || client === null) return null;
  const options = member(client, "_options");
  return typeof options === "object" && options !== null ? (options as OptionHolder) : null;
}

function optionHolders(client: object): Set<OptionHolder> {
  const holders = new Set<OptionHolder>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    const options = optionsOf(value);
    if (options !== null) holders.add(options);
    for (const name of INNER) visit(Object.hasOwn(value, name) ? member(value, name) : null);
  };
  visit(client);
  return holders;
}
