import type { InputSemantics, OptionalClass, ReasoningSemantics, UsageFamily } from "./usage-family.js";

/** One row of what is known about an instrumentation. Absent conditions match everything; the first matching row decides each column. */
export interface EmitterRule {
  /** Goes into `usageRule`. */
  name: string;
  dialect?: string;
  scope?: RegExp;
  /** First scope version, inclusive. */
  since?: string;
  /** First scope version the row no longer holds for. */
  before?: string;
  families?: readonly UsageFamily[];
  /** The row holds only where the cache numbers came under names older than convention 1.40. */
  legacyCacheNames?: true;
  input?: InputSemantics;
  reasoning?: ReasoningSemantics;
  /** Classes this emitter drops even when the provider reported them: absent means unknown. */
  loses?: readonly OptionalClass[];
  /** Classes this emitter writes whenever they are not zero: absent means zero. */
  writes?: readonly OptionalClass[];
  /** The total is the provider's own and counts cache tokens that the emitter drops: a surplus in it is their number. */
  totalCountsCache?: true;
}

/**
 * What is known about emitters, measured by running them against a provider with fixed answers (2026-11-22) unless marked.
 * Order matters: the first row that matches and fills a column decides that column.
 */
export const EMITTERS: readonly EmitterRule[] = [
  {
    name: "traceloop_openai",
    scope: /^@traceloop\/instrumentation-openai/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  {
    name: "traceloop_anthropic_0_27",
    scope: /^@traceloop\/instrumentation-anthropic$/,
    before: "0.28.0",
    input: "exclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    // Read in its later source, not run: the sum of all input is written.
    name: "traceloop_anthropic",
    scope: /^@traceloop\/instrumentation-anthropic$/,
    since: "0.28.0",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    // Python OpenLLMetry, read in source, not run: cache tokens are added to the input it writes.
    name: "openllmetry_anthropic",
    scope: /^opentelemetry\.instrumentation\.anthropic/,
    input: "inclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    name: "traceloop_bedrock",
    scope: /^@traceloop\/instrumentation-bedrock$/,
    input: "exclusive",
    loses: ["cacheRead", "cacheWrite"],
  },
  {
    name: "traceloop_google",
    scope: /^@traceloop\/instrumentation-(google-generativeai|vertexai)$/,
    input: "inclusive",
    reasoning: "outside",
    writes: ["cacheRead", "reasoning"],
  },
  {
    name: "traceloop_framework",
    scope: /^@traceloop\/instrumentation-(langchain|llamaindex)$/,
    input: "inclusive",
    loses: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "openinference_bedrock",
    scope: /^@arizeai\/openinference-instrumentation-bedrock/,
    input: "exclusive",
    writes: ["cacheRead", "cacheWrite"],
    totalCountsCache: true,
  },
  {
    name: "openinference_anthropic",
    scope: /^@arizeai\/openinference-instrumentation-anthropic/,
    input: "inclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    name: "openinference_openai",
    scope: /^@arizeai\/openinference-instrumentation-openai/,
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "reasoning"],
  },
  {
    name: "openinference_langchain",
    scope: /^@arizeai\/openinference-instrumentation-langchain/,
    input: "inclusive",
    writes: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "otel_openai",
    scope: /^@opentelemetry\/instrumentation-openai$/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  { name: "otel_aws_sdk", dialect: "aws_sdk", input: "exclusive", loses: ["cacheRead", "cacheWrite"] },
  {
    name: "openlit_exclusive",
    dialect: "openlit",
    families: ["anthropic", "bedrock"],
    input: "exclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  { name: "openlit", dialect: "openlit", input: "inclusive", writes: ["cacheRead"] },
  {
    name: "anthropic_native",
    dialect: "anthropic_native",
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "mistral_native",
    dialect: "mistral_native",
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  {
    name: "vercel_5_exclusive",
    dialect: "vercel_ai_5",
    families: ["anthropic", "bedrock"],
    input: "exclusive",
  },
  { name: "vercel_5", dialect: "vercel_ai_5", input: "inclusive", loses: ["cacheRead"] },
  {
    name: "vercel_6",
    dialect: "vercel_ai_6",
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "vercel_7",
    dialect: "vercel_ai_7",
    input: "inclusive",
    reasoning: "inside",
    loses: ["reasoning"],
    writes: ["cacheRead", "cacheWrite"],
  },
  { name: "langfuse", dialect: "langfuse", writes: ["cacheRead", "cacheWrite", "reasoning"] },
  { name: "claude_code", dialect: "claude_code", input: "exclusive", writes: ["cacheRead", "cacheWrite"] },
  {
    name: "codex_cli",
    dialect: "codex_cli",
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "gemini_cli",
    dialect: "gemini_cli",
    input: "inclusive",
    reasoning: "outside",
    writes: ["cacheRead", "reasoning"],
  },
  {
    name: "claude_code_metrics",
    dialect: "claude_code_metrics",
    input: "exclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    name: "claude_code_spans",
    dialect: "claude_code_spans",
    input: "exclusive",
    writes: ["cacheRead", "cacheWrite"],
  },
  {
    name: "codex_cli_metrics",
    dialect: "codex_cli_metrics",
    input: "inclusive",
    reasoning: "inside",
    writes: ["cacheRead", "cacheWrite", "reasoning"],
  },
  {
    name: "gemini_cli_metrics",
    dialect: "gemini_cli_metrics",
    input: "inclusive",
    reasoning: "outside",
    writes: ["cacheRead", "reasoning"],
  },
  {
    // Read in source, not run: the callback copies an OpenAI-shaped usage, in which prompt tokens contain cache tokens.
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
  // Read in source, not run: these copy two totals and no details.
  {
    name: "otel_openai_v2",
    scope: /^opentelemetry\.instrumentation\.openai_v2/,
    input: "inclusive",
    reasoning: "inside",
    loses: ["cacheRead", "reasoning"],
  },
  { name: "spring_ai", dialect: "spring_ai", loses: ["cacheRead", "cacheWrite", "reasoning"] },
  {
    name: "semantic_kernel",
    scope: /^Microsoft\.SemanticKernel/,
    loses: ["cacheRead", "cacheWrite", "reasoning"],
  },
  // Before convention 1.40 nothing said what input contains, so emitters copied the vendor's own number.
  {
    name: "raw_vendor_field",
    families: ["anthropic", "bedrock"],
    legacyCacheNames: true,
    input: "exclusive",
  },
];
