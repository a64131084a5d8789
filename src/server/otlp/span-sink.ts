import type { Span } from "../domain/span.js";

/** What became of the spans given to the ingest room. */
export interface SinkResult {
  accepted: number;
  rejected: number;
  /** Distinct reasons, without content. */
  messages: string[];
}

/** The ingest room as the receivers see it: IngestService in the product. */
export interface SpanSink {
  /** Resolves when the spans are durable. @throws OverloadedError when they cannot be stored now */
  accept(project: string, spans: readonly Span[]): Promise<SinkResult>;
}

export const SPAN_SINK = Symbol("SPAN_SINK");
