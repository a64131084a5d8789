import { checkedReading, count, firstCount, known, record, unreadableUsage } from "./usage-reading.js";
import type { UsageClasses, UsageReading } from "./usage-reading.js";

/** Tokens of a `*TokensDetails` list whose modality is one of those named; null when there is no list. */
function modality(list: unknown, ...names: readonly string[]): number | null {
  if (!Array.isArray(list)) return null;
  let sum = 0;
  for (const entry of list as readonly unknown[]) {
    const item = record(entry);
    if (item !== null && typeof item["modality"] === "string" && names.includes(item["modality"])) {
      sum += count(item["tokenCount"]) ?? 0;
    }
  }
  return sum;
}

function without(all: number | null, cached: number | null): number | null {
  return all === null ? null : Math.max(0, all - (cached ?? 0));
}

type Fields = Readonly<Record<string, unknown>>;

/** Prompt classes by modality, cached tokens taken out of each; documents count as images, which cost what text costs. */
function promptClasses(usage: Fields, prompt: number | null) {
  // Protobuf JSON leaves zeros out: a prompt without a cached count used no cache.
  const cached = firstCount(usage, "cachedContentTokenCount") ?? (prompt === null ? null : 0);
  const prompts = usage["promptTokensDetails"];
  const caches = usage["cacheTokensDetails"];
  const audio = without(modality(prompts, "AUDIO"), modality(caches, "AUDIO"));
  const image = without(modality(prompts, "IMAGE", "DOCUMENT"), modality(caches, "IMAGE", "DOCUMENT"));
  const video = without(modality(prompts, "VIDEO"), modality(caches, "VIDEO"));
  const cachedAudio = cached === 0 ? null : modality(caches, "AUDIO");
  const inside = (audio ?? 0) + (image ?? 0) + (video ?? 0) + (cached ?? 0);
  return {
    classes: {
      inputUncached: prompt === null ? null : Math.max(0, prompt - inside),
      inputAudio: audio,
      inputImage: image,
      inputVideo: video,
      cacheRead: cached === null ? null : Math.max(0, cached - (cachedAudio ?? 0)),
      cacheReadAudio: cachedAudio,
    },
    conflict: inside > (prompt ?? Infinity) || (cachedAudio ?? 0) > (cached ?? 0),
  };
}

function candidateClasses(usage: Fields, candidates: number | null) {
  const list = usage["candidatesTokensDetails"] ?? usage["responseTokensDetails"];
  const outputAudio = modality(list, "AUDIO");
  const outputImage = modality(list, "IMAGE");
  const outputVideo = modality(list, "VIDEO");
  const inside = (outputAudio ?? 0) + (outputImage ?? 0) + (outputVideo ?? 0);
  return {
    classes: {
      output: candidates === null ? null : Math.max(0, candidates - inside),
      outputAudio,
      outputImage,
      outputVideo,
    },
    conflict: inside > (candidates ?? Infinity),
  };
}

/**
 * Classes of a Gemini or Vertex `usageMetadata`: the prompt includes cached content and excludes tool-use prompts, candidates exclude
 * thoughts. Source: @google/genai 3.1 types, read 2026-11-22. Never throws.
 */
export function geminiUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage("gemini");
  const prompt = firstCount(usage, "promptTokenCount");
  const stated = firstCount(usage, "candidatesTokenCount", "responseTokenCount");
  const total = firstCount(usage, "totalTokenCount");
  if (prompt === null && stated === null) return unreadableUsage("gemini");
  const tool = firstCount(usage, "toolUsePromptTokenCount") ?? 0;
  const thoughts = firstCount(usage, "thoughtsTokenCount") ?? 0;
  // A reply cut before its first token has no candidate count: the total tells whether that is a zero.
  const candidates = stated ?? (prompt !== null && total === prompt + tool + thoughts ? 0 : null);
  const input = promptClasses(usage, prompt);
  const output = candidateClasses(usage, candidates);
  const classes = known({ ...input.classes, inputTool: tool, ...output.classes, outputReasoning: thoughts });
  return checkedReading(classes, {
    total,
    complete: prompt !== null && candidates !== null,
    conflict: input.conflict || output.conflict,
    rule: "gemini:disjoint",
  });
}

/** Grounding queries of a Gemini reply: `webSearchRequests`, absent when the reply carries no grounding. Never throws. */
export function geminiGroundingUsage(response: unknown): UsageClasses {
  const reply = record(response);
  const candidates = Array.isArray(reply?.["candidates"]) ? (reply["candidates"] as readonly unknown[]) : [];
  let queries = 0;
  for (const candidate of candidates) {
    const grounding = record(record(candidate)?.["groundingMetadata"]);
    const asked = grounding?.["webSearchQueries"];
    if (Array.isArray(asked)) queries += asked.length;
  }
  return queries > 0 ? { webSearchRequests: queries } : {};
}
