import type { Span } from "../../domain/span.js";
import type { Dialect } from "../dialect.js";
import { genAi } from "./gen-ai.js";
import { spanledger } from "./spanledger.js";

/** In order: the first dialect that claims a span reads it. Specific ones stand before general ones. */
export const DIALECTS: readonly Dialect[] = [spanledger, genAi];

/** The dialect to read a span with, or undefined when no model call could be in it. Never throws. */
export function dialectOf(span: Span): Dialect | undefined {
  if (span.attributes.size === 0) return undefined;
  return DIALECTS.find((dialect) => dialect.claims(span));
}
