import type { EmitterRule } from "./emitter-rule.js";

/**
 * Emitters that were read in source and not run (2026-11-25). Order matters: see `EMITTERS`.
 * Most copy the vendor's own field, so that the input of Anthropic and Bedrock excludes cache tokens.
 */
export const READ_EMITTERS: readonly EmitterRule[] = [
  {
    name: "openllmetry_anthropic",
    scope: /^opentelemetry\.instrumentation\.anthropic/,
    input: "inclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    // Converse copies `inputTokens`; the numbers of InvokeModel come from headers, where they come.
    name: "openllmetry_bedrock",
    scope: /^opentelemetry\.instrumentation\.bedrock/,
    input: "exclusive",
  },
  {
    name: "openllmetry_llamaindex",
    scope: /^opentelemetry\.instrumentation\.llamaindex/,
    families: ["anthropic", "bedrock"],
    input: "exclusive",
  },
  {
    // Sums of LangChain's `usage_metadata`; LiteLLM's usage has OpenAI's shape for every vendor.
    name: "openllmetry_framework",
    scope: /^opentelemetry\.instrumentation\.(langchain|litellm|crewai)/,
    input: "inclusive",
    loses: ["reasoning"],
  },
  {
    name: "openllmetry_google",
    scope: /^opentelemetry\.instrumentation\.(google_generativeai|vertexai)/,
    input: "inclusive",
    reasoning: "outside",
    loses: ["reasoning"],
  },
  {
    name: "openllmetry_openai",
    scope: /^opentelemetry\.instrumentation\.openai\.(v\d|shared)/,
    input: "inclusive",
    reasoning: "inside",
  },
  {
    // Elastic's Python instrumentation of OpenAI.
    name: "elastic_openai",
    scope: /^opentelemetry\.instrumentation\.openai$/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  {
    name: "otel_java_openai",
    scope: /^io\.opentelemetry\.openai-java/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  {
    name: "elastic_openai_js",
    scope: /^@elastic\/opentelemetry-instrumentation-openai$/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  {
    name: "otel_google_genai",
    scope: /^opentelemetry\.instrumentation\.google_genai/,
    input: "inclusive",
    reasoning: "outside",
    loses: ["reasoning"],
  },
  {
    name: "otel_botocore",
    scope: /^opentelemetry\.instrumentation\.botocore/,
    input: "exclusive",
    loses: ["cacheRead", "cacheWrite"],
  },
  {
    // The instrumentation of the Java agent for AWS SDK 2.
    name: "otel_java_aws_sdk",
    scope: /^io\.opentelemetry\.aws-sdk/,
    input: "exclusive",
    loses: ["cacheRead", "cacheWrite"],
  },
  {
    // Converse copies `inputTokens` and a total that counts cache tokens; InvokeModel adds them: arithmetic decides.
    name: "openinference_bedrock_python",
    scope: /^openinference\.instrumentation\.bedrock/,
    totalCountsCache: true,
  },
  {
    name: "openinference_strands",
    scope: /^(openinference\.instrumentation\.strands|strands)/,
    dialect: "openinference",
    input: "inclusive",
  },
  {
    // Bedrock's and Anthropic's own fields; models of OpenAI come with OpenAI's.
    name: "strands",
    dialect: "strands",
    families: ["anthropic", "bedrock"],
    input: "exclusive",
  },
  {
    // The callback copies an OpenAI-shaped usage, in which prompt tokens contain cache tokens.
    name: "litellm",
    dialect: "litellm",
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "pydantic_ai",
    dialect: "pydantic_ai",
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "cacheWrite", "reasoning"],
  },
  { name: "logfire", dialect: "logfire", input: "inclusive", reasoning: "inside" },
  // These copy two totals and no details.
  {
    name: "otel_openai_v2",
    scope: /^opentelemetry\.instrumentation\.openai_v2/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  {
    name: "spring_ai_exclusive",
    dialect: "spring_ai",
    families: ["anthropic", "bedrock"],
    input: "exclusive",
    loses: ["cacheRead", "cacheWrite"],
  },
  { name: "spring_ai", dialect: "spring_ai", loses: ["cacheRead", "cacheWrite", "reasoning"] },
  {
    name: "semantic_kernel",
    scope: /^(Microsoft\.SemanticKernel|semantic_kernel)/,
    loses: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    // The Python framework copies Anthropic's and Bedrock's own fields.
    name: "agent_framework",
    scope: /^agent_framework/,
    families: ["anthropic", "bedrock"],
    input: "exclusive",
  },
  { name: "genkit", dialect: "genkit", input: "inclusive", reasoning: "outside" },
  { name: "google_adk", dialect: "google_adk", input: "inclusive", reasoning: "outside" },
  { name: "openrouter", dialect: "openrouter", input: "inclusive", reasoning: "inside" },
  {
    // Answers of OpenAI's shape are turned into Gemini's, thoughts left inside the output; with a Google account they stand outside, which
    // the total tells.
    name: "qwen_code",
    dialect: "qwen_code",
    input: "inclusive",
    writes: ["cacheRead", "reasoning"],
  },
  {
    name: "qwen_code_metrics",
    dialect: "qwen_code_metrics",
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "reasoning"],
  },
  // Before convention 1.40 nothing said what input contains, so emitters copied the vendor's own number.
  {
    name: "raw_vendor_field",
    families: ["anthropic", "bedrock"],
    legacyCacheNames: true,
    input: "exclusive",
  },
];
