import type { Span } from "../../domain/span.js";
import { asCount, asNumber, asText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { emptyReading, hasTokens, noReportedUsage, type Reading } from "../reading.js";

/** Scopes of the coding tools whose calls are read from their logs: see `normalize/cli`. */
const SCOPES = /^(com\.anthropic\.claude_code|codex|gemini[-_]cli|qwen[-_]code)/i;
const SERVICES = new Set([
  "claude-code",
  "codex_cli_rs",
  "codex_exec",
  "codex_tui",
  "codex-app-server",
  "gemini-cli",
  "qwen-code",
]);

function isToolSpan(span: Span): boolean {
  return (
    SCOPES.test(span.scope.name) || SERVICES.has(asText(span.resource.attributes.get("service.name")) ?? "")
  );
}

/** Claude Code's request span, for those who export traces only: the log of the same call outranks it. Input excludes cache tokens. */
function readRequest(span: Span): Reading {
  const { attributes } = span;
  const usage = noReportedUsage();
  usage.uncached = asCount(attributes.get("input_tokens"));
  usage.output = asCount(attributes.get("output_tokens"));
  usage.cacheRead = asCount(attributes.get("cache_read_tokens"));
  usage.cacheWrite = asCount(attributes.get("cache_creation_tokens"));
  return {
    ...emptyReading(),
    role: hasTokens(usage) ? "call" : "ignored",
    operation: "chat",
    provider: "anthropic",
    clientFlavor: "claude_code",
    requestModel: asText(attributes.get("model")),
    requestId: asText(attributes.get("request_id")),
    timeToFirstChunkMs: asNumber(attributes.get("ttft_ms")),
    usage,
  };
}

/** The request span of Claude Code. */
export const claudeCodeSpans: Dialect = {
  name: "claude_code_spans",
  claims: (span) => span.name === "claude_code.llm_request" && isToolSpan(span),
  read: readRequest,
};

/** All other spans of Claude Code, Codex, Gemini CLI and Qwen Code: hundreds per turn, none is a call of its own, several repeat usage. */
export const codingCliSpans: Dialect = {
  name: "coding_cli",
  claims: isToolSpan,
  read: () => ({ ...emptyReading(), role: "ignored" }),
};
