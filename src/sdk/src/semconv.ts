/**
 * Every attribute name that Spanledger writes, and that its server reads.
 *
 * `gen_ai.*` names follow the OpenTelemetry GenAI semantic conventions (status: Development), repository
 * open-telemetry/semantic-conventions-genai, read 2026-11-22: input totals include cache reads and writes, output totals
 * include reasoning. `spanledger.*` names are ours; units stand in the comment beside each.
 */
export const ATTR_OPERATION_NAME = "gen_ai.operation.name";
export const ATTR_PROVIDER_NAME = "gen_ai.provider.name";
export const ATTR_REQUEST_MODEL = "gen_ai.request.model";
export const ATTR_RESPONSE_MODEL = "gen_ai.response.model";
export const ATTR_RESPONSE_ID = "gen_ai.response.id";
/** string[] */
export const ATTR_FINISH_REASONS = "gen_ai.response.finish_reasons";
/** boolean */
export const ATTR_REQUEST_STREAM = "gen_ai.request.stream";
/** seconds */
export const ATTR_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
export const ATTR_CONVERSATION_ID = "gen_ai.conversation.id";
/** tokens, inclusive of cache reads and writes */
export const ATTR_INPUT_TOKENS = "gen_ai.usage.input_tokens";
/** tokens, inclusive of reasoning */
export const ATTR_OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
export const ATTR_CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens";
export const ATTR_CACHE_WRITE_TOKENS = "gen_ai.usage.cache_write.input_tokens";
export const ATTR_REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens";

export const ATTR_SERVER_ADDRESS = "server.address";
export const ATTR_SERVER_PORT = "server.port";
export const ATTR_ERROR_TYPE = "error.type";
export const ATTR_HTTP_STATUS = "http.response.status_code";
/** Prefix; the value is string[] as the HTTP conventions ask. Allow-listed rate-limit headers only. */
export const ATTR_RESPONSE_HEADER_PREFIX = "http.response.header.";

export const ATTR_USER_ID = "user.id";
export const ATTR_SESSION_ID = "session.id";
export const ATTR_SERVICE_NAME = "service.name";
export const ATTR_ENVIRONMENT = "deployment.environment.name";

/** Marks a span as ours: the SDK version. Its presence selects our dialect. */
export const ATTR_SDK_VERSION = "spanledger.sdk.version";
export const ATTR_TEAM = "spanledger.team";
export const ATTR_FEATURE = "spanledger.feature";
export const ATTR_CUSTOMER = "spanledger.customer";
/** Prefix of free tags. */
export const ATTR_TAG_PREFIX = "spanledger.tag.";

/** ok | error | cancelled | abandoned */
export const ATTR_OUTCOME = "spanledger.outcome";
/** Provider request id (header), distinct from the response id. */
export const ATTR_REQUEST_ID = "spanledger.request.id";
/** Billing vendor stated by `observe(client, { provider })`; settles an unmapped private host. */
export const ATTR_PROVIDER_OVERRIDE = "spanledger.provider";
/** What the client library is: openai, azure, anthropic, ... */
export const ATTR_CLIENT_FLAVOR = "spanledger.client.flavor";
/** Tier as served (response first, then request). */
export const ATTR_SERVICE_TIER = "spanledger.service_tier";
/**
 * Ids of the record of a job's result, the same from every process that reports it: `<trace id>-<span id>[-<parent span id>]`, lower-case
 * hex. They stand for the ids of the span, which the application's own provider makes.
 */
export const ATTR_RESULT_ID = "spanledger.result.id";
/** boolean */
export const ATTR_BATCH = "spanledger.batch";
/** Anthropic usage.speed */
export const ATTR_SPEED = "spanledger.speed";
/** Anthropic usage.inference_geo, Bedrock profile geography */
export const ATTR_GEO = "spanledger.geo";
export const ATTR_REGION = "spanledger.region";
/** Azure deployment name, Bedrock profile: opaque model handles */
export const ATTR_DEPLOYMENT = "spanledger.deployment";
/** Prefix of rate variant keys: image size, quality, search context size, annotated pages. */
export const ATTR_VARIANT_PREFIX = "spanledger.variant.";
/** decimal string, USD, as the provider or gateway stated it */
export const ATTR_REPORTED_COST = "spanledger.reported_cost_usd";
/** Canonical operation where gen_ai.operation.name has no value for it: image | audio | rerank | other */
export const ATTR_OPERATION_DETAIL = "spanledger.operation";

/** Prefix of the disjoint classes, tokens or units: `spanledger.usage.input_uncached`, ... Absent means unknown. */
export const ATTR_USAGE_PREFIX = "spanledger.usage.";
/** provider | estimated | none */
export const ATTR_USAGE_SOURCE = "spanledger.usage.source";
/** exact | partial | conflict | unknown */
export const ATTR_USAGE_QUALITY = "spanledger.usage.quality";
/** Name of the rule that split the totals. */
export const ATTR_USAGE_RULE = "spanledger.usage.rule";

/** Attribute suffix of each disjoint class, keyed by its name in the call record. */
export const USAGE_ATTRIBUTE_NAMES = {
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
} as const;

/** Prefix of parsed limits: `spanledger.rate_limit.<kind>.limit|remaining` (int) and `.reset_at` (RFC 3339). */
export const ATTR_RATE_LIMIT_PREFIX = "spanledger.rate_limit.";
export const RATE_LIMIT_KINDS = ["requests", "tokens", "input_tokens", "output_tokens"] as const;

/** Span event, one per HTTP attempt; event time is the attempt's start. */
export const EVENT_ATTEMPT = "spanledger.attempt";
/** int, from 0 */
export const ATTR_ATTEMPT_INDEX = "spanledger.attempt.index";
/** double, milliseconds */
export const ATTR_ATTEMPT_DURATION_MS = "spanledger.attempt.duration_ms";
/** double, milliseconds the provider asked to wait */
export const ATTR_ATTEMPT_RETRY_AFTER_MS = "spanledger.attempt.retry_after_ms";

/** Prefix of keyed hashes and sizes of a request; never content. */
export const ATTR_FINGERPRINT_PREFIX = "spanledger.fingerprint.";

/** Attribute suffixes of a fingerprint. Hashes are 24 hex digits of a keyed SHA-256; sizes are UTF-8 bytes. Absent: not there. */
export const FINGERPRINT_PARTS = {
  /** hash of model and sampling parameters */
  params: "params",
  /** hash, int, int */
  tools: "tools",
  toolsBytes: "tools_bytes",
  toolsCount: "tools_count",
  /** hash, int, int */
  system: "system",
  systemBytes: "system_bytes",
  systemCount: "system_count",
  /**
   * string[], `[<index>=]<role><cache mark ttl>:<bytes>:<chained hash>` per message or content block; role is s, u, a, t, i or x. Equal
   * hashes mean an equal prompt up to there. Beyond 36 only the first 4, the last 32 and marked ones, with their index.
   */
  boundaries: "b",
  /** int, boundaries of the whole prompt */
  boundaryCount: "b_count",
  /** hash of everything, 16 digits of the last boundary and 8 of the parameters: equal means the same request */
  full: "full",
  /** string[], hashes of cache keys, previous response ids and other server-side handles */
  handles: "handles",
  /** true when the request was too large to hash */
  sizesOnly: "sizes_only",
} as const;
