import type { PriceClass } from "../domain/price.js";
import type { Usage, UsageClass } from "../domain/usage.js";
import type { CompiledRate } from "./price-book.js";
import type { NamedFactor, RatePlan } from "./select-rate.js";

interface ClassRule {
  usage: UsageClass;
  /** Price classes that fit, the first with a rate wins. */
  classes: readonly PriceClass[];
  /** Without a rate the quantity is informational where tokens are priced (image counts beside image tokens, free page fetches). */
  optional?: true;
  /** Only the first class counts when the model prices this one apart. */
  unlessApart?: PriceClass;
}

/**
 * Which price class a usage class is billed in. There is no fallback where a guess could be far off: audio is never priced as text, a
 * one-hour cache write never as a five-minute one.
 */
const RULES: readonly ClassRule[] = [
  { usage: "inputUncached", classes: ["input"] },
  { usage: "inputTool", classes: ["input"] },
  { usage: "inputAudio", classes: ["input_audio"] },
  { usage: "inputImage", classes: ["input_image", "input"] },
  { usage: "inputVideo", classes: ["input_video", "input"] },
  { usage: "cacheRead", classes: ["cache_read"] },
  { usage: "cacheReadAudio", classes: ["cache_read_audio"] },
  // A model that prices image tokens like text caches them like text too.
  { usage: "cacheReadImage", classes: ["cache_read_image", "cache_read"], unlessApart: "input_image" },
  { usage: "cacheWrite5m", classes: ["cache_write_5m", "cache_write"] },
  { usage: "cacheWrite1h", classes: ["cache_write_1h"] },
  { usage: "cacheWriteOther", classes: ["cache_write", "cache_write_5m"] },
  { usage: "output", classes: ["output"] },
  { usage: "outputReasoning", classes: ["output_reasoning", "output"] },
  { usage: "outputAudio", classes: ["output_audio"] },
  { usage: "outputImage", classes: ["output_image"] },
  { usage: "outputVideo", classes: ["output_video"] },
  { usage: "citationTokens", classes: ["output_citation"], optional: true },
  { usage: "webSearchRequests", classes: ["web_search", "google_search_query", "google_search_prompt"] },
  { usage: "webFetchRequests", classes: ["web_fetch"], optional: true },
  { usage: "searchQueries", classes: ["search_query"], optional: true },
  { usage: "searchUnits", classes: ["search_unit"] },
  { usage: "fileSearchCalls", classes: ["file_search"] },
  { usage: "containerSessions", classes: ["container_session"] },
  { usage: "images", classes: ["image"], optional: true },
  { usage: "audioSeconds", classes: ["audio_second"], optional: true },
  { usage: "videoSeconds", classes: ["video_second"], optional: true },
  { usage: "pages", classes: ["page"] },
  { usage: "characters", classes: ["character"], optional: true },
];

const WRITES_AS_INPUT: readonly PriceClass[] = ["cache_write", "cache_write_5m", "input"];

/** The counts of a call in the order of RULES: named one by one, because reading a record by changing names costs more than pricing it. */
function countsOf(usage: Usage): (number | null)[] {
  return [
    usage.inputUncached,
    usage.inputTool,
    usage.inputAudio,
    usage.inputImage,
    usage.inputVideo,
    usage.cacheRead,
    usage.cacheReadAudio,
    usage.cacheReadImage,
    usage.cacheWrite5m,
    usage.cacheWrite1h,
    usage.cacheWriteOther,
    usage.output,
    usage.outputReasoning,
    usage.outputAudio,
    usage.outputImage,
    usage.outputVideo,
    usage.citationTokens,
    usage.webSearchRequests,
    usage.webFetchRequests,
    usage.searchQueries,
    usage.searchUnits,
    usage.fileSearchCalls,
    usage.containerSessions,
    usage.images,
    usage.audioSeconds,
    usage.videoSeconds,
    usage.pages,
    usage.characters,
  ];
}

/** A quantity to be priced at one rate. `count` is a number of units, whole but for seconds. */
export interface RatedQuantity {
  rate: CompiledRate;
  count: number;
}

export interface RatedUsage {
  quantities: RatedQuantity[];
  /** Price classes that are billed but have no rate, most telling first. */
  missing: PriceClass[];
  /** Whether any quantity was reported at all, zero included. */
  reported: boolean;
  /** What converts currencies other than USD; null = all is in USD. */
  fx: ReadonlyMap<string, NamedFactor> | null;
  /** Whether quantities were left out for want of a currency's worth. */
  unconverted: boolean;
}

/** One prompt with grounding is one charge, however many queries it took. Source: Gemini API pricing, Gemini 2.x, 2026-11. */
function billedCount(name: PriceClass, count: number): number {
  return name === "google_search_prompt" ? 1 : count;
}

/**
 * The quantities of a call by rate: equal rates are merged, zero quantities left out unless nothing else was used, and per-request fees
 * added. Never throws.
 */
export function rateUsage(usage: Usage, plan: RatePlan, writesAsInput: boolean): RatedUsage {
  const quantities: RatedQuantity[] = [];
  const missing: PriceClass[] = [];
  const informational: PriceClass[] = [];
  let reported = false;
  const counts = countsOf(usage);
  for (let index = 0; index < RULES.length; index += 1) {
    const count = counts[index];
    const rule = RULES[index];
    if (rule === undefined || count === null || count === undefined) continue;
    if (!Number.isFinite(count) || count < 0) continue;
    reported = true;
    if (count === 0) continue;
    const classes = classesOf(rule, plan, writesAsInput);
    const rate = firstRate(plan, classes);
    const name = classes[0];
    if (rate !== null) add(quantities, rate, billedCount(rate.class, count));
    else if (name !== undefined) (rule.optional === true ? informational : missing).push(name);
  }
  if (reported) addPerCall(quantities, missing, usage, plan);
  if (!plan.hasTokenRates && quantities.length > 0)
    return { quantities, missing: [], reported, fx: null, unconverted: false };
  if (quantities.length === 0 && missing.length === 0) missing.push(...informational);
  if (quantities.length === 0 && missing.length === 0 && reported) addZeroLines(quantities, usage, plan);
  return { quantities, missing, reported, fx: null, unconverted: false };
}

function classesOf(rule: ClassRule, plan: RatePlan, writesAsInput: boolean): readonly PriceClass[] {
  if (writesAsInput && rule.usage === "cacheWriteOther") return WRITES_AS_INPUT;
  const apart = rule.unlessApart !== undefined && plan.rates.has(rule.unlessApart);
  return apart ? rule.classes.slice(0, 1) : rule.classes;
}

function firstRate(plan: RatePlan, classes: readonly PriceClass[]): CompiledRate | null {
  for (const name of classes) {
    const rate = plan.rates.get(name);
    if (rate !== undefined) return rate;
  }
  return null;
}

function add(quantities: RatedQuantity[], rate: CompiledRate, count: number): void {
  for (const line of quantities) {
    if (line.rate !== rate) continue;
    line.count += count;
    return;
  }
  quantities.push({ rate, count });
}

/** One unit of what every call is billed, where the reply reports no count of it. */
function addPerCall(quantities: RatedQuantity[], missing: PriceClass[], usage: Usage, plan: RatePlan): void {
  for (const name of plan.perCall) {
    if (name === "web_search" && usage.webSearchRequests !== null) continue;
    const rate = plan.rates.get(name);
    if (rate === undefined) missing.push(name);
    else add(quantities, rate, 1);
  }
}

/** A call that used nothing is priced, at zero: its lines say so. */
function addZeroLines(quantities: RatedQuantity[], usage: Usage, plan: RatePlan): void {
  const input = plan.rates.get("input");
  const output = plan.rates.get("output");
  if (usage.inputUncached === 0 && input !== undefined) add(quantities, input, 0);
  if (usage.output === 0 && output !== undefined) add(quantities, output, 0);
}
