import type { RequestFacts, ResponseFacts } from "../call.js";
import { geminiUsage } from "../usage/gemini-usage.js";
import type { EventEffect, Family, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";

/** Gemini interactions (create). Source: @google/genai 3.1 types, namespace `interactions`, read 2026-11-25. */
export const geminiInteractions: Family = {
  name: "gemini-interactions",
  vendor: "gcp.gemini",
  framing: "sse",
  hosts: (host) => host.endsWith(".googleapis.com"),
  match: (path) =>
    path.endsWith("/interactions") ? { operation: "generate_content", model: null, deployment: null } : null,
  readRequest(body: JsonObject, facts: RequestFacts) {
    facts.model = asText(body["model"]) ?? asText(body["agent"]);
    facts.streaming = body["stream"] === true;
  },
  readResponse,
  streamReader: (facts) => new InteractionStream(facts),
  readError(body) {
    const error = asObject(body["error"]);
    return error === null ? null : (asCode(error["status"]) ?? asCode(error["code"]) ?? "provider_error");
  },
};

function readResponse(body: JsonObject, facts: ResponseFacts): void {
  facts.id = asText(body["id"]) ?? facts.id;
  facts.model = asText(body["model"]) ?? facts.model;
  const status = asCode(body["status"]);
  if (status === "failed") facts.errorType = "failed";
  else if (status === "completed" || status === "requires_action")
    facts.finishReasons = [normalizeFinish(status)];
  const usage = asObject(body["usage"]);
  if (usage !== null) facts.usage = geminiUsage(asMetadata(usage));
}

/** The counts under the names of `usageMetadata`, whose meaning they share. */
function asMetadata(usage: JsonObject): JsonObject {
  return {
    promptTokenCount: usage["total_input_tokens"],
    cachedContentTokenCount: usage["total_cached_tokens"],
    candidatesTokenCount: usage["total_output_tokens"],
    thoughtsTokenCount: usage["total_thought_tokens"],
    toolUsePromptTokenCount: usage["total_tool_use_tokens"],
    totalTokenCount: usage["total_tokens"],
    promptTokensDetails: modalities(usage["input_tokens_by_modality"]),
    cacheTokensDetails: modalities(usage["cached_tokens_by_modality"]),
    candidatesTokensDetails: modalities(usage["output_tokens_by_modality"]),
  };
}

function modalities(list: unknown): unknown {
  if (!Array.isArray(list)) return undefined;
  return asArray(list).map((entry) => {
    const item = asObject(entry);
    return { modality: asText(item?.["modality"])?.toUpperCase(), tokenCount: item?.["tokens"] };
  });
}

class InteractionStream implements StreamReader {
  private sawContent = false;
  private finished = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    const type = /"event_type"\s*:\s*"([\w.]+)"/.exec(data)?.[1] ?? "";
    if (type === "step.delta") {
      const first = !this.sawContent;
      this.sawContent = true;
      return first ? "content" : "none";
    }
    if (type === "error") {
      this.facts.errorType = asCode(asObject(parseObject(data)?.["error"])?.["code"]) ?? "provider_error";
      return "end";
    }
    if (type !== "interaction.created" && type !== "interaction.completed") return "none";
    const interaction = asObject(parseObject(data)?.["interaction"]);
    if (interaction !== null) readResponse(interaction, this.facts);
    this.finished = type === "interaction.completed";
    return this.finished ? "end" : "none";
  }
}
