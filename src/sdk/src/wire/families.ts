import { anthropicMessages, anthropicVertex } from "./anthropic-messages.js";
import type { Endpoint, Family } from "./family.js";
import { bedrockConverse, bedrockInvoke } from "./bedrock.js";
import { cohere } from "./cohere.js";
import { gemini } from "./gemini.js";
import { geminiInteractions } from "./gemini-interactions.js";
import { mistralOcr } from "./mistral-ocr.js";
import { ollama } from "./ollama.js";
import { openaiAudio } from "./openai-audio.js";
import { openaiChat } from "./openai-chat.js";
import { openaiEmbeddings } from "./openai-embeddings.js";
import { openaiImages } from "./openai-images.js";
import { openaiResponses } from "./openai-responses.js";
import { vertexPredict } from "./vertex-predict.js";

/** Every API family that is read from the wire; the first that claims a path reads it. */
const FAMILIES: readonly Family[] = [
  openaiChat,
  openaiResponses,
  anthropicMessages,
  anthropicVertex,
  openaiEmbeddings,
  gemini,
  geminiInteractions,
  vertexPredict,
  bedrockConverse,
  bedrockInvoke,
  ollama,
  cohere,
  openaiImages,
  openaiAudio,
  mistralOcr,
];

/** The endpoint that a request goes to, or null when it is no call that costs (models, files, token counting, other hosts). */
export function endpointOf(method: string, path: string): Endpoint | null {
  if (method !== "POST") return null;
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  for (const family of FAMILIES) {
    const found = family.match(trimmed);
    if (found !== null) return { family, ...found };
  }
  return null;
}
