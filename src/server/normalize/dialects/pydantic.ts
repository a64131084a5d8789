import type { Span } from "../../domain/span.js";
import { asDocument, asText, at } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { emptyReading, fillUsage, hasTokens, type Reading, type ReportedUsage } from "../reading.js";
import { outcomeOf } from "../span-facts.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";
import { readRawUsage } from "./raw-usage.js";

/**
 * Logfire's placeholder of a span that is still open, under an id of its own and with what the span had at its start. Logfire makes one of
 * every span it exports, whichever instrumentation wrote it. Source: logfire _internal/tracer, read 2026-11-25.
 */
export const logfirePending: Dialect = {
  name: "logfire",
  claims: (span) => span.attributes.get("logfire.span_type") === "pending_span",
  read: () => emptyReading(),
};

/** Pydantic AI: run spans repeat their model requests, by default under other names. */
export const pydanticAi: Dialect = {
  name: "pydantic_ai",
  claims: (span) => span.scope.name === "pydantic-ai",
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    if (/^(agent run|invoke_agent)\b/.test(span.name) && reading.role === "call") reading.role = "aggregate";
    return reading;
  },
};

/** The vendor's own usage object: under its GenAI name, in older versions beside the answer. Numbers only. */
function rawUsageOf(span: Span): ReportedUsage | null {
  return (
    readRawUsage(asDocument(span.attributes.get("gen_ai.usage.raw"))) ??
    readRawUsage(asDocument(at(asDocument(span.attributes.get("response_data")) ?? undefined, "usage")))
  );
}

/** Two totals stand under GenAI names, the details in the vendor's usage object. */
function addRawUsage(reading: Reading, raw: ReportedUsage): void {
  const { usage } = reading;
  if (usage === null || !hasTokens(usage)) {
    reading.usage = raw;
    return;
  }
  fillUsage(usage, raw, ["cacheRead", "cacheWrite", "cacheWrite5m", "cacheWrite1h", "reasoning"]);
  fillUsage(usage, raw, ["inputAudio", "outputAudio", "total"]);
}

/**
 * Logfire's own instrumentations. A stream is a request span without any word of an answer, and a log of no length beside it with the
 * answer's numbers, when it has ended: the log is the call. Source: logfire llm_providers, read 2026-11-25.
 */
export const logfire: Dialect = {
  name: "logfire",
  claims: (span) => span.scope.name.startsWith("logfire"),
  read(span) {
    const reading = readGenAiFields(span);
    const raw = rawUsageOf(span);
    if (raw !== null) addRawUsage(reading, raw);
    settleGenAiRole(span, reading);
    const answered =
      hasTokens(reading.usage) || reading.responseModel !== null || reading.responseId !== null;
    const streams = asText(span.attributes.get("logfire.span_type")) === "log";
    if (streams) reading.streaming ??= true;
    const opensStream = reading.operation === "chat" || reading.operation === "text_completion";
    if (reading.role === "call" && opensStream && !answered && outcomeOf(span) === "ok")
      reading.role = "none";
    return reading;
  },
};
