import { checkedReading, count, record } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of the `predictions` of an embedding model: one `embeddings.statistics.token_count` for each text, all of it input. Null when no
 * prediction holds an embedding; a text without its count makes the sum unknown. Source:
 * docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api, read 2026-11-25. Never throws.
 */
export function vertexEmbeddingsUsage(predictions: readonly unknown[]): UsageReading | null {
  let tokens: number | null = 0;
  let texts = 0;
  for (const prediction of predictions) {
    const embeddings = record(record(prediction)?.["embeddings"]);
    if (embeddings === null) continue;
    texts += 1;
    const counted = count(record(embeddings["statistics"])?.["token_count"]);
    tokens = counted === null || tokens === null ? null : tokens + counted;
  }
  if (texts === 0) return null;
  const classes = { cacheRead: 0, output: 0, outputReasoning: 0 };
  return checkedReading(tokens === null ? classes : { inputUncached: tokens, ...classes }, {
    total: null,
    complete: tokens !== null,
    rule: "vertex.predict:embeddings",
  });
}

/**
 * The images that an image model gave, which is what it is billed by; those that its filters took back are not among them. Null when there
 * is none. Source: @google/genai 3.1 types (`generateImages`), read 2026-11-25. Never throws.
 */
export function vertexImagesUsage(predictions: readonly unknown[]): UsageReading | null {
  const images = predictions.filter((prediction) => {
    const item = record(prediction);
    return item?.["bytesBase64Encoded"] !== undefined || item?.["gcsUri"] !== undefined;
  }).length;
  if (images === 0) return null;
  return {
    usage: { images },
    inputTotal: null,
    outputTotal: null,
    quality: "exact",
    rule: "vertex.predict:images",
  };
}
