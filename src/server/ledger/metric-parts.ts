import type { Call } from "../domain/call.js";
import type { Usage } from "../domain/usage.js";

/** How a tool's token metric counts: whether input contains cache tokens, and output reasoning. As in the emitter table. */
interface Counting {
  inputContainsCache: boolean;
  outputContainsReasoning: boolean;
}

const COUNTING: Readonly<Record<string, Counting>> = {
  claude_code_metrics: { inputContainsCache: false, outputContainsReasoning: true },
  codex_cli_metrics: { inputContainsCache: true, outputContainsReasoning: true },
  qwen_code_metrics: { inputContainsCache: true, outputContainsReasoning: true },
  gemini_cli_metrics: { inputContainsCache: true, outputContainsReasoning: false },
};

function larger(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function known(...values: (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** Each class as the larger of the two reports: a part that one of them lacks, or a counter that has grown. */
function largest(a: Usage, b: Usage): Usage {
  const usage = { ...a };
  for (const name of Object.keys(usage) as (keyof Usage)[]) usage[name] = larger(a[name], b[name]);
  return usage;
}

/** Input as the tool counted it: the prompt of tools stands beside. */
function writtenInput(usage: Usage): number | null {
  return usage.inputTotal === null ? null : usage.inputTotal - known(usage.inputTool);
}

/** Parts and totals from the numbers that were counted. */
function recount(usage: Usage, input: number | null, counting: Counting): Usage {
  const cache = known(usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther) + known(usage.cacheRead);
  if (counting.inputContainsCache) {
    usage.inputTotal = input === null ? null : input + known(usage.inputTool);
    usage.inputUncached = input === null || input < cache ? null : input - cache;
  } else if (usage.inputUncached !== null) {
    usage.inputTotal = usage.inputUncached + cache + known(usage.inputTool);
  }
  if (counting.outputContainsReasoning) {
    const rest = usage.outputTotal === null ? null : usage.outputTotal - known(usage.outputReasoning);
    usage.output = rest === null || rest < 0 ? null : rest;
  } else if (usage.output !== null) {
    usage.outputTotal = usage.output + known(usage.outputReasoning);
  }
  return usage;
}

function joinRules(a: string, b: string): string {
  const rules = new Set([...a.split("+"), ...b.split("+")]);
  rules.delete("none");
  return [...rules].sort().join("+") || "none";
}

/**
 * Two reports of one metric stream and interval as one, or null when they are none. A Collector may cut an export between the points of a
 * stream, and a cumulative counter grows: the outcome is the same in any order and however often either is repeated. Never throws.
 */
export function joinMetricParts(a: Call, b: Call): Call | null {
  const counting = COUNTING[a.source.dialect];
  if (counting === undefined || a.source.dialect !== b.source.dialect) return null;
  const input = larger(writtenInput(a.usage), writtenInput(b.usage));
  const usage = recount(largest(a.usage, b.usage), input, counting);
  const whole = usage.inputUncached !== null && usage.inputTotal !== null && usage.outputTotal !== null;
  return {
    ...a,
    durationMs: Math.max(a.durationMs, b.durationMs),
    usage,
    usageQuality: whole && usage.cacheRead !== null && usage.outputReasoning !== null ? "exact" : "partial",
    usageRule: joinRules(a.usageRule, b.usageRule),
  };
}
