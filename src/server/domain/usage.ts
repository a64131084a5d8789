/**
 * Disjoint token classes of one call. A billable total is the plain sum; `null` means unknown, `0` means known zero.
 * `output` excludes reasoning, audio, image and video output; `cacheRead` excludes cached audio and images that the provider counts apart.
 */
export const TOKEN_CLASSES = [
  "inputUncached",
  "inputAudio",
  "inputImage",
  "inputVideo",
  "inputTool",
  "cacheRead",
  "cacheReadAudio",
  "cacheReadImage",
  "cacheWrite5m",
  "cacheWrite1h",
  "cacheWriteOther",
  "output",
  "outputReasoning",
  "outputAudio",
  "outputImage",
  "outputVideo",
] as const;

/**
 * Billable quantities beside the disjoint token classes: counts, except `audioSeconds` and `videoSeconds` (whole seconds).
 * `citationTokens` are tokens that a search model bills beside its prompt and completion.
 */
export const UNIT_CLASSES = [
  "webSearchRequests",
  "webFetchRequests",
  "images",
  "audioSeconds",
  "pages",
  "searchUnits",
  "characters",
  "searchQueries",
  "citationTokens",
  "fileSearchCalls",
  "containerSessions",
  "videoSeconds",
] as const;

export type TokenClass = (typeof TOKEN_CLASSES)[number];
export type UnitClass = (typeof UNIT_CLASSES)[number];
export type UsageClass = TokenClass | UnitClass;

export const INPUT_CLASSES = [
  "inputUncached",
  "inputAudio",
  "inputImage",
  "inputVideo",
  "inputTool",
  "cacheRead",
  "cacheReadAudio",
  "cacheReadImage",
  "cacheWrite5m",
  "cacheWrite1h",
  "cacheWriteOther",
] as const satisfies readonly TokenClass[];

export const OUTPUT_CLASSES = [
  "output",
  "outputReasoning",
  "outputAudio",
  "outputImage",
  "outputVideo",
] as const satisfies readonly TokenClass[];

/** Usage of one call: every class, plus the two totals as known (totals may be known where their split is not). */
export type Usage = Record<UsageClass, number | null> & {
  inputTotal: number | null;
  outputTotal: number | null;
};

export type UsageSource = "provider" | "estimated" | "none";
export type UsageQuality = "exact" | "partial" | "conflict" | "unknown";

/**
 * A usage record in which everything is unknown; a fresh object on each call. Written out, so that all records have one layout in
 * memory: one per span is made and read field by field.
 */
export function unknownUsage(): Usage {
  return {
    inputTotal: null,
    outputTotal: null,
    inputUncached: null,
    inputAudio: null,
    inputImage: null,
    inputVideo: null,
    inputTool: null,
    cacheRead: null,
    cacheReadAudio: null,
    cacheReadImage: null,
    cacheWrite5m: null,
    cacheWrite1h: null,
    cacheWriteOther: null,
    output: null,
    outputReasoning: null,
    outputAudio: null,
    outputImage: null,
    outputVideo: null,
    webSearchRequests: null,
    webFetchRequests: null,
    images: null,
    audioSeconds: null,
    pages: null,
    searchUnits: null,
    characters: null,
    searchQueries: null,
    citationTokens: null,
    fileSearchCalls: null,
    containerSessions: null,
    videoSeconds: null,
  };
}

/** A usage record of zero tokens, known exactly (a refused call); non-token units stay unknown. */
export function zeroTokenUsage(): Usage {
  const usage = unknownUsage();
  for (const name of TOKEN_CLASSES) usage[name] = 0;
  usage.inputTotal = 0;
  usage.outputTotal = 0;
  return usage;
}
