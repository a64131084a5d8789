/**
 * Attribute names of OpenTelemetry GenAI spans by field, current spelling first, then every older one still met in the field.
 * Source: semantic-conventions 1.26 to 1.41 and semantic-conventions-genai, instrumentations of docs/attributes.md, read 2026-11-22.
 */
export const OPERATION = ["gen_ai.operation.name", "llm.request.type", "gen_ai.span.kind"];
export const PROVIDER = ["gen_ai.provider.name", "gen_ai.system", "llm.vendor", "gen_ai.model.provider"];
export const REQUEST_MODEL = ["gen_ai.request.model", "llm.request.model", "gen_ai.model_name"];
export const RESPONSE_MODEL = ["gen_ai.response.model", "llm.response.model"];
export const RESPONSE_ID = ["gen_ai.response.id", "llm.response.id"];
export const FINISH = [
  "gen_ai.response.finish_reasons",
  "gen_ai.response.finish_reason",
  "gen_ai.response.stop_reason",
  "gen_ai.finishReason",
  "gen_ai.completion.0.finish_reason",
  "llm.response.finish_reason",
  "llm.response.stop_reason",
];
export const STREAM = [
  "gen_ai.request.stream",
  "gen_ai.request.is_stream",
  "gen_ai.request.streaming",
  "gen_ai.is_streaming",
  "llm.is_streaming",
];
/** Seconds. */
export const FIRST_CHUNK_SECONDS = [
  "gen_ai.response.time_to_first_chunk",
  "gen_ai.client.operation.time_to_first_chunk",
  "gen_ai.server.time_to_first_token",
  "gen_ai.response.time_to_first_token",
  "gen_ai.latency.time_to_first_token",
];
export const SERVICE_TIER = [
  "openai.response.service_tier",
  "gen_ai.openai.response.service_tier",
  "gen_ai.response.service_tier",
  "anthropic.response.service_tier",
  "openai.request.service_tier",
  "gen_ai.openai.request.service_tier",
  "gen_ai.request.service_tier",
];
export const REQUEST_ID = [
  "anthropic.request.id",
  "openai.request.id",
  "aws.request.id",
  "aws.request_id",
  "gen_ai.request.id",
];

export const INPUT = [
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "llm.usage.prompt_tokens",
  "gen_ai.response.prompt_tokens",
  "gen_ai.response.input_tokens",
];
export const OUTPUT = [
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
  "llm.usage.completion_tokens",
  "gen_ai.response.completion_tokens",
  "gen_ai.response.output_tokens",
];
export const TOTAL = ["gen_ai.usage.total_tokens", "llm.usage.total_tokens"];
/** Whole usage objects, as maps or JSON text, by senders that write no numbers one by one. */
export const WHOLE_USAGE = ["gen_ai.usage", "llm.usage"];
/** Names under which the convention says that input contains the number. */
export const CACHE_READ = ["gen_ai.usage.cache_read.input_tokens"];
export const CACHE_WRITE = [
  "gen_ai.usage.cache_write.input_tokens",
  "gen_ai.usage.cache_creation.input_tokens",
];
/** Older names, which never said. */
export const CACHE_READ_LEGACY = [
  "gen_ai.usage.cache_read_input_tokens",
  "gen_ai.usage.cache_read_tokens",
  "gen_ai.usage.cached_tokens",
  "gen_ai.usage.cached_input_tokens",
  "gen_ai.usage.input_tokens.cached",
  "gen_ai.usage.input_cached_tokens",
  "gen_ai.usage.prompt_tokens_details.cached_tokens",
  "gen_ai.usage.input_tokens_details.cached_tokens",
  "gen_ai.usage.details.cache_read_tokens",
  "gen_ai.usage.details.cache_read_input_tokens",
  "gen_ai.usage.details.cached_tokens",
  "llm.usage.cache_read_input_tokens",
];
export const CACHE_WRITE_LEGACY = [
  "gen_ai.usage.cache_creation_input_tokens",
  "gen_ai.usage.cache_write_input_tokens",
  "gen_ai.usage.cache_write_tokens",
  "gen_ai.usage.cache_creation_tokens",
  "gen_ai.usage.prompt_tokens_details.cache_write_tokens",
  "gen_ai.usage.prompt_tokens_details.cache_creation_tokens",
  "gen_ai.usage.details.cache_write_tokens",
  "gen_ai.usage.details.cache_creation_input_tokens",
  "llm.usage.cache_creation_input_tokens",
];
export const CACHE_WRITE_5M = [
  "gen_ai.usage.cache_creation.ephemeral_5m_input_tokens",
  "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
];
export const CACHE_WRITE_1H = [
  "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens",
  "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
];
export const REASONING = [
  "gen_ai.usage.reasoning.output_tokens",
  "gen_ai.usage.reasoning_tokens",
  "gen_ai.usage.output_tokens_details.reasoning_tokens",
  "gen_ai.usage.completion_tokens_details.reasoning_tokens",
  "gen_ai.usage.details.reasoning_tokens",
  "gen_ai.usage.details.thoughts_tokens",
  "gen_ai.usage.experimental.reasoning_tokens",
  "gen_ai.usage.thinking_tokens",
  "llm.usage.reasoning_tokens",
];
export const INPUT_AUDIO = [
  "gen_ai.usage.audio.input_tokens",
  "gen_ai.usage.input_audio_tokens",
  "gen_ai.usage.details.input_audio_tokens",
];
export const OUTPUT_AUDIO = [
  "gen_ai.usage.audio.output_tokens",
  "gen_ai.usage.output_audio_tokens",
  "gen_ai.usage.completion_tokens_details.audio_tokens",
  "gen_ai.usage.details.output_audio_tokens",
];
export const INPUT_IMAGE = ["gen_ai.usage.image.input_tokens"];
export const INPUT_VIDEO = ["gen_ai.usage.video.input_tokens"];
/** USD as the sender or a gateway computed it. */
export const REPORTED_COST = [
  "gen_ai.usage.cost",
  "gen_ai.usage.total_cost",
  "gen_ai.cost.total_cost",
  "gen_ai.cost.total",
  "operation.cost",
  "llm.cost.total",
  "llm.usage.cost",
];
export const REGION = ["cloud.region", "aws.region"];
