import { TOKEN_CLASSES, UNIT_CLASSES, type Usage } from "../../domain/usage.js";

type UsageField = keyof Usage;

/** Usage that may have a fraction: stored as Decimal(18, 6), everything else as Int64. */
export const SECONDS_FIELDS: ReadonlySet<UsageField> = new Set(["audioSeconds", "videoSeconds"]);

/** Column of each usage field. */
export const USAGE_COLUMNS: Readonly<Record<UsageField, string>> = {
  inputUncached: "input_uncached",
  inputAudio: "input_audio",
  inputImage: "input_image",
  inputVideo: "input_video",
  inputTool: "input_tool",
  cacheRead: "cache_read",
  cacheReadAudio: "cache_read_audio",
  cacheReadImage: "cache_read_image",
  cacheWrite5m: "cache_write_5m",
  cacheWrite1h: "cache_write_1h",
  cacheWriteOther: "cache_write_other",
  output: "output",
  outputReasoning: "output_reasoning",
  outputAudio: "output_audio",
  outputImage: "output_image",
  outputVideo: "output_video",
  webSearchRequests: "web_search_requests",
  webFetchRequests: "web_fetch_requests",
  images: "images",
  audioSeconds: "audio_seconds",
  pages: "pages",
  searchUnits: "search_units",
  characters: "characters",
  searchQueries: "search_queries",
  citationTokens: "citation_tokens",
  fileSearchCalls: "file_search_calls",
  containerSessions: "container_sessions",
  videoSeconds: "video_seconds",
  inputTotal: "input_total",
  outputTotal: "output_total",
};

/** Every usage field, in the order of the columns. */
export const USAGE_FIELDS: readonly UsageField[] = [
  ...TOKEN_CLASSES,
  ...UNIT_CLASSES,
  "inputTotal",
  "outputTotal",
];

/** Fields that most calls have: columns of their own. The others are facts when they are zero, and in `rest` when they are not. */
export const COMMON_USAGE_FIELDS: readonly UsageField[] = [
  "inputUncached",
  "cacheRead",
  "cacheWrite5m",
  "cacheWrite1h",
  "output",
  "outputReasoning",
  "inputTotal",
  "outputTotal",
];

/** Every other field. */
export const RARE_USAGE_FIELDS: readonly UsageField[] = USAGE_FIELDS.filter(
  (field) => !COMMON_USAGE_FIELDS.includes(field),
);

/** How each field is read. Each by a function of its own: a property by a variable name is several times slower to read. */
export const USAGE_READERS: Readonly<Record<UsageField, (usage: Usage) => number | null>> = {
  inputUncached: (usage) => usage.inputUncached,
  inputAudio: (usage) => usage.inputAudio,
  inputImage: (usage) => usage.inputImage,
  inputVideo: (usage) => usage.inputVideo,
  inputTool: (usage) => usage.inputTool,
  cacheRead: (usage) => usage.cacheRead,
  cacheReadAudio: (usage) => usage.cacheReadAudio,
  cacheReadImage: (usage) => usage.cacheReadImage,
  cacheWrite5m: (usage) => usage.cacheWrite5m,
  cacheWrite1h: (usage) => usage.cacheWrite1h,
  cacheWriteOther: (usage) => usage.cacheWriteOther,
  output: (usage) => usage.output,
  outputReasoning: (usage) => usage.outputReasoning,
  outputAudio: (usage) => usage.outputAudio,
  outputImage: (usage) => usage.outputImage,
  outputVideo: (usage) => usage.outputVideo,
  webSearchRequests: (usage) => usage.webSearchRequests,
  webFetchRequests: (usage) => usage.webFetchRequests,
  images: (usage) => usage.images,
  audioSeconds: (usage) => usage.audioSeconds,
  pages: (usage) => usage.pages,
  searchUnits: (usage) => usage.searchUnits,
  characters: (usage) => usage.characters,
  searchQueries: (usage) => usage.searchQueries,
  citationTokens: (usage) => usage.citationTokens,
  fileSearchCalls: (usage) => usage.fileSearchCalls,
  containerSessions: (usage) => usage.containerSessions,
  videoSeconds: (usage) => usage.videoSeconds,
  inputTotal: (usage) => usage.inputTotal,
  outputTotal: (usage) => usage.outputTotal,
};
