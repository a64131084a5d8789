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
  chat_completion: "chat",
  chat_completions: "chat",
  // Span kinds of Alibaba's LoongSuite (`gen_ai.span.kind`).
  llm: "chat",
  // Semantic Kernel before it followed the conventions.
  "chat.completions": "chat",
  "chat.streaming_completions": "chat",
  "text.completions": "text_completion",
  "text.streaming_completions": "text_completion",
  text_completions: "text_completion",
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
  reranker: "rerank",
  reranking: "rerank",
};

/** Operations whose spans repeat, or may repeat, the usage of model calls below them; every `invoke_...` is one too. */
const AGGREGATES = new Set([
  "create_agent",
  "workflow",
  "task",
  "chain",
  "agent",
  "agent_run",
  "agent_step",
  "step",
  "plan",
  "run",
  "handoff",
  "execute_task",
  "execute_agent_task",
  "execute_event_loop_cycle",
  "turn",
  "session",
]);

/** Operations that are no model calls, whatever numbers stand beside them. */
const OTHERS = new Set([
  "execute_tool",
  "tool",
  "retrieval",
  "retrieve",
  "retriever",
  "fetch_response",
  "framework",
  "guardrail",
  "vectordb",
  "evaluate",
  "evaluator",
  "count_tokens",
  "moderation",
]);

const MEMORY = /(^|_)memory(_|$)/;

/** What an operation name says; `unknown` = a word that nobody wrote down. */
export type OperationRole =
  | { role: "call"; operation: Operation }
  | { role: "aggregate" }
  | { role: "none" }
  | { role: "unknown" }
  | { role: "unsaid" };

/** LiteLLM writes its function names: `acompletion`, `aembedding`; the `a` is for asynchronous. Source: its OpenTelemetry callback, read 2026-11-25. */
const ASYNCHRONOUS =
  /^a(?=completion|text_completion|embedding|responses|image_|speech|transcription|rerank|generate_content|anthropic_messages)/;

/** What an operation name says a span is: a call, an aggregate, something else, a word unknown to us, or nothing (`unsaid`). Never throws. */
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
  if (AGGREGATES.has(key) || key.startsWith("invoke_")) return { role: "aggregate" };
  return OTHERS.has(key) || MEMORY.test(key) ? { role: "none" } : { role: "unknown" };
});

/** Kinds of spans that no dialect means a model call by, nor a run of several: a number on them belongs to what they were made for. */
const NEVER_CALLS =
  /^(tool|retriever|reranker|vector_?store|guardrail|evaluator|prompt|parser|event|advisor)/i;

/** The role of a span whose dialect knows it to be no model call, by its kind and whether it carries usage. Never throws. */
export function roleAround(kind: string | null, carriesUsage: boolean): "aggregate" | "none" {
  return carriesUsage && !NEVER_CALLS.test(kind ?? "") ? "aggregate" : "none";
}
