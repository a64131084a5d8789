import type { Operation } from "../domain/call.js";

/** What the rules may look at to decide how an instrumentation counts. */
export interface UsageContext {
  dialect: string;
  scope: string;
  scopeVersion: string;
  /** Contract name of the vendor, or `unknown`. */
  provider: string;
  model: string | null;
  operation: Operation;
}

export type InputSemantics = "inclusive" | "exclusive";
export type ReasoningSemantics = "inside" | "outside";

/** A class that a span may leave out. */
export type OptionalClass = "cacheRead" | "cacheWrite" | "reasoning";

/** Usage vocabulary families: which vendor's counting a model follows, whoever serves it. */
export type UsageFamily = "openai" | "anthropic" | "gemini" | "bedrock" | "other";

const FAMILY_OF_PROVIDER: Readonly<Record<string, UsageFamily>> = {
  openai: "openai",
  "azure.ai.openai": "openai",
  groq: "openai",
  deepseek: "openai",
  mistral_ai: "openai",
  x_ai: "openai",
  anthropic: "anthropic",
  "gcp.gemini": "gemini",
  "gcp.vertex_ai": "gemini",
  "aws.bedrock": "bedrock",
};

/** The family a call counts in: by vendor, and by model name where the vendor is unknown or serves several families. Never throws. */
export function usageFamily(provider: string, model: string | null): UsageFamily {
  const name = (model ?? "").toLowerCase();
  const claude = name.includes("claude");
  if (provider === "gcp.vertex_ai" && claude) return "anthropic";
  const family = FAMILY_OF_PROVIDER[provider];
  if (family !== undefined) return family;
  if (claude) return "anthropic";
  if (/^(models\/)?gemini/.test(name)) return "gemini";
  if (/^(gpt-|chatgpt-|o\d|text-embedding-|ft:gpt)/.test(name)) return "openai";
  return "other";
}

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
  // Before convention 1.40 nothing said what input contains, so emitters copied the vendor's own number.
  {
    name: "raw_vendor_field",
    families: ["anthropic", "bedrock"],
    legacyCacheNames: true,
    input: "exclusive",
  },
];

/**
 * Whether a version lies in [since, before): dotted numbers compared part by part, missing parts count as 0,
 * an unreadable version lies in every open range but before no bound. Never throws.
 */
export function versionWithin(
  version: string,
  since: string | undefined,
  before: string | undefined,
): boolean {
  if (since !== undefined && compareVersions(version, since) < 0) return false;
  return before === undefined || compareVersions(version, before) < 0;
}

function compareVersions(left: string, right: string): number {
  const a = left.split(/[.+-]/);
  const b = right.split(/[.+-]/);
  for (let index = 0; index < 3; index++) {
    const difference =
      (Number.parseInt(a[index] ?? "0", 10) || 0) - (Number.parseInt(b[index] ?? "0", 10) || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function matches(
  rule: EmitterRule,
  context: UsageContext,
  family: UsageFamily,
  legacyCacheNames: boolean,
): boolean {
  if (rule.dialect !== undefined && rule.dialect !== context.dialect) return false;
  if (rule.scope !== undefined && !rule.scope.test(context.scope)) return false;
  if (rule.families !== undefined && !rule.families.includes(family)) return false;
  if (rule.legacyCacheNames === true && !legacyCacheNames) return false;
  return versionWithin(context.scopeVersion, rule.since, rule.before);
}

const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, EmitterRule[]>();

/** The rows that hold for an emitter, in order. Remembered, bounded: few emitters send many spans. Never throws. */
export function emitterRules(context: UsageContext, legacyCacheNames: boolean): EmitterRule[] {
  const family = usageFamily(context.provider, context.model);
  const key = `${context.dialect}|${context.scope}|${context.scopeVersion}|${family}|${legacyCacheNames ? 1 : 0}`;
  let rules = remembered.get(key);
  if (rules === undefined) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    rules = EMITTERS.filter((rule) => matches(rule, context, family, legacyCacheNames));
    remembered.set(key, rules);
  }
  return rules;
}

/** OpenAI models that cannot reason; the others have, or may have, reasoning tokens. */
const OPENAI_WITHOUT_REASONING = /^(ft:)?(gpt-3|gpt-4|chatgpt-4o|text-|davinci|babbage|whisper|tts-|dall-e)/;
/** Prompt cache writes are billed from GPT-5.6 on. Source: OpenAI usage types `cache_write_tokens`, read 2026-11-22. */
const OPENAI_WITH_CACHE_WRITES = /^(ft:)?gpt-(5\.([6-9]|\d\d)|[6-9]|\d\d)/;

/**
 * Whether a class does not exist for this vendor, model and operation, so that leaving it out means zero.
 * Anthropic and Bedrock bill thinking as output and break it out only in newer answers; where an emitter does not, it is part of `output`.
 * Never throws.
 */
export function classCannotOccur(name: OptionalClass, context: UsageContext): boolean {
  if (context.operation === "embeddings" || context.operation === "rerank") return true;
  const family = usageFamily(context.provider, context.model);
  const model = (context.model ?? "").toLowerCase();
  if (family === "openai") {
    if (name === "cacheWrite") return model !== "" && !OPENAI_WITH_CACHE_WRITES.test(model);
    return name === "reasoning" && OPENAI_WITHOUT_REASONING.test(model);
  }
  if (family === "gemini")
    return name === "cacheWrite" || (name === "reasoning" && /gemini-(1|2\.0)/.test(model));
  return name === "reasoning" && (family === "anthropic" || family === "bedrock");
}
