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
