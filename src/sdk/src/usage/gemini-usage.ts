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

/**
 * Classes of a Gemini or Vertex `usageMetadata`: the prompt includes cached content and excludes tool-use prompts, candidates exclude
 * thoughts. A reply with a prompt count and no cached count used no cache: protobuf JSON leaves zeros out.
 * Source: @google/genai 3.1 types, read 2026-11-22. Never throws.
 */
export function geminiUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage("gemini");
  const prompt = firstCount(usage, "promptTokenCount");
  const stated = firstCount(usage, "candidatesTokenCount", "responseTokenCount");
  const total = firstCount(usage, "totalTokenCount");
  if (prompt === null && stated === null) return unreadableUsage("gemini");
  const cached = firstCount(usage, "cachedContentTokenCount") ?? (prompt === null ? null : 0);
  const tool = firstCount(usage, "toolUsePromptTokenCount") ?? 0;
  const thoughts = firstCount(usage, "thoughtsTokenCount") ?? 0;
  // A reply cut before its first token has no candidate count: the total tells whether that is a zero.
  const candidates = stated ?? (prompt !== null && total === prompt + tool + thoughts ? 0 : null);
  const promptList = usage["promptTokensDetails"];
  const cacheList = usage["cacheTokensDetails"];
  const outList = usage["candidatesTokensDetails"] ?? usage["responseTokensDetails"];
  const audio = without(modality(promptList, "AUDIO"), modality(cacheList, "AUDIO"));
  const image = without(
    modality(promptList, "IMAGE", "VIDEO", "DOCUMENT"),
    modality(cacheList, "IMAGE", "VIDEO", "DOCUMENT"),
  );
  const outAudio = modality(outList, "AUDIO");
  const outImage = modality(outList, "IMAGE");
  const inMedia = (audio ?? 0) + (image ?? 0) + (cached ?? 0);
  const outMedia = (outAudio ?? 0) + (outImage ?? 0);
  const classes = known({
    inputUncached: prompt === null ? null : Math.max(0, prompt - inMedia),
    inputAudio: audio,
    inputImage: image,
    inputTool: tool,
    cacheRead: cached,
    output: candidates === null ? null : Math.max(0, candidates - outMedia),
    outputReasoning: thoughts,
    outputAudio: outAudio,
    outputImage: outImage,
  });
  return checkedReading(classes, {
    total,
    complete: prompt !== null && candidates !== null,
    conflict: inMedia > (prompt ?? Infinity) || outMedia > (candidates ?? Infinity),
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
