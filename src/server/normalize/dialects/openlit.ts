import { asText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { hasTokens } from "../reading.js";
import { usageFamily } from "../usage-family.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";

const SCOPE = /^@?openlit/;

/**
 * OpenLIT. Its host is a constant of the instrumentation, not the server that was called. Defects of 1.15, read in its source
 * 2026-11-25: Anthropic streams add the opening event's output to the final number; OpenAI streams without usage are counted by
 * a tokenizer of its own, which only the absence of every detail betrays.
 */
export const openlit: Dialect = {
  name: "openlit",
  claims(span) {
    if (!SCOPE.test(span.scope.name) && span.attributes.get("telemetry.sdk.name") !== "openlit") return false;
    return span.attributes.has("gen_ai.operation.name") || span.attributes.has("gen_ai.request.model");
  },
  read(span) {
    const reading = { ...readGenAiFields(span), hostUntrusted: true };
    settleGenAiRole(span, reading);
    if (reading.streaming !== true || !hasTokens(reading.usage)) return reading;
    const family = usageFamily(asText(reading.provider) ?? "", reading.requestModel);
    if (family === "anthropic") reading.falsified = "openlit_stream_output_adds_start";
    const detailed = reading.usage.cacheRead !== null || reading.usage.reasoning !== null;
    if (family === "openai" && !detailed) reading.estimated = true;
    return reading;
  },
};
