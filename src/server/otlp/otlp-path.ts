import { SIGNALS } from "./signal.js";

const PATHS = new Set<string>(SIGNALS.map((signal) => `/v1/${signal}`));

/** Whether a path (no query string) is one of the three OTLP/HTTP paths. */
export function isOtlpPath(path: string): boolean {
  return PATHS.has(path);
}

/** A request target without its query string. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
