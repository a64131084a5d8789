import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher } from "undici";
import type { AddressPolicy } from "./address-policy.js";

/** The address is not public and not allowed. Nothing was sent. */
export class RefusedAddressError extends Error {
  readonly code = "refused_address";

  constructor() {
    super("The address is not public and not in SPANLEDGER_WEBHOOK_ALLOW.");
    this.name = "RefusedAddressError";
  }
}

export type ResolveAll = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const resolveAll: ResolveAll = (hostname, callback) => systemLookup(hostname, { all: true }, callback);

/**
 * A DNS look-up that hands on allowed addresses only. The connection is made to the very addresses that were checked:
 * a name that resolves differently the next time (DNS rebinding) gains nothing.
 */
export function guardedLookup(policy: AddressPolicy, resolve: ResolveAll = resolveAll): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) {
        callback(error, "", 0);
        return;
      }
      const isTrusted = policy.allowsName(hostname);
      const allowed = addresses.filter(({ address }) => isTrusted || policy.allowsAddress(address));
      const [first] = allowed;
      if (first === undefined) callback(new RefusedAddressError(), "", 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Addresses of a host that may be connected to. @throws RefusedAddressError, or the error of the DNS. */
export function allowedAddresses(
  hostname: string,
  policy: AddressPolicy,
  resolve: ResolveAll = resolveAll,
): Promise<string[]> {
  if (isIP(hostname) !== 0) {
    return policy.allowsAddress(hostname)
      ? Promise.resolve([hostname])
      : Promise.reject(new RefusedAddressError());
  }
  return new Promise((done, fail) => {
    guardedLookup(policy, resolve)(hostname, { all: true }, (error, addresses) => {
      if (error !== null) fail(error);
      else done((addresses as LookupAddress[]).map(({ address }) => address));
    });
  });
}

const ALERT_LIMITS = { maxResponseSize: 64 * 1024, bodyTimeout: 10_000 };

/** An HTTP dispatcher that connects to allowed addresses only. IP literals never reach a look-up, so they are checked here. */
export function guardedDispatcher(
  policy: AddressPolicy,
  resolve: ResolveAll = resolveAll,
  limits: { maxResponseSize: number; bodyTimeout: number } = ALERT_LIMITS,
): Dispatcher {
  const connect = buildConnector({ timeout: 5_000, lookup: guardedLookup(policy, resolve) });
  return new Agent({
    connect: (options, callback) => {
      const host = options.hostname.replace(/^\[|\]$/g, "");
      if (isIP(host) !== 0 && !policy.allowsAddress(host)) callback(new RefusedAddressError(), null);
      else connect(options, callback);
    },
    headersTimeout: 10_000,
    ...limits,
    keepAliveTimeout: 5_000,
    connections: 4,
  });
}
