import { remembering } from "./remembered.js";

/** Sender's word -> ours. Keys are lower case with `_` for `-` and spaces. */
const WORDS: Readonly<Record<string, string>> = {
  stop: "stop",
  end_turn: "stop",
  stop_sequence: "stop",
  stopsequence: "stop",
  complete: "stop",
  completed: "stop",
  finish: "stop",
  finished: "stop",
  eos: "stop",
  eos_token: "stop",
  done: "stop",
  success: "stop",
  finish_reason_stop: "stop",
  length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  max_length: "length",
  maxtokens: "length",
  model_context_window_exceeded: "length",
  model_length: "length",
  incomplete: "length",
  tool_calls: "tool_calls",
  tool_call: "tool_calls",
  tool_use: "tool_calls",
  tooluse: "tool_calls",
  toolcalls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
  content_filtered: "content_filter",
  contentfilter: "content_filter",
  guardrail_intervened: "content_filter",
  refusal: "content_filter",
  safety: "content_filter",
  recitation: "content_filter",
  blocklist: "content_filter",
  prohibited_content: "content_filter",
  spii: "content_filter",
  image_safety: "content_filter",
  language: "content_filter",
  pause_turn: "pause",
  malformed_function_call: "error",
  malformed_tool_use: "error",
  malformed_model_output: "error",
  error: "error",
  error_toxic: "content_filter",
  failed: "error",
  timeout: "error",
  cancelled: "cancelled",
  canceled: "cancelled",
  abort: "cancelled",
  aborted: "cancelled",
};

/** Words that say nothing, by several senders. */
const EMPTY = new Set(["", "unknown", "other", "null", "none", "undefined", "finish_reason_unspecified"]);

/**
 * A finish reason in our vocabulary: stop, length, tool_calls, content_filter, pause, cancelled, error.
 * Words we do not know are kept in lower case; words without meaning give null. Never throws.
 */
export const normalizeFinishReason = remembering((word: string): string | null => {
  const key = word
    .trim()
    .replace(/^finishreason\./i, "")
    .toLowerCase()
    .replaceAll(/[-\s]+/g, "_");
  if (EMPTY.has(key) || key.length > 64) return null;
  return WORDS[key] ?? key;
});

/** Distinct normalised reasons in order of first appearance; at most 8. */
export function normalizeFinishReasons(words: readonly string[]): string[] {
  if (words.length === 0) return [];
  const reasons = new Set<string>();
  for (const word of words.slice(0, 64)) {
    const reason = normalizeFinishReason(word);
    if (reason !== null) reasons.add(reason);
  }
  return [...reasons].slice(0, 8);
}
