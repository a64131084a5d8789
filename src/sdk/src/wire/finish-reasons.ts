/** Vendor words for the same end, mapped to the words of the call record. Unlisted words pass through. */
const NORMALIZED: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  STOP: "stop",
  eos: "stop",
  FINISH: "stop",
  LENGTH: "length",
  CONTENT_FILTERED: "content_filter",
  requires_action: "tool_calls",
  COMPLETE: "stop",
  STOP_SEQUENCE: "stop",
  completed: "stop",
  max_tokens: "length",
  MAX_TOKENS: "length",
  max_output_tokens: "length",
  model_context_window_exceeded: "length",
  model_length: "length",
  tool_use: "tool_calls",
  function_call: "tool_calls",
  TOOL_CALL: "tool_calls",
  refusal: "content_filter",
  SAFETY: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  BLOCKLIST: "content_filter",
  SPII: "content_filter",
  RECITATION: "content_filter",
  content_filtered: "content_filter",
  guardrail_intervened: "content_filter",
};

/** The normalized finish reason: stop, length, tool_calls, content_filter, or the vendor's own word. */
export function normalizeFinish(reason: string): string {
  return Object.hasOwn(NORMALIZED, reason) ? (NORMALIZED[reason] ?? reason) : reason;
}
