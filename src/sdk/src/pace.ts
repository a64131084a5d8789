import type { SignalLike } from "./http-types.js";

/** Resolves after `ms` or as soon as the signal is aborted, whichever is first. Never rejects: the request itself reports the abort. */
export function pause(ms: number, signal: unknown): Promise<void> {
  const watched = signal as (SignalLike & Partial<EventTarget>) | null | undefined;
  if (watched?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      watched?.removeEventListener?.("abort", done);
      resolve();
    }
    watched?.addEventListener?.("abort", done, { once: true });
  });
}
