import { diag } from "@opentelemetry/api";

let reported = false;

/**
 * The result of `work`, or undefined if it threw. The first failure of the process is told to the OpenTelemetry diag logger
 * by the error's class name only, since a message may quote content. Never throws.
 */
export function guard<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    reportOnce(error);
    return undefined;
  }
}

/** Tells diag of the first internal failure of the process, by class name. Never throws. */
export function reportOnce(error: unknown): void {
  if (reported) return;
  reported = true;
  const name = error instanceof Error ? error.name : typeof error;
  try {
    diag.warn(`@spanledger/sdk: bookkeeping failed (${name}); calls go on, their records may be incomplete`);
  } catch {
    // A diag logger that throws must not reach the application either.
  }
}

const warned = new Set<string>();

/** Writes one diag warning per `key` and process. Never throws. */
export function warnOnce(key: string, message: string): void {
  if (warned.has(key) || warned.size > 100) return;
  warned.add(key);
  try {
    diag.warn(`@spanledger/sdk: ${message}`);
  } catch {
    // See reportOnce.
  }
}
