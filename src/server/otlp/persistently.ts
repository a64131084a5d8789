import { setTimeout as delay } from "node:timers/promises";
import { OverloadedError } from "../domain/errors.js";

/**
 * Tries again while the ledger is overloaded, for at most `patienceMs` in all, pausing 100 ms and then ever longer, up to 1 s.
 * The JavaScript OTLP/gRPC exporter never retries: what it is refused is lost, so waiting comes first.
 * @throws the last OverloadedError when patience is over; any other error at once
 */
export async function persistently<T>(
  action: () => Promise<T>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(1000, pauseMs * 2)) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof OverloadedError) || performance.now() + pauseMs > deadline) throw error;
    }
    await delay(pauseMs, undefined, { signal });
  }
}
