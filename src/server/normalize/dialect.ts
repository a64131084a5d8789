import type { Span } from "../domain/span.js";
import type { Reading } from "./reading.js";

/** How one family of instrumentations writes a model call into a span. Pure; reads an allow-list of attributes only. */
export interface Dialect {
  /** Stored as `source.dialect`. */
  readonly name: string;
  /** Whether this dialect is the one to read the span with. Never throws. */
  claims(span: Span): boolean;
  /** What the span says. Content attributes are never copied. Never throws. */
  read(span: Span): Reading;
}
