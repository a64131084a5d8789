import type { Operation } from "../../domain/call.js";
import { remembering } from "../remembered.js";

/** `gen_ai.operation.name` and its relatives -> operation of a model call. */
const CALLS: Readonly<Record<string, Operation>> = {
  chat: "chat",
  completion: "text_completion",
  text_completion: "text_completion",
  text_generation: "text_completion",
  generate_content: "generate_content",
  generate: "generate_content",
  responses: "chat",
  response: "chat",
  message: "chat",
  messages: "chat",
  anthropic_messages: "chat",
  // Semantic Kernel before it followed the conventions.
  "chat.completions": "chat",
  "text.completions": "text_completion",
  embeddings: "embeddings",
  embedding: "embeddings",
  embed: "embeddings",
  image: "image",
  image_generation: "image",
  generate_image: "image",
  audio: "audio",
  speech: "audio",
  text_to_speech: "audio",
  speech_to_text: "audio",
  transcription: "audio",
  transcribe: "audio",
  rerank: "rerank",
  reranking: "rerank",
};

/** Operations whose spans repeat, or may repeat, the usage of model calls below them. */
const AGGREGATES = new Set([
  "invoke_agent",
  "create_agent",
  "invoke_workflow",
  "workflow",
  "task",
  "chain",
  "agent",
  "agent_step",
  "plan",
  "run",
  "invoke_swarm",
  "handoff",
]);

export type OperationRole =
  | { role: "call"; operation: Operation }
  | { role: "aggregate" }
  | { role: "none" }
  | { role: "unsaid" };

/** LiteLLM writes its function names: `acompletion`, `aembedding`; the `a` is for asynchronous. Source: its OpenTelemetry callback, read 2026-11-25. */
const ASYNCHRONOUS =
  /^a(?=completion|text_completion|embedding|responses|image_|speech|transcription|rerank)/;

/** What an operation name says a span is: a call, an aggregate, something else, or nothing (`unsaid`). Never throws. */
export function operationRole(name: string | null): OperationRole {
  return name === null ? UNSAID : roleOf(name);
}

const UNSAID: OperationRole = { role: "unsaid" };

const roleOf = remembering((name): OperationRole => {
  const key = name
    .toLowerCase()
    .replaceAll(/[-\s]+/g, "_")
    .replace(ASYNCHRONOUS, "");
  const operation = CALLS[key];
  if (operation !== undefined) return { role: "call", operation };
  return AGGREGATES.has(key) ? { role: "aggregate" } : { role: "none" };
});
