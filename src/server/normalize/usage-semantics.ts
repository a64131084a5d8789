import {
  INPUT_CLASSES,
  OUTPUT_CLASSES,
  unknownUsage,
  type Usage,
  type UsageQuality,
} from "../domain/usage.js";
import type { ReportedUsage } from "./reading.js";
import type { EmitterRule } from "./emitters.js";
import {
  type InputSemantics,
  type OptionalClass,
  type ReasoningSemantics,
  usageFamily,
} from "./usage-family.js";
import { classCannotOccur, emitterRules, type UsageContext } from "./usage-rules.js";

export interface ResolvedUsage {
  usage: Usage;
  quality: UsageQuality;
  /** Names the rules that decided, joined by `+`: how input was read, how reasoning was read, what was derived. */
  rule: string;
}

interface Decision<T> {
  semantics: T;
  rule: string;
}

const known = (value: number | null): number => value ?? 0;

function cacheWriteOf(reported: ReportedUsage): number | null {
  if (reported.cacheWrite !== null) return reported.cacheWrite;
  if (reported.cacheWrite5m === null && reported.cacheWrite1h === null) return null;
  return known(reported.cacheWrite5m) + known(reported.cacheWrite1h);
}

function tableDecision<K extends "input" | "reasoning">(
  rules: readonly EmitterRule[],
  column: K,
): Decision<NonNullable<EmitterRule[K]>> | null {
  for (const rule of rules) {
    const semantics = rule[column];
    if (semantics !== undefined) return { semantics, rule: `${semantics}:${rule.name}` };
  }
  return null;
}

/** Rules in order: the emitter table, arithmetic, the convention (input contains cache tokens). */
function decideInput(reported: ReportedUsage, rules: readonly EmitterRule[]): Decision<InputSemantics> {
  const listed = tableDecision(rules, "input");
  if (listed !== null) return listed;
  const cache = known(reported.cacheRead) + known(cacheWriteOf(reported));
  if (cache > 0 && reported.input !== null) {
    if (cache > reported.input) return { semantics: "exclusive", rule: "exclusive:cache_exceeds_input" };
    if (reported.total !== null && reported.total === reported.input + known(reported.output) + cache) {
      return { semantics: "exclusive", rule: "exclusive:total_adds_cache" };
    }
  }
  return { semantics: "inclusive", rule: "inclusive:convention" };
}

/** Rules in order: arithmetic on the total, the emitter table, the convention (output contains reasoning). */
function decideReasoning(
  reported: ReportedUsage,
  inputTotal: number | null,
  rules: readonly EmitterRule[],
): Decision<ReasoningSemantics> | null {
  const { reasoning, output, total } = reported;
  if (reasoning === null || reasoning === 0 || output === null) return null;
  if (reasoning > output) return { semantics: "outside", rule: "reasoning_outside:exceeds_output" };
  if (total !== null && inputTotal !== null) {
    const rest = total - inputTotal;
    if (rest === output + reasoning) return { semantics: "outside", rule: "reasoning_outside:total" };
    if (rest === output) return { semantics: "inside", rule: "reasoning_inside:total" };
  }
  const listed = tableDecision(rules, "reasoning");
  if (listed !== null) return { semantics: listed.semantics, rule: `reasoning_${listed.rule}` };
  return { semantics: "inside", rule: "reasoning_inside:convention" };
}

/** What the total holds beyond input and output as written; 0 when one of the three is missing. */
function surplusOf({ total, input, output }: ReportedUsage): number {
  return total === null || input === null || output === null ? 0 : total - input - output;
}

/** 0 where leaving the class out means none, null where it means nothing. */
function absent(
  name: OptionalClass,
  reported: ReportedUsage,
  context: UsageContext,
  rules: readonly EmitterRule[],
): number | null {
  if (classCannotOccur(name, context)) return 0;
  if (name !== "reasoning" && surplusOf(reported) > 0 && rules.some((rule) => rule.totalCountsCache))
    return null;
  const rule = rules.find((row) => row.loses?.includes(name) || row.writes?.includes(name));
  return rule?.writes?.includes(name) ? 0 : null;
}

class Resolution {
  readonly usage = unknownUsage();
  readonly names: string[] = [];
  conflict = false;
  /** A number that is right only if a class the sender did not mention is zero. */
  assumed = false;
}

function splitCacheWrites(
  reported: ReportedUsage,
  usage: Usage,
  write: number | null,
  out: Resolution,
): void {
  if (write === null) return;
  const five = reported.cacheWrite5m;
  const hour = reported.cacheWrite1h;
  if (five === null && hour === null) {
    usage.cacheWrite5m = write === 0 ? 0 : null;
    usage.cacheWrite1h = write === 0 ? 0 : null;
    usage.cacheWriteOther = write;
    return;
  }
  const rest = write - known(five) - known(hour);
  usage.cacheWrite5m = known(five);
  usage.cacheWrite1h = known(hour);
  usage.cacheWriteOther = rest < 0 ? null : rest;
  if (rest < 0) out.conflict = true;
}

/** Input parts beside cache that the total contains: taken out of the uncached class. */
function modalParts(reported: ReportedUsage): number {
  return known(reported.inputAudio) + known(reported.inputImage);
}

/** The sender states the uncached part: the total is the sum of the parts, and a total beside it must agree. */
function takeExplicit(reported: ReportedUsage, uncached: number, cache: CacheClasses, out: Resolution): void {
  const { usage } = out;
  out.names.push("explicit_disjoint");
  usage.inputUncached = uncached;
  if (cache.read === null || cache.write === null) {
    usage.inputTotal = reported.input;
    return;
  }
  const tool = known(reported.inputTool);
  const sum = uncached + cache.read + cache.write + modalParts(reported) + tool;
  const agrees = reported.input === null || reported.input === sum || reported.input === sum - tool;
  if (!agrees) out.conflict = true;
  usage.inputTotal = agrees ? sum : reported.input;
}

/** Input without cache tokens: the total is known only when every cache class is. */
function takeExclusive(reported: ReportedUsage, input: number, cache: CacheClasses, out: Resolution): void {
  const complete = cache.read !== null && cache.write !== null;
  out.usage.inputUncached = input - modalParts(reported);
  out.usage.inputTotal = complete
    ? input + known(cache.read) + known(cache.write) + known(reported.inputTool)
    : null;
}

/** Input that contains the cache tokens: the uncached part is the rest, unless the sender dropped a part of it. */
function takeInclusive(
  reported: ReportedUsage,
  input: number,
  cache: CacheClasses,
  rules: readonly EmitterRule[],
  out: Resolution,
): void {
  const rest = input - known(cache.read) - known(cache.write) - modalParts(reported);
  const loses = (name: OptionalClass) => rules.some((rule) => rule.loses?.includes(name));
  const dropped =
    (cache.read === null && loses("cacheRead")) || (cache.write === null && loses("cacheWrite"));
  out.usage.inputTotal = input + known(reported.inputTool);
  out.usage.inputUncached = dropped ? null : rest;
  if (cache.read === null || cache.write === null) out.assumed = true;
}

interface CacheClasses {
  read: number | null;
  write: number | null;
}

function resolveInput(
  reported: ReportedUsage,
  context: UsageContext,
  rules: readonly EmitterRule[],
  out: Resolution,
): void {
  const { usage } = out;
  const cache: CacheClasses = {
    read: reported.cacheRead ?? absent("cacheRead", reported, context, rules),
    write: cacheWriteOf(reported) ?? absent("cacheWrite", reported, context, rules),
  };
  usage.cacheRead = cache.read;
  splitCacheWrites(reported, usage, cache.write, out);
  usage.inputAudio = reported.inputAudio;
  usage.inputImage = reported.inputImage;
  usage.inputTool = reported.inputTool;
  if (reported.uncached !== null) {
    takeExplicit(reported, reported.uncached, cache, out);
  } else if (reported.input !== null) {
    const decision = decideInput(reported, rules);
    out.names.push(decision.rule);
    if (decision.semantics === "exclusive") takeExclusive(reported, reported.input, cache, out);
    else takeInclusive(reported, reported.input, cache, rules, out);
  }
  if (usage.inputUncached !== null && usage.inputUncached < 0) {
    usage.inputUncached = null;
    out.conflict = true;
  }
}

function resolveOutput(
  reported: ReportedUsage,
  context: UsageContext,
  rules: readonly EmitterRule[],
  out: Resolution,
): void {
  const { usage } = out;
  usage.outputAudio = reported.outputAudio;
  usage.outputImage = reported.outputImage;
  const modal = known(reported.outputAudio) + known(reported.outputImage);
  const reasoning = reported.reasoning ?? absent("reasoning", reported, context, rules);
  usage.outputReasoning = reasoning;
  if (reported.textOutput !== null) {
    usage.output = reported.textOutput;
    usage.outputTotal = reported.output ?? reported.textOutput + known(reasoning) + modal;
    if (reported.output !== null && reported.textOutput + known(reasoning) + modal !== reported.output)
      out.conflict = true;
    return;
  }
  if (reported.output === null) {
    if (context.operation === "embeddings" || context.operation === "rerank") {
      usage.output = 0;
      usage.outputTotal = modal + known(reasoning);
    } else {
      usage.outputReasoning = reported.reasoning;
    }
    return;
  }
  const decision = decideReasoning(reported, usage.inputTotal, rules);
  if (decision !== null) out.names.push(decision.rule);
  const outside = decision?.semantics === "outside";
  const text = reported.output - modal - (outside ? 0 : known(reasoning));
  usage.outputTotal = reported.output + (outside ? known(reasoning) : 0);
  usage.output = text < 0 ? null : text;
  if (text < 0) out.conflict = true;
}

/** What a total says beyond the numbers beside it: thoughts outside the output (Gemini), cache tokens outside the input (Bedrock). */
function useTotal(
  reported: ReportedUsage,
  context: UsageContext,
  rules: readonly EmitterRule[],
  out: Resolution,
): void {
  const { usage } = out;
  const surplus = surplusOf(reported);
  if (surplus <= 0 || reported.input === null) return;
  const family = usageFamily(context.provider, context.model);
  if (family === "gemini" && reported.reasoning === null && usage.outputTotal !== null) {
    usage.outputReasoning = surplus;
    usage.outputTotal += surplus;
    out.names.push("reasoning_from_total");
  } else if (usage.inputTotal === null && rules.some((rule) => rule.totalCountsCache)) {
    usage.inputTotal = reported.input + surplus;
    out.names.push("input_total_from_total");
  }
}

function qualityOf(out: Resolution): UsageQuality {
  const { usage } = out;
  if (out.conflict) return "conflict";
  const wanted = [
    usage.inputUncached,
    usage.cacheRead,
    usage.output,
    usage.outputReasoning,
    usage.inputTotal,
    usage.outputTotal,
  ];
  const writes = usage.cacheWrite5m ?? usage.cacheWrite1h ?? usage.cacheWriteOther;
  if (!out.assumed && writes !== null && wanted.every((value) => value !== null)) return "exact";
  const anything = [...INPUT_CLASSES, ...OUTPUT_CLASSES].some((name) => usage[name] !== null);
  return anything || usage.inputTotal !== null || usage.outputTotal !== null ? "partial" : "unknown";
}

/**
 * Disjoint classes from the numbers an instrumentation wrote. Classes it dropped are null, contradictions keep the raw totals and give
 * quality `conflict`; nothing is clamped. Rules in order: explicit disjoint numbers, emitter table, arithmetic, convention
 * (OpenTelemetry GenAI conventions 1.40: input contains cache tokens, output contains reasoning; read 2026-11-22). Never throws.
 */
export function resolveUsage(reported: ReportedUsage, context: UsageContext): ResolvedUsage {
  const rules = emitterRules(context, reported.legacyCacheNames);
  const out = new Resolution();
  resolveInput(reported, context, rules, out);
  resolveOutput(reported, context, rules, out);
  useTotal(reported, context, rules, out);
  Object.assign(out.usage, reported.units);
  return { usage: out.usage, quality: qualityOf(out), rule: out.names.join("+") || "none" };
}
