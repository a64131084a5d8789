import type { RequestFacts, ResponseFacts } from "../call.js";
import { openaiEmbeddingsUsage } from "../usage/openai-usage.js";
import type { Family, PromptPieces } from "./family.js";
import { asArray, asObject, asText } from "./json.js";
import type { JsonObject } from "./json.js";
import { NO_STREAM } from "./no-stream.js";
import { readOpenaiError } from "./openai-error.js";
import { deploymentOf } from "./openai-path.js";

/** OpenAI-shaped embeddings. Source: openai-node 7.57 types, read 2026-11-22. */
export const openaiEmbeddings: Family = {
  name: "openai-embeddings",
  vendor: "openai",
  framing: "sse",
  match(path) {
    if (!path.endsWith("/embeddings")) return null;
    return { operation: "embeddings", model: null, deployment: deploymentOf(path) };
  },
  readRequest(body: JsonObject, facts: RequestFacts) {
    facts.model = asText(body["model"]);
  },
  readResponse(body: JsonObject, facts: ResponseFacts) {
    facts.id = asText(body["id"]);
    facts.model = asText(body["model"]);
    const usage = asObject(body["usage"]);
    if (usage !== null) facts.usage = openaiEmbeddingsUsage(usage);
  },
  streamReader: () => NO_STREAM,
  readError: readOpenaiError,
  pieces,
};

function pieces(body: JsonObject): PromptPieces {
  const input = body["input"];
  const texts = Array.isArray(input) && typeof input[0] !== "number" ? asArray(input) : [input];
  return {
    params: [body["model"], body["dimensions"], body["encoding_format"]],
    tools: [],
    system: [],
    blocks: texts.map((content) => ({ role: "i", content, mark: null })),
    handles: [],
  };
}
