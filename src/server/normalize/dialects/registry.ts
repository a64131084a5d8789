import type { Span } from "../../domain/span.js";
import type { Dialect } from "../dialect.js";
import { awsSdk } from "./aws-sdk.js";
import { claudeCodeSpans, codingCliSpans } from "./coding-cli-spans.js";
import { inferenceServer, langsmith, mlflow, openrouter, springAi, strands } from "./frameworks.js";
import { genAi } from "./gen-ai.js";
import { genkit, googleAdk } from "./google.js";
import { langfuse } from "./langfuse.js";
import { litellm } from "./litellm.js";
import { anthropicNative, mistralNative } from "./native-sdks.js";
import { openinference } from "./openinference.js";
import { openlit } from "./openlit.js";
import { logfire, logfirePending, pydanticAi } from "./pydantic.js";
import { spanledger } from "./spanledger.js";
import { traceloop } from "./traceloop.js";
import { vercelAi, vercelAi7 } from "./vercel-ai.js";

/**
 * In order: the first dialect that claims a span reads it. Specific ones stand before general ones; where a span speaks several, the one
 * with the richest usage stands first (openinference-vercel writes three vocabularies on one span).
 */
export const DIALECTS: readonly Dialect[] = [
  spanledger,
  logfirePending,
  claudeCodeSpans,
  codingCliSpans,
  langfuse,
  vercelAi,
  openinference,
  langsmith,
  anthropicNative,
  mistralNative,
  awsSdk,
  litellm,
  openrouter,
  pydanticAi,
  logfire,
  springAi,
  mlflow,
  genkit,
  googleAdk,
  traceloop,
  openlit,
  strands,
  inferenceServer,
  vercelAi7,
  genAi,
];

/** The dialect to read a span with, or undefined when no model call could be in it. Never throws. */
export function dialectOf(span: Span): Dialect | undefined {
  if (span.attributes.size === 0) return undefined;
  return DIALECTS.find((dialect) => dialect.claims(span));
}
