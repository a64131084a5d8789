import type { SpanLink } from "../domain/ledger-row.js";
import { deliveryKey } from "./identity.js";

/** Traces deeper than this are cut: a loop in the data must not loop here. */
const MAX_DEPTH = 512;

/** Who is above whom, from the records and links that have arrived so far. */
export class TraceTree {
  readonly #parents = new Map<string, string>();

  /** Adds one span; root spans (no parent) add nothing. */
  add(traceId: string, spanId: string, parentSpanId: string | null): void {
    if (parentSpanId === null || parentSpanId === "" || parentSpanId === spanId) return;
    this.#parents.set(`${traceId}:${spanId}`, `${traceId}:${parentSpanId}`);
  }

  get isEmpty(): boolean {
    return this.#parents.size === 0;
  }

  addLinks(links: readonly SpanLink[]): void {
    for (const link of links) this.add(link.traceId, link.spanId, link.parentSpanId);
  }

  /** Delivery keys of all known ancestors, nearest first. Ends at a gap, a loop, or 512 levels. */
  ancestorsOf(record: { traceId: string; spanId: string }): string[] {
    const ancestors: string[] = [];
    let key = this.#parents.get(deliveryKey(record));
    while (key !== undefined && ancestors.length < MAX_DEPTH) {
      ancestors.push(key);
      key = this.#parents.get(key);
    }
    return ancestors;
  }
}
