/**
 * Attributes that carry prompts, answers, tool arguments or error texts in the conventions of OpenTelemetry GenAI (all generations),
 * OpenInference, OpenLLMetry, Vercel AI, Langfuse, Pydantic AI, Genkit, MLflow, Google ADK and the exception events
 * (names read in their sources, 2026-11-22). `output.value` and `gen_ai.completion.N.finish_reason` are not here: ids and finish reasons
 * are read from them.
 */
const CONTENT_NAMES: ReadonlySet<string> = new Set([
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.prompt",
  "gen_ai.completion",
  "input.value",
  "llm.prompts",
  "llm.completions",
  "llm.prompt_template.template",
  "llm.prompt_template.variables",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.prompt.tools",
  "ai.prompt.format",
  "ai.response.text",
  "ai.response.object",
  "ai.response.reasoning",
  "ai.response.toolCalls",
  "ai.response.files",
  "ai.toolCall.args",
  "ai.toolCall.result",
  "ai.value",
  "ai.values",
  "ai.embedding",
  "ai.embeddings",
  "langfuse.observation.input",
  "langfuse.observation.output",
  "langfuse.observation.status_message",
  "langfuse.trace.input",
  "langfuse.trace.output",
  "pydantic_ai.all_messages",
  "all_messages_events",
  "final_result",
  "tool_arguments",
  "tool_response",
  "genkit:input",
  "genkit:output",
  "mlflow.spanInputs",
  "mlflow.spanOutputs",
  "gcp.vertex.agent.llm_request",
  "gcp.vertex.agent.llm_response",
  "gcp.vertex.agent.tool_call_args",
  "gcp.vertex.agent.tool_response",
  "exception.message",
  "exception.stacktrace",
]);

/** Flattened messages, one attribute per part: the index stands in the middle of the name. */
const CONTENT_PATTERN =
  /^(?:gen_ai\.(?:prompt|completion)\.|llm\.(?:input|output)_messages\.|llm\.(?:tools|prompts|completions)\.|embedding\.embeddings\.|retrieval\.documents\.)/;
const FINISH_REASON = /\.finish_reason$/;

/**
 * Whether an attribute may be read at all: false for names known to carry content, which is dropped while decoding, before a text is
 * made of it. What is kept beyond the dialects' own lists is dropped by them. Pure.
 */
export function isReadable(key: string): boolean {
  if (CONTENT_NAMES.has(key)) return false;
  return !CONTENT_PATTERN.test(key) || FINISH_REASON.test(key);
}
