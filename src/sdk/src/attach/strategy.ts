import type { Observer } from "../options.js";

/** One way of hooking a client. `attach` is called only when `fits`; it changes the client in place. */
export interface AttachStrategy {
  readonly name: string;
  /** Whether the client has the structure that this strategy hooks. Looks, never calls. */
  fits(client: object): boolean;
  /** What the client library is: openai, azure, anthropic, ... */
  flavor(client: object): string;
  attach(client: object, observer: Observer): void;
}

/** The value of a member, own or inherited; undefined when a getter throws. */
export function member(client: object, name: string): unknown {
  try {
    return Reflect.get(client, name);
  } catch {
    // A getter that throws says nothing about the structure.
    return undefined;
  }
}

export function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}

/** The name of the client's class, which the Stainless SDKs also send as their user agent; empty when there is none. */
export function className(client: object): string {
  const constructor = member(client, "constructor");
  return isFunction(constructor) ? constructor.name : "";
}
