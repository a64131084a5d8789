import {
  checkedReading,
  count,
  firstCount,
  known,
  record,
  seconds,
  unreadableUsage,
} from "./usage-reading.js";
import type { UsageClasses, UsageReading } from "./usage-reading.js";

type Fields = Readonly<Record<string, unknown>>;

/** How one dialect of the OpenAI shape departs from the row of OpenAI itself. */
export interface OpenaiShape {
  family: string;
  /** Cached tokens, where the dialect names them elsewhere than in the details. */
  cached?: (usage: Fields) => number | null;
  /** Reasoning tokens beside completion tokens instead of inside, decided per reply. */
  reasoningIsExtra?: (parts: {
    prompt: number;
    output: number;
    reasoning: number;
    total: number | null;
  }) => boolean;
}

/**
 * Puts the input classes of `prompt` tokens into `usage`. True when cached, written or media tokens exceed the prompt that must contain
 * them.
 */
function splitInput(
  usage: UsageClasses,
  prompt: number,
  parts: {
    cached: number | null;
    written: number | null;
    audio: number | null;
    image: number | null;
    cachedMedia: Fields | null;
  },
): boolean {
  let audio = parts.audio;
  let image = parts.image;
  const cache = (parts.cached ?? 0) + (parts.written ?? 0);
  let over = cache + (audio ?? 0) + (image ?? 0) - prompt;
  // Cached tokens can be audio or image tokens too; the provider does not say which (undocumented), text is never taken twice.
  if (over > 0 && audio !== null) {
    const cut = Math.min(audio, over);
    audio -= cut;
    over -= cut;
  }
  if (over > 0 && image !== null) {
    const cut = Math.min(image, over);
    image -= cut;
    over -= cut;
  }
  const cachedAudio = count(parts.cachedMedia?.["audio_tokens"]);
  const cachedImage = count(parts.cachedMedia?.["image_tokens"]);
  const cachedApart = (cachedAudio ?? 0) + (cachedImage ?? 0);
  usage.inputUncached = Math.max(0, prompt - cache - (audio ?? 0) - (image ?? 0));
  put(usage, "inputAudio", audio);
  put(usage, "inputImage", image);
  put(usage, "cacheRead", parts.cached === null ? null : Math.max(0, parts.cached - cachedApart));
  put(usage, "cacheReadAudio", cachedAudio);
  put(usage, "cacheReadImage", cachedImage);
  put(usage, "cacheWriteOther", parts.written);
  return over > 0 || cachedApart > (parts.cached ?? 0);
}

function put(usage: UsageClasses, name: keyof UsageClasses, value: number | null): void {
  if (value !== null) usage[name] = value;
}

/** Tokens of a modality without those that were read from the cache, where the reply splits the cache (Realtime). */
function uncached(tokens: number | null, cached: Fields | null, name: string): number | null {
  return tokens === null ? null : Math.max(0, tokens - (firstCount(cached, name) ?? 0));
}

interface OutputSplit {
  reasoningIsExtra: boolean;
  conflict: boolean;
}

/** Puts the output classes of `output` tokens into `classes`. */
function splitOutput(
  classes: UsageClasses,
  usage: Fields,
  output: number | null,
  prompt: number | null,
  shape: OpenaiShape,
): OutputSplit {
  const details =
    record(usage["completion_tokens_details"]) ??
    record(usage["output_tokens_details"]) ??
    record(usage["output_token_details"]);
  const reasoning = count(details?.["reasoning_tokens"]) ?? count(usage["reasoning_tokens"]);
  const outputAudio = count(details?.["audio_tokens"]);
  const outputImage = count(details?.["image_tokens"]);
  const total = count(usage["total_tokens"]);
  const extra =
    output !== null &&
    reasoning !== null &&
    shape.reasoningIsExtra?.({ prompt: prompt ?? 0, output, reasoning, total }) === true;
  const inside = (extra ? 0 : (reasoning ?? 0)) + (outputAudio ?? 0) + (outputImage ?? 0);
  if (output !== null) classes.output = Math.max(0, output - inside);
  if (reasoning !== null) classes.outputReasoning = reasoning;
  if (outputAudio !== null) classes.outputAudio = outputAudio;
  if (outputImage !== null) classes.outputImage = outputImage;
  return {
    reasoningIsExtra: extra,
    conflict: output !== null && inside > output,
  };
}

/**
 * Classes of a usage object in OpenAI's shape, Chat (`prompt_tokens`) or Responses (`input_tokens`) names alike: the prompt includes
 * cached and written tokens, the completion includes reasoning and audio unless the shape says otherwise.
 * Source: openai-node 7.57 types, read 2026-11-22. Never throws.
 */
export function readOpenaiShape(raw: unknown, shape: OpenaiShape): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage(shape.family);
  const prompt = count(usage["prompt_tokens"]) ?? count(usage["input_tokens"]);
  const output = count(usage["completion_tokens"]) ?? count(usage["output_tokens"]);
  if (prompt === null && output === null) return unreadableUsage(shape.family);
  const details =
    record(usage["prompt_tokens_details"]) ??
    record(usage["input_tokens_details"]) ??
    record(usage["input_token_details"]);
  const cachedMedia = record(details?.["cached_tokens_details"]);
  const cached = shape.cached?.(usage) ?? count(details?.["cached_tokens"]);
  const classes: UsageClasses = {};
  const overfull =
    prompt !== null &&
    splitInput(classes, prompt, {
      cached,
      written: count(details?.["cache_write_tokens"]),
      audio: uncached(count(details?.["audio_tokens"]), cachedMedia, "audio_tokens"),
      image: uncached(count(details?.["image_tokens"]), cachedMedia, "image_tokens"),
      cachedMedia,
    });
  const generated = splitOutput(classes, usage, output, prompt, shape);
  return checkedReading(classes, {
    total: count(usage["total_tokens"]),
    complete: cached !== null && output !== null,
    conflict: overfull || generated.conflict,
    rule: `${shape.family}:${generated.reasoningIsExtra ? "reasoning-extra" : "inclusive"}`,
  });
}

/** Classes of OpenAI Chat Completions `usage`, and of every server that copies it. Never throws. */
export function openaiChatUsage(raw: unknown): UsageReading {
  return readOpenaiShape(raw, CHAT);
}

const CHAT: OpenaiShape = {
  family: "openai.chat",
  // Names that only servers of other vendors use; behind a gateway the host does not tell whose answer it is.
  cached: (usage) =>
    count(usage["prompt_cache_hit_tokens"]) ??
    count(usage["num_cached_tokens"]) ??
    count(usage["cached_tokens"]),
  reasoningIsExtra: ({ prompt, output, reasoning, total }) =>
    reasoning > 0 && total === prompt + output + reasoning,
};

/** Classes of OpenAI Responses `usage`; tool calls are read from the reply by `openaiToolUsage`. Never throws. */
export function openaiResponsesUsage(raw: unknown): UsageReading {
  return readOpenaiShape(raw, { family: "openai.responses" });
}

/** Classes of an embeddings `usage`: all input is text, nothing is generated. Never throws. */
export function openaiEmbeddingsUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  const prompt = firstCount(usage, "prompt_tokens", "input_tokens", "total_tokens");
  if (usage === null || prompt === null) return unreadableUsage("openai.embeddings");
  const classes = {
    inputUncached: prompt,
    cacheRead: 0,
    output: 0,
    outputReasoning: 0,
    outputAudio: 0,
    outputImage: 0,
  };
  return checkedReading(classes, {
    total: count(usage["total_tokens"]),
    complete: true,
    rule: "openai.embeddings:input-only",
  });
}

/** Text and image input without what was cached of each. */
function imagesInput(input: number | null, details: Fields | null): Record<string, number | null> {
  const image = count(details?.["image_tokens"]);
  const cached = count(details?.["cached_tokens"]);
  const cachedImage = firstCount(record(details?.["cached_tokens_details"]), "image_tokens");
  const cachedText = cached === null ? null : Math.max(0, cached - (cachedImage ?? 0));
  const text = count(details?.["text_tokens"]) ?? (input === null ? null : Math.max(0, input - (image ?? 0)));
  return {
    inputUncached: text === null ? null : Math.max(0, text - (cachedText ?? 0)),
    inputImage: image === null ? null : Math.max(0, image - (cachedImage ?? 0)),
    cacheRead: cachedText,
    cacheReadImage: cachedImage,
  };
}

/**
 * Classes of an Images `usage`: text and image input apart, generated tokens are image tokens unless the reply says text.
 * Never throws.
 */
export function openaiImagesUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  const input = count(usage?.["input_tokens"]);
  const output = count(usage?.["output_tokens"]);
  if (usage === null || (input === null && output === null)) return unreadableUsage("openai.images");
  const inDetails = record(usage["input_tokens_details"]);
  const outDetails = record(usage["output_tokens_details"]);
  const outText = count(outDetails?.["text_tokens"]);
  const outImage = count(outDetails?.["image_tokens"]) ?? (output === null ? null : output - (outText ?? 0));
  const classes = known({
    ...imagesInput(input, inDetails),
    output: outText ?? (output === null ? null : 0),
    outputImage: outImage === null ? null : Math.max(0, outImage),
    outputReasoning: output === null ? null : 0,
  });
  return checkedReading(classes, {
    total: count(usage["total_tokens"]),
    complete: inDetails !== null && output !== null,
    rule: "openai.images:by-modality",
  });
}

/** Classes of a transcription `usage`, a union of tokens and duration (whole seconds, rounded to the nearest). Never throws. */
export function openaiTranscriptionUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage("openai.transcription");
  if (usage["type"] === "duration" || usage["seconds"] !== undefined) {
    const duration = seconds(usage["seconds"]);
    if (duration === null) return unreadableUsage("openai.transcription");
    return {
      usage: { audioSeconds: duration },
      inputTotal: null,
      outputTotal: null,
      quality: "exact",
      rule: "openai.transcription:duration",
    };
  }
  const input = count(usage["input_tokens"]) ?? count(usage["prompt_tokens"]);
  const output = count(usage["output_tokens"]) ?? count(usage["completion_tokens"]);
  if (input === null && output === null) return unreadableUsage("openai.transcription");
  const details = record(usage["input_token_details"] ?? usage["input_tokens_details"]);
  const audio = count(details?.["audio_tokens"]);
  const text = count(details?.["text_tokens"]) ?? (input === null ? null : Math.max(0, input - (audio ?? 0)));
  const classes = known({ inputUncached: text, inputAudio: audio, output });
  return checkedReading(classes, {
    total: count(usage["total_tokens"]),
    complete: audio !== null && output !== null,
    rule: "openai.transcription:tokens",
  });
}

const TOOL_ITEMS: ReadonlyMap<string, keyof UsageClasses> = new Map<string, keyof UsageClasses>(
  Object.entries({
    web_search_call: "webSearchRequests",
    file_search_call: "fileSearchCalls",
  }),
);

/**
 * Billed tool calls of a Responses reply: `tool_usage.web_search.num_requests` where given, else the completed search items of
 * `output`, and one container session per distinct code interpreter container. Absent keys: the reply does not tell. Never throws.
 */
export function openaiToolUsage(response: unknown): UsageClasses {
  const reply = record(response);
  if (reply === null) return {};
  const usage: UsageClasses = {};
  const items = Array.isArray(reply["output"]) ? (reply["output"] as readonly unknown[]) : [];
  const containers = new Set<unknown>();
  for (const entry of items) {
    const item = record(entry);
    if (item === null) continue;
    const name = typeof item["type"] === "string" ? TOOL_ITEMS.get(item["type"]) : undefined;
    if (name !== undefined && isBilledSearch(item)) usage[name] = (usage[name] ?? 0) + 1;
    if (item["type"] === "code_interpreter_call" && item["container_id"] !== undefined) {
      containers.add(item["container_id"]);
    }
  }
  if (containers.size > 0) usage.containerSessions = containers.size;
  const stated = firstCount(record(record(reply["tool_usage"])?.["web_search"]), "num_requests");
  if (stated !== null) usage.webSearchRequests = stated;
  return usage;
}

/** Opening a page or finding text in it is part of a search that was billed before. Source: OpenAI pricing page, 2026-11. */
function isBilledSearch(item: Fields): boolean {
  const action = record(item["action"])?.["type"];
  return action === undefined || action === "search";
}
