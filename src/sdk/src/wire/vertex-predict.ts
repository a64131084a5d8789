import type { Operation } from "../call.js";
import { vertexEmbeddingsUsage, vertexImagesUsage } from "../usage/vertex-predict-usage.js";
import type { Family } from "./family.js";
import { asArray, asCode, asObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { NO_STREAM } from "./no-stream.js";

/** What a model behind `predict` does, told by its name; other models (tuned, third-party) have prices of no known unit. */
const OPERATIONS: readonly (readonly [model: RegExp, operation: Operation])[] = [
  [/embedding/, "embeddings"],
  [/^imagen|^imagegeneration/, "image"],
];

/**
 * Vertex AI's older `predict`: text embeddings and Imagen, which the Gemini API answers under the same method. Source: @google/genai 3.1
 * (`embedContent` in Vertex mode, `generateImages`), read 2026-11-25.
 */
export const vertexPredict: Family = {
  name: "vertex-predict",
  vendor: "gcp.vertex_ai",
  framing: "sse",
  match(path) {
    const [, model] = /\/models\/([^/:]+):predict$/.exec(path) ?? [];
    const operation = OPERATIONS.find(([pattern]) => model !== undefined && pattern.test(model))?.[1];
    if (model === undefined || operation === undefined) return null;
    return { operation, model: decodeURIComponent(model), deployment: null };
  },
  // The path names the model.
  readRequest: () => undefined,
  readResponse(body, facts) {
    const predictions = asArray(body["predictions"]);
    facts.usage = vertexEmbeddingsUsage(predictions) ?? vertexImagesUsage(predictions);
  },
  streamReader: () => NO_STREAM,
  readError(body) {
    const error = asObject(body["error"]);
    return error === null ? null : (asCode(error["status"]) ?? "provider_error");
  },
  pieces: (body: JsonObject) => ({
    params: body["parameters"],
    tools: [],
    system: [],
    blocks: asArray(body["instances"]).map((entry) => {
      const instance = asObject(entry);
      return { role: "i", content: instance?.["content"] ?? instance?.["prompt"] ?? entry, mark: null };
    }),
    handles: [],
  }),
};
