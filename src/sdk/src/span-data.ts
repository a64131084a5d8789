import type { Attributes } from "@opentelemetry/api";
import type { ResultIds } from "./result-ids.js";

/** A value of a span attribute. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (string | number | boolean | null | undefined)[];

/** Takes the attributes of a span, each name once; unset values are left out. */
export interface AttributeSink {
  put(name: string, value: AttributeValue | null | undefined): void;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeMs: number;
  describe(sink: AttributeSink): void;
}

/**
 * A finished span, before it goes out by either way: `describe` puts its attributes where they are wanted, now or a little later, and
 * says the same whenever it is asked. Times in epoch milliseconds, fractions allowed. Kind is always CLIENT.
 */
export interface SpanData {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  /** Ids of a result that other processes may report as well; null: it is alone, and its ids are made where it is sent. */
  readonly result: ResultIds | null;
  /** What samplers decide by: those attributes that the conventions ask for at the start of a span. */
  first(): Attributes;
  readonly events: readonly SpanEvent[];
  describe(sink: AttributeSink): void;
}
