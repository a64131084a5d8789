import { type Exchange, type Family, modelInBody } from "./exchange.js";
import { openaiError, openaiHeaders } from "./openai-wire.js";
import { inputTotal, stableNumber } from "./tokens.js";

const DIMENSIONS = 16;

/**
 * `POST /v1/embeddings`: vectors as numbers, or as base64 of little-endian floats, which the openai client asks for by default.
 * Source: types `CreateEmbeddingResponse` of the npm package openai 6.49.0, read 2026-11-25.
 */
export const openaiEmbeddings: Family = {
  name: "openai-embeddings",
  claims: (method, path) => method === "POST" && path === "/v1/embeddings",
  model: modelInBody,
  streams: () => false,
  headers: openaiHeaders,
  errorBody: openaiError,
  answer: async (exchange) => {
    exchange.tokens.output = 0;
    const total = inputTotal(exchange.tokens);
    const usage =
      exchange.reply.wireUsage === undefined
        ? { prompt_tokens: total, total_tokens: total }
        : exchange.reply.wireUsage;
    exchange.consumed(usage, null, "stop");
    await exchange.json({
      object: "list",
      data: vectors(exchange),
      model: exchange.model,
      ...(usage === null ? {} : { usage }),
    });
  },
};

function vectors(exchange: Exchange): unknown[] {
  const { body } = exchange.request;
  const input = body["input"];
  const inputs = Array.isArray(input) && typeof input[0] !== "number" ? input : [input];
  const dimensions = typeof body["dimensions"] === "number" ? Math.min(body["dimensions"], 4096) : DIMENSIONS;
  return inputs.slice(0, 2048).map((item, index) => {
    const seed = stableNumber(JSON.stringify(item ?? ""));
    const vector = Float32Array.from({ length: dimensions }, (_, i) => Math.sin(seed + i));
    const embedding =
      body["encoding_format"] === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding", index, embedding };
  });
}
