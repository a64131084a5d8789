import type { Attributes } from "@opentelemetry/api";

/** A finished span, before it goes out by either way. Times in epoch milliseconds, fractions allowed. Kind is always CLIENT. */
export interface SpanData {
  name: string;
  startMs: number;
  endMs: number;
  attributes: Attributes;
  events: { name: string; timeMs: number; attributes: Attributes }[];
  failed: boolean;
}
