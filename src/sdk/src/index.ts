import { releaseBackground } from "./background.js";
import { settleTotals } from "./batch-totals.js";
import { openCalls } from "./live-call.js";
import { flushTracers, shutdownTracers } from "./tracer.js";

export { headroom, observe, observeFetch, observeModel } from "./observe.js";
export type { Headroom } from "./headroom.js";
export { withAttribution } from "./attribution.js";
export type { Attribution, WithAttributionOptions } from "./attribution.js";
export type { ObserveOptions } from "./options.js";

/**
 * Resolves when every ended call was handed to its exporter and the exporter has sent it or given up (a few seconds at most). Failed
 * calls that only wait whether they are retried end here; calls in flight go on. Never rejects.
 */
export async function flush(): Promise<void> {
  openCalls.settle();
  settleTotals();
  await flushTracers();
}

/** As `flush`, and ends calls in flight as abandoned; our own exporter stops. Never rejects. */
export async function shutdown(): Promise<void> {
  openCalls.abandonAll();
  settleTotals();
  releaseBackground();
  await shutdownTracers();
}
