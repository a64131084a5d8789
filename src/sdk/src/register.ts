/**
 * `node --import @spanledger/sdk/register app.js`: observes the global fetch, for applications whose code is not to be touched. Calls are
 * told by known vendor hosts and paths; other hosts can be named in `SPANLEDGER_REGISTER_HOSTS` (comma separated). What an observed
 * client or fetch sends is recorded by that one alone.
 */
import { registerHosts } from "./environment.js";
import { guard } from "./guard.js";
import { observeFetch } from "./observe.js";
import { vendorOfHost } from "./provider-hosts.js";
import { urlText } from "./target.js";

guard(() => {
  const plain = globalThis.fetch;
  const observed = observeFetch(plain);
  const hosts = registerHosts();
  const knows = (input: unknown): boolean => {
    const text = urlText(input);
    if (text === null || !URL.canParse(text)) return false;
    const { hostname } = new URL(text);
    return vendorOfHost(hostname) !== null || hosts.has(hostname);
  };
  const registered = (...args: Parameters<typeof fetch>): Promise<Response> =>
    guard(() => knows(args[0])) === true ? observed(...args) : plain(...args);
  for (const key of ["name", "length"] as const)
    Object.defineProperty(registered, key, { value: plain[key], configurable: true });
  globalThis.fetch = Object.setPrototypeOf(registered, plain) as typeof fetch;
});
