import { asCount, asText, firstCount } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { httpStatusOf } from "../span-facts.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";

/**
 * Spans of Anthropic's SDKs themselves (JavaScript from 0.134), and those that the Claude API writes of the same requests. Only `messages.create` names an operation; counting tokens or managing sessions
 * carries a model but is no model call. Sources: the package's tracing table, 1.12.0; platform.claude.com's span
 * reference, read 2026-11-25.
 */
export const anthropicNative: Dialect = {
  name: "anthropic_native",
  claims: (span) => /^com\.anthropic\.(sdk\.|claude-platform)/.test(span.scope.name),
  read(span) {
    const reading = readGenAiFields(span);
    if (!span.attributes.has("gen_ai.operation.name")) return reading;
    settleGenAiRole(span, reading);
    const resent = asCount(span.attributes.get("http.request.resend_count"));
    const stop = asText(span.attributes.get("anthropic.message.stop_reason"));
    return {
      ...reading,
      attemptCount: resent === null ? null : resent + 1,
      finishReasons: reading.finishReasons.length > 0 || stop === null ? reading.finishReasons : [stop],
    };
  },
};

/**
 * Spans of `@mistralai/mistralai` 2.x itself. OCR is billed by pages. A refused call is a span without any word of an answer: no status,
 * no error (run against a server that refuses, 2.7.0, 2026-11-25). Cache tokens are lost.
 */
export const mistralNative: Dialect = {
  name: "mistral_native",
  claims: (span) => /^mistralai?_sdk/.test(span.scope.name),
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    if (reading.role === "call" && httpStatusOf(span) === null && reading.responseId === null)
      reading.outcome = "error";
    const pages = firstCount(span.attributes, ["mistral_ai.ocr.usage.pages_processed"]);
    if (pages === null || reading.usage === null) return reading;
    reading.usage.units.pages = pages;
    return { ...reading, role: "call", operation: "other" };
  },
};
