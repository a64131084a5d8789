import type { USAGE_ATTRIBUTE_NAMES } from "../semconv.js";

/** Name of one disjoint class: tokens or units. */
export type UsageClassName = keyof typeof USAGE_ATTRIBUTE_NAMES;

/** Classes by count. A missing key means unknown, 0 means that the provider said so or that it follows by arithmetic. */
export type UsageClasses = Partial<Record<UsageClassName, number>>;

/**
 * What one raw usage object says. `exact`: every class that the price depends on is known and the provider's own total agrees;
 * `partial`: a split is missing; `conflict`: the numbers contradict each other; `unknown`: no usage was reported.
 */
export interface UsageReading {
  usage: UsageClasses;
  /** All prompt tokens, caches included; null = unknown. */
  inputTotal: number | null;
  /** All generated tokens, reasoning included; null = unknown. */
  outputTotal: number | null;
  quality: "exact" | "partial" | "conflict" | "unknown";
  /** Which reading of the numbers was taken, `<family>:<reading>`. */
  rule: string;
}

/** Which total a class of tokens counts in; the other classes are units. */
const SIDE: Readonly<Partial<Record<UsageClassName, "input" | "output">>> = {
  inputUncached: "input",
  inputAudio: "input",
  inputImage: "input",
  inputVideo: "input",
  inputTool: "input",
  cacheRead: "input",
  cacheReadAudio: "input",
  cacheReadImage: "input",
  cacheWrite5m: "input",
  cacheWrite1h: "input",
  cacheWriteOther: "input",
  output: "output",
  outputReasoning: "output",
  outputAudio: "output",
  outputImage: "output",
  outputVideo: "output",
};

/** The reading of a usage object that is absent or unusable. */
export function unreadableUsage(family: string): UsageReading {
  return { usage: {}, inputTotal: null, outputTotal: null, quality: "unknown", rule: `${family}:absent` };
}

/** The value as a plain record, or null for anything else (arrays included). Never throws. */
export function record(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return value as Readonly<Record<string, unknown>>;
}

/** The value as a count: a non-negative safe integer, or null for anything else (text, NaN, negatives, fractions). */
export function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** The first of the named fields that holds a count, or null. */
export function firstCount(
  from: Readonly<Record<string, unknown>> | null,
  ...names: readonly string[]
): number | null {
  if (from === null) return null;
  for (const name of names) {
    const found = count(from[name]);
    if (found !== null) return found;
  }
  return null;
}

/** Whole seconds of a duration, rounded to the nearest; null unless a finite number >= 0. */
export function seconds(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
}

/** Only the classes whose count is known. */
export function known(classes: Record<string, number | null>): UsageClasses {
  const usage: Record<string, number> = {};
  for (const name in classes) {
    const value = classes[name];
    if (value !== null && value !== undefined) usage[name] = value;
  }
  return usage;
}

function sumOf(usage: UsageClasses, side: "input" | "output"): number | null {
  let sum: number | null = null;
  for (const name in usage) {
    if (SIDE[name as UsageClassName] !== side) continue;
    const value = usage[name as UsageClassName];
    if (value !== undefined) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** Sum of the known input classes; null when none is known. */
export function inputSum(usage: UsageClasses): number | null {
  return sumOf(usage, "input");
}

/** Sum of the known output classes; null when none is known. */
export function outputSum(usage: UsageClasses): number | null {
  return sumOf(usage, "output");
}

/**
 * A reading of disjoint classes, checked against the total that the provider states.
 * `total` null means that the provider states none; `complete` false marks a missing split.
 */
export function checkedReading(
  usage: UsageClasses,
  options: { total: number | null; complete: boolean; conflict?: boolean; rule: string },
): UsageReading {
  const inputTotal = inputSum(usage);
  const outputTotal = outputSum(usage);
  const disagrees = options.total !== null && (inputTotal ?? 0) + (outputTotal ?? 0) !== options.total;
  const conflict = options.conflict === true || disagrees;
  const complete = options.complete && inputTotal !== null;
  return {
    usage,
    inputTotal,
    outputTotal,
    quality: conflict ? "conflict" : complete ? "exact" : "partial",
    rule: options.rule,
  };
}
