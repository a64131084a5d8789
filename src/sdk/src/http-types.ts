/**
 * The small shapes of fetch that the wrapper relies on. Declared here, so that the undici, DOM, node-fetch and mock
 * versions all fit, and so that our public types import no platform or vendor package.
 */
export interface HeadersLike {
  get(name: string): string | null;
}

export interface ResponseLike {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: HeadersLike;
  readonly body?: unknown;
}

export interface SignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

export interface RequestInitLike {
  method?: unknown;
  headers?: unknown;
  body?: unknown;
  signal?: unknown;
}

/** Anything that is called like the platform's fetch. `never[]` lets every concrete fetch be assigned to it. */
export type AnyFetch = (...args: never[]) => unknown;

/** Reads one request header from a Headers object, a plain record or a list of pairs; null when absent. Never throws. */
export function requestHeader(headers: unknown, name: string): string | null {
  if (typeof headers !== "object" || headers === null) return null;
  const get = (headers as { get?: unknown }).get;
  if (typeof get === "function") {
    const value: unknown = Reflect.apply(get, headers, [name]);
    return typeof value === "string" ? value : null;
  }
  const pairs: [unknown, unknown][] = Array.isArray(headers)
    ? (headers as [unknown, unknown][])
    : Object.entries(headers);
  for (const [key, value] of pairs) {
    if (typeof key === "string" && key.toLowerCase() === name && typeof value === "string") return value;
  }
  return null;
}

/** Whether the value is a promise of any realm or library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function"
  );
}

/** Whether the value is a Uint8Array or Buffer of any realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
