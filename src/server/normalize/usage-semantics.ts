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
  const out = new Resolution(reported, context);
  resolveInput(out);
  resolveOutput(out);
  useTotal(out);
  Object.assign(out.usage, reported.units);
  return { usage: out.usage, quality: qualityOf(out), rule: out.names.join("+") || "none" };
}
