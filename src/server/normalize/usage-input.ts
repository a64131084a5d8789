import type { InputSemantics } from "./usage-family.js";
import { cacheWriteOf, known, type Resolution } from "./usage-resolution.js";

interface CacheClasses {
  read: number | null;
  write: number | null;
}

/** Rules in order: the emitter table, arithmetic, the convention (input contains cache tokens). */
function decideInput(out: Resolution): { semantics: InputSemantics; rule: string } {
  const { reported } = out;
  const listed = out.listed("input");
  if (listed !== null) return listed;
  const cache = known(reported.cacheRead) + known(cacheWriteOf(reported));
  if (cache > 0 && reported.input !== null) {
    if (cache > reported.input) return { semantics: "exclusive", rule: "exclusive:cache_exceeds_input" };
    if (reported.total !== null && reported.total === reported.input + known(reported.output) + cache) {
      return { semantics: "exclusive", rule: "exclusive:total_adds_cache" };
    }
  }
  if (out.lostCache) return { semantics: "exclusive", rule: "exclusive:total_exceeds_parts" };
  return { semantics: "inclusive", rule: "inclusive:convention" };
}

/** Anthropic and Bedrock price cache writes by lifetime: without it the tokens are known, their price class is not. */
function takeUndatedWrites(write: number, out: Resolution): void {
  const { usage, family } = out;
  const oneLifetime = write === 0 || family === "openai" || family === "gemini";
  usage.cacheWrite5m = oneLifetime ? 0 : null;
  usage.cacheWrite1h = oneLifetime ? 0 : null;
  usage.cacheWriteOther = write;
  if (!oneLifetime) out.assumed = true;
}

function splitCacheWrites(write: number | null, out: Resolution): void {
  if (write === null) return;
  const { usage } = out;
  const { cacheWrite5m: five, cacheWrite1h: hour } = out.reported;
  if (five === null && hour === null) {
    takeUndatedWrites(write, out);
    return;
  }
  const rest = write - known(five) - known(hour);
  usage.cacheWrite5m = known(five);
  usage.cacheWrite1h = known(hour);
  usage.cacheWriteOther = rest < 0 ? null : rest;
  if (rest < 0) out.conflict = true;
}

/** Input parts beside cache that the total contains: taken out of the uncached class. */
function modalParts({ usage }: Resolution): number {
  return known(usage.inputAudio) + known(usage.inputImage) + known(usage.inputVideo);
}

/** The sender states the uncached part: the total is the sum of the parts, and a total beside it must agree. */
function takeExplicit(uncached: number, cache: CacheClasses, out: Resolution): void {
  const { usage, reported } = out;
  out.names.push("explicit_disjoint");
  usage.inputUncached = uncached;
  if (cache.read === null || cache.write === null) {
    usage.inputTotal = reported.input;
    return;
  }
  const tool = known(reported.inputTool);
  const sum = uncached + cache.read + cache.write + modalParts(out) + tool;
  const agrees = reported.input === null || reported.input === sum || reported.input === sum - tool;
  if (!agrees) out.conflict = true;
  usage.inputTotal = agrees ? sum : reported.input;
}

/** Input without cache tokens: the total is known only when every cache class is. */
function takeExclusive(input: number, cache: CacheClasses, out: Resolution): void {
  const { usage, reported } = out;
  usage.inputUncached = input - modalParts(out);
  usage.inputTotal =
    cache.read === null || cache.write === null
      ? null
      : input + cache.read + cache.write + known(reported.inputTool);
}

/**
 * Cached tokens may be counted as audio or image a second time (OpenAI does not say): the overflow is taken out of audio first, then of
 * images. Source: reference formulas for OpenAI Chat, 2026-11-22.
 */
function resolveOverlap(overflow: number, out: Resolution): number {
  const { usage } = out;
  if (overflow <= 0 || overflow > modalParts(out)) return -overflow;
  let rest = overflow;
  for (const name of ["inputAudio", "inputImage", "inputVideo"] as const) {
    const taken = Math.min(rest, known(usage[name]));
    if (taken > 0) usage[name] = known(usage[name]) - taken;
    rest -= taken;
  }
  out.names.push("modal_overlap");
  return 0;
}

/** Input that contains the cache tokens: the uncached part is the rest, unless the sender dropped a part of it. */
function takeInclusive(input: number, cache: CacheClasses, out: Resolution): void {
  const { usage, reported } = out;
  const rest = resolveOverlap(known(cache.read) + known(cache.write) + modalParts(out) - input, out);
  const dropped =
    (cache.read === null && out.loses("cacheRead")) || (cache.write === null && out.loses("cacheWrite"));
  usage.inputTotal = input + known(reported.inputTool);
  usage.inputUncached = dropped ? null : rest;
  if (cache.read === null || cache.write === null) out.assumed = true;
}

function inputOnly({ reported, context }: Resolution): boolean {
  return (
    known(reported.output) === 0 && (context.operation === "embeddings" || context.operation === "rerank")
  );
}

/** Fills the input classes. Never throws. */
export function resolveInput(out: Resolution): void {
  const { usage, reported } = out;
  const cache: CacheClasses = {
    read: reported.cacheRead ?? out.absent("cacheRead"),
    write: cacheWriteOf(reported) ?? out.absent("cacheWrite"),
  };
  usage.cacheRead = cache.read;
  // Embeddings and rankings have no output: their total is their input.
  if (reported.input === null && reported.uncached === null && inputOnly(out))
    reported.input = reported.total;
  splitCacheWrites(cache.write, out);
  usage.inputAudio = reported.inputAudio;
  usage.inputImage = reported.inputImage;
  usage.inputVideo = reported.inputVideo;
  usage.inputTool = reported.inputTool;
  if (reported.uncached !== null) {
    takeExplicit(reported.uncached, cache, out);
  } else if (reported.input !== null) {
    const decision = decideInput(out);
    out.names.push(decision.rule);
    if (decision.semantics === "exclusive") takeExclusive(reported.input, cache, out);
    else takeInclusive(reported.input, cache, out);
  }
  if (usage.inputUncached !== null && usage.inputUncached < 0) {
    usage.inputUncached = null;
    out.conflict = true;
  }
}
