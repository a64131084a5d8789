import { ATTR_RESPONSE_HEADER_PREFIX, ATTR_USER_ID } from "@spanledger/sdk/semconv";
import { ATTRIBUTION_NAMES } from "./attribution.js";
import * as genAiNames from "./dialects/gen-ai-names.js";

/** Names read as they stand, beside the tables. Kept complete by a test over all captures. */
const EXACT = [
  "error.type",
  "exception.type",
  // Matched against two patterns, never kept.
  "exception.message",
  "http.response.status_code",
  "http.status_code",
  "http.request.resend_count",
  "server.address",
  "server.port",
  "net.peer.name",
  "net.peer.port",
  "gen_ai.openai.api_base",
  "llm.base_url",
  "gen_ai.usage.input_token_details",
  "gen_ai.usage.output_token_details",
  "rpc.service",
  "rpc.method",
  "telemetry.sdk.name",
  "traceloop.span.kind",
  "spring.ai.kind",
  "langsmith.span.kind",
  "langsmith.usage_metadata",
  "langsmith.request.streaming",
  "langsmith.metadata.ls_provider",
  "openrouter.source",
  "mlflow.spanType",
  "mlflow.chat.tokenUsage",
  "mlflow.llm.model",
  "mlflow.llm.provider",
  "mlflow.message.format",
  "genkit:type",
  "genkit:name",
  "genkit:state",
  "genkit:metadata:subtype",
  // Whole answers as documents: usage, model, ids and finish reasons are taken from them, nothing else.
  "genkit:output",
  "gcp.vertex.agent.llm_response",
  "response_data",
  "logfire.span_type",
  "call_type",
  // Looked at only for whether they are there.
  "gen_ai.agent.name",
  "gen_ai.tool.name",
  "mistral_ai.ocr.usage.pages_processed",
  "anthropic.message.stop_reason",
  "metadata",
  "metadata.user_api_key_hash",
  "openinference.span.kind",
  "embedding.model_name",
  "llm.invocation_parameters",
  "llm.model_name",
  "llm.request.model_name",
  "llm.input_model_name",
  "llm.response.model_name",
  "llm.output_model_name",
  "llm.provider",
  "llm.system",
  "llm.finish_reason",
  "output.value",
  "ai.operationId",
  "ai.model.id",
  "ai.model.provider",
  "ai.finishReason",
  "ai.request.headers.user-agent",
  "ai.response.finishReason",
  "ai.response.id",
  "ai.response.model",
  "ai.response.msToFirstChunk",
  "ai.stream.msToFirstChunk",
  "ai.response.providerMetadata",
  "langfuse.observation.type",
  "langfuse.observation.level",
  "langfuse.observation.model.name",
  "langfuse.observation.model.parameters",
  "langfuse.observation.usage_details",
  "langfuse.observation.cost_details",
  "langfuse.observation.completion_start_time",
  // Bare names of Claude Code's request span.
  "model",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
  "request_id",
  "ttft_ms",
  ATTR_USER_ID,
];

const PREFIXES = [
  "spanledger.",
  "gen_ai.usage.",
  "ai.usage.",
  "llm.token_count.",
  ATTR_RESPONSE_HEADER_PREFIX,
];

const names: ReadonlySet<string> = new Set([
  ...EXACT,
  ...Object.values(genAiNames).flat(),
  ...Object.values(ATTRIBUTION_NAMES).flat(),
]);

/**
 * Whether a span or resource attribute is ever read: everything else may be skipped while decoding, which keeps content out of memory.
 * Pure, never throws.
 */
export function isReadAttribute(name: string): boolean {
  return names.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
