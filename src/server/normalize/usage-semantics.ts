import { INPUT_CLASSES, OUTPUT_CLASSES, type Usage, type UsageQuality } from "../domain/usage.js";
import type { ReportedUsage } from "./reading.js";
import { resolveInput } from "./usage-input.js";
import { resolveOutput } from "./usage-output.js";
import { known, Resolution } from "./usage-resolution.js";
import type { UsageContext } from "./usage-rules.js";

export interface ResolvedUsage {
  usage: Usage;
  quality: UsageQuality;
  /** Names the rules that decided, joined by `+`: how input was read, how reasoning was read, what was derived. */
  rule: string;
}

/** What a total says beyond the numbers beside it: thoughts outside the output (Gemini), cache tokens outside the input (Bedrock). */
function useTotal(out: Resolution): void {
  const { usage, reported } = out;
  // The prompt of tools stands beside input and output in Gemini's total.
  const surplus = out.surplus - known(reported.inputTool);
  if (surplus <= 0 || reported.input === null || reported.output === null) return;
  if (out.family === "gemini" && reported.reasoning === null) {
    usage.outputReasoning = surplus;
    usage.outputTotal = reported.output + surplus;
    out.names.push("reasoning_from_total");
  } else if (usage.inputTotal === null && out.lostCache) {
    usage.inputTotal = reported.input + surplus;
    out.names.push("input_total_from_total");
  }
}

/**
 * Whether no way of counting leads to the total as written: it may count cache tokens or reasoning inside, beside or not at all. More than
 * all parts is a contradiction only where no part can be missing.
 */
function contradictsTotal(out: Resolution): boolean {
  const { usage, reported } = out;
  const { total, input, output } = reported;
  if (total === null || total === 0 || input === null || output === null) return false;
  const rest = total - input - output;
  const complete = usage.cacheRead !== null && usage.outputReasoning !== null && cacheWriteOf(usage) !== null;
  if (rest === 0 || (rest > 0 && !complete)) return false;
  const parts = [usage.cacheRead, cacheWriteOf(usage), usage.outputReasoning, usage.inputTool];
  const modal = [usage.inputAudio, usage.inputImage, usage.inputVideo, usage.outputAudio, usage.outputImage];
  let sums = [0];
  for (const part of [...parts, ...modal].map(known).filter((count) => count > 0))
    sums = sums.flatMap((sum) => [sum, sum + part, sum - part]);
  return !sums.includes(rest);
}

/** All cache writes; null when nothing is known of them. */
function cacheWriteOf({ cacheWrite5m, cacheWrite1h, cacheWriteOther }: Usage): number | null {
  if (cacheWrite5m === null && cacheWrite1h === null && cacheWriteOther === null) return null;
  return known(cacheWrite5m) + known(cacheWrite1h) + known(cacheWriteOther);
}

function qualityOf(out: Resolution): UsageQuality {
  const { usage } = out;
  if (out.conflict || contradictsTotal(out)) return "conflict";
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
  const out = new Resolution(reported, context);
  resolveInput(out);
  resolveOutput(out);
  useTotal(out);
  Object.assign(out.usage, reported.units);
  return { usage: out.usage, quality: qualityOf(out), rule: out.names.join("+") || "none" };
}
