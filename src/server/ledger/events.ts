import type { Clusters } from "./clusters.js";
import { deliveryKey, emitterKey } from "./identity.js";
import { isEvent, type LedgerRecord } from "./record.js";

/** Whether the events written in one span can all report the call that the span reports: one answer, told at most once by each emitter. */
function reportOneCall(span: LedgerRecord, events: readonly LedgerRecord[]): boolean {
  const ids = new Set([span, ...events].map(({ call }) => call.responseId).filter((id) => id !== null));
  const emitters = new Set(events.map(({ call }) => emitterKey(call)));
  return ids.size <= 1 && (ids.size === 1 || emitters.size === events.length);
}

/**
 * Joins every event with the call in whose span it was written. Events of several answers, written in the span of an agent, are calls of
 * their own: that span then is one that repeats what lies below it.
 */
export function joinEvents(clusters: Clusters, records: readonly LedgerRecord[]): void {
  const written = records.filter(({ call }) => isEvent(call) && call.parentSpanId !== null);
  if (written.length === 0) return;
  const spans = new Map(records.map((record) => [deliveryKey(record.call), record]));
  const bySpan = new Map<LedgerRecord, LedgerRecord[]>();
  for (const event of written) {
    const { traceId, parentSpanId } = event.call;
    const span = spans.get(deliveryKey({ traceId, spanId: parentSpanId ?? "" }));
    if (span === undefined || isEvent(span.call)) continue;
    bySpan.set(span, [...(bySpan.get(span) ?? []), event]);
  }
  for (const [span, events] of bySpan) {
    if (!reportOneCall(span, events)) continue;
    for (const event of events) clusters.join(span, event, "event", true);
  }
}
