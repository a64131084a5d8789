import { asText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { readGenAiFields, settleGenAiRole } from "./gen-ai.js";
import { roleAround } from "./operations.js";

const SCOPE = /^@traceloop\//;
/** These copy the requested model into the response model. */
const COPIES_MODEL = /^@traceloop\/instrumentation-(langchain|llamaindex|bedrock)$/;
const AGGREGATE_KINDS = new Set(["workflow", "task", "agent", "tool"]);

/** OpenLLMetry (Traceloop): GenAI names of several generations; workflow, task, agent and tool spans are no calls. */
export const traceloop: Dialect = {
  name: "traceloop",
  claims: (span) => SCOPE.test(span.scope.name) || span.attributes.has("traceloop.span.kind"),
  read(span) {
    const reading = readGenAiFields(span);
    settleGenAiRole(span, reading);
    const kind = asText(span.attributes.get("traceloop.span.kind"));
    if (AGGREGATE_KINDS.has(kind ?? "")) reading.role = roleAround(kind, reading.role !== "none");
    // The wrapper of OpenAI's images makes its token numbers up from sizes and lengths (read in openllmetry-js, 2026-11-25).
    if (reading.operation === "image") reading.estimated = true;
    if (COPIES_MODEL.test(span.scope.name) && reading.responseModel === reading.requestModel) {
      reading.responseModel = null;
    }
    return reading;
  },
};
