import { mistralUsage } from "../usage/mistral-usage.js";
import type { Family } from "./family.js";
import { asObject, asText } from "./json.js";
import { NO_STREAM } from "./no-stream.js";
import { readOpenaiError } from "./openai-error.js";

/** Mistral OCR, billed by the page. Source: @mistralai/mistralai 2.7 types, read 2026-11-22. */
export const mistralOcr: Family = {
  name: "mistral-ocr",
  vendor: "mistral_ai",
  framing: "sse",
  hosts: (host) => host === "api.mistral.ai",
  match: (path) => (path.endsWith("/v1/ocr") ? { operation: "other", model: null, deployment: null } : null),
  readRequest(body, facts) {
    facts.model = asText(body["model"]);
    // Pages that are annotated too cost another price. Source: docs.mistral.ai annotations, 2026-11.
    if (isAsked(body["document_annotation_format"]) || isAsked(body["bbox_annotation_format"]))
      facts.variant["annotation"] = "yes";
  },
  readResponse(body, facts) {
    facts.model = asText(body["model"]);
    const usage = asObject(body["usage_info"]);
    if (usage !== null) facts.usage = mistralUsage(usage);
  },
  streamReader: () => NO_STREAM,
  readError: readOpenaiError,
};

const isAsked = (format: unknown): boolean => format !== undefined && format !== null;
