import type { Operation } from "../domain/call.js";
import type { EmitterRule } from "./emitter-rule.js";
import { EMITTERS } from "./emitters.js";
import { type OptionalClass, type UsageFamily, usageFamily } from "./usage-family.js";

/** What the rules may look at to decide how an instrumentation counts. */
export interface UsageContext {
  dialect: string;
  scope: string;
  scopeVersion: string;
  /** Contract name of the vendor, or `unknown`. */
  provider: string;
  model: string | null;
  operation: Operation;
  /** The numbers came on an event: an instrumentation puts fewer of them there than on its spans. */
  isEvent?: boolean;
}

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

/** What the numbers themselves say about which rows can hold. */
export interface CacheEvidence {
  /** The cache numbers came under names older than convention 1.40. */
  legacyNames: boolean;
  /** Some cache number was written, be it 0. */
  reportsCache: boolean;
}

function matches(
  rule: EmitterRule,
  context: UsageContext,
  family: UsageFamily,
  evidence: CacheEvidence,
): boolean {
  if (rule.dialect !== undefined && rule.dialect !== context.dialect) return false;
  if (rule.scope !== undefined && !rule.scope.test(context.scope)) return false;
  if (rule.families !== undefined && !rule.families.includes(family)) return false;
  if (rule.legacyCacheNames === true && !evidence.legacyNames) return false;
  if (rule.reportsCache !== undefined && rule.reportsCache !== evidence.reportsCache) return false;
  return versionWithin(context.scopeVersion, rule.since, rule.before);
}

const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, EmitterRule[]>();

/** The rows that hold for an emitter, in order. Remembered, bounded: few emitters send many spans. Never throws. */
export function emitterRules(context: UsageContext, evidence: CacheEvidence): EmitterRule[] {
  const family = usageFamily(context.provider, context.model);
  const signs = (evidence.legacyNames ? 1 : 0) + (evidence.reportsCache ? 2 : 0);
  const key = `${context.dialect}|${context.scope}|${context.scopeVersion}|${family}|${signs}`;
  let rules = remembered.get(key);
  if (rules === undefined) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    rules = EMITTERS.filter((rule) => matches(rule, context, family, evidence));
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
