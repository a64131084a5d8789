import type { LogRecord } from "../../domain/log-record.js";
import type { Attributes } from "../../domain/span.js";
import { asCount, asMoney, asNumber, asText, asTextList } from "../attributes.js";
import { timeOf } from "../events/log-time.js";
import { emptyReading, noReportedUsage, type Reading, type ReportedUsage } from "../reading.js";
import type { CliCall } from "./cli-call.js";

/** Reads one log record of a tool; null when the record is no model call. */
type LogReader = (record: LogRecord, event: string) => CliCall | null;

/** The event's name: an attribute, the body, or the record's own field (in which Codex writes a source location). */
function eventOf(record: LogRecord): string | null {
  return asText(record.attributes.get("event.name")) ?? asText(record.body) ?? asText(record.eventName);
}

function startOf(end: bigint, durationMs: number | null): bigint {
  return durationMs === null ? end : end - BigInt(Math.round(durationMs * 1e6));
}

const CLAUDE_PROVIDERS: Readonly<Record<string, string>> = {
  firstParty: "anthropic",
  bedrock: "aws.bedrock",
  vertex: "gcp.vertex_ai",
  foundry: "azure.ai.inference",
};

function claudeUsage(attributes: Attributes): Reading["usage"] {
  const count = (name: string) => asCount(attributes.get(name));
  const usage = noReportedUsage();
  usage.uncached = count("input_tokens");
  usage.output = count("output_tokens");
  usage.cacheRead = count("cache_read_tokens");
  usage.cacheWrite = count("cache_creation_tokens");
  usage.cacheWrite5m = count("cache_creation_5m_tokens");
  usage.cacheWrite1h = count("cache_creation_1h_tokens");
  return usage;
}

/** The speed that prices know: one word, `standard` for the ordinary one. Anything else is not what the attribute is for. */
function speedOf(word: string | null): string | null {
  if (word === null || !/^[a-z_-]{1,24}$/.test(word)) return null;
  return word === "normal" ? "standard" : word;
}

/** Claude Code: `api_request` is an answered call, with disjoint classes; `api_error` is one that failed for good. */
const claudeCode: LogReader = (record, event) => {
  const name = event.replace(/^claude_code\./, "");
  if (name !== "api_request" && name !== "api_error") return null;
  const { attributes } = record;
  const text = (key: string) => asText(attributes.get(key));
  const failed = name === "api_error";
  const end = timeOf(record);
  const session = text("session.id");
  const requestId = text("request_id");
  const usage = failed ? null : claudeUsage(attributes);
  const provider = text("anthropic.provider");
  return {
    dialect: "claude_code",
    start: startOf(end, asNumber(attributes.get("duration_ms"))),
    end,
    group: [session],
    // Without a request id or a sequence (earlier versions), calls that end in one millisecond differ in what they used.
    identity: [
      name,
      requestId,
      asCount(attributes.get("event.sequence")),
      end.toString(),
      text("model"),
      usage?.uncached ?? null,
      usage?.output ?? null,
      usage?.cacheRead ?? null,
    ],
    reading: {
      ...emptyReading(),
      role: "call",
      operation: "chat",
      provider: provider === null ? "anthropic" : (CLAUDE_PROVIDERS[provider] ?? provider),
      clientFlavor: "claude_code",
      requestModel: text("model"),
      requestId,
      outcome: failed ? "error" : "ok",
      httpStatus: asCount(attributes.get("status_code")),
      errorType: failed ? (text("error_type") ?? "api_error") : null,
      attemptCount: asCount(attributes.get("attempt")),
      streaming: attributes.has("ttft_ms"),
      timeToFirstChunkMs: asNumber(attributes.get("ttft_ms")),
      usage,
      reportedCost: asMoney(attributes.get("cost_usd")),
      dimensions: { speed: speedOf(text("speed")) },
    },
  };
};

/** Gemini CLI and its relatives: `<tool>.api_response` is an answered call; input contains cached tokens, tool prompts are extra. */
interface GeminiLike {
  dialect: string;
  /** By the way the user signed in; null where that names no vendor. */
  providerOf: (authType: string) => string | null;
}

const GEMINI_CLI: GeminiLike = {
  dialect: "gemini_cli",
  providerOf: (authType) => (/vertex/i.test(authType) ? "gcp.vertex_ai" : "gcp.gemini"),
};

/** Signed in with `openai` it talks to any compatible server. Source: QwenLM/qwen-code telemetry and its documentation, read 2026-11-25. */
const QWEN_CODE: GeminiLike = {
  dialect: "qwen_code",
  providerOf(authType) {
    if (/qwen|dashscope|coding/i.test(authType)) return "alibaba_cloud";
    if (/vertex/i.test(authType)) return "gcp.vertex_ai";
    if (/gemini/i.test(authType)) return "gcp.gemini";
    return /anthropic/i.test(authType) ? "anthropic" : null;
  },
};

function geminiUsage(count: (key: string) => number | null): ReportedUsage {
  const usage = noReportedUsage();
  usage.input = count("input_token_count");
  usage.output = count("output_token_count");
  usage.total = count("total_token_count");
  usage.cacheRead = count("cached_content_token_count");
  usage.reasoning = count("thoughts_token_count");
  usage.inputTool = count("tool_token_count");
  return usage;
}

const readerOf =
  (tool: GeminiLike): LogReader =>
  (record, event) => {
    const name = event.slice(event.indexOf(".") + 1);
    if (name !== "api_response" && name !== "api_error") return null;
    const { attributes } = record;
    const text = (key: string) => asText(attributes.get(key));
    const count = (key: string) => asCount(attributes.get(key));
    const failed = name === "api_error";
    const usage = geminiUsage(count);
    const end = timeOf(record);
    return {
      dialect: tool.dialect,
      start: startOf(end, asNumber(attributes.get("duration_ms"))),
      end,
      group: [text("session.id")],
      identity: [name, text("prompt_id"), text("response_id"), end.toString(), usage.total],
      reading: {
        ...emptyReading(),
        role: "call",
        operation: "generate_content",
        provider: tool.providerOf(text("auth_type") ?? ""),
        clientFlavor: tool.dialect,
        requestModel: text("model") ?? text("model_name"),
        responseId: text("response_id"),
        outcome: failed ? "error" : "ok",
        httpStatus: count("status_code") ?? count("http.status_code"),
        errorType: failed ? (text("error_type") ?? text("error.type") ?? "api_error") : null,
        finishReasons: asTextList(attributes.get("finish_reasons")),
        usage: failed ? null : usage,
      },
    };
  };

/** What can be the total of the usage: not less than its parts. */
function totalAbove({ input, output }: ReportedUsage, total: number | null): number | null {
  return total === null || total < (input ?? 0) + (output ?? 0) ? null : total;
}

/** Codex: the `response.completed` event that carries counts (a twin without them precedes it), and refused requests. */
const codexCli: LogReader = (record, event) => {
  const { attributes } = record;
  const text = (key: string) => asText(attributes.get(key));
  const count = (key: string) => asCount(attributes.get(key));
  const status = count("http.response.status_code");
  const refused = event === "codex.api_request" && status !== null && status >= 400;
  const usage = noReportedUsage();
  usage.input = count("input_token_count");
  usage.output = count("output_token_count");
  usage.cacheRead = count("cached_token_count");
  usage.cacheWrite = count("cache_write_token_count");
  usage.reasoning = count("reasoning_token_count");
  // `tool_token_count` holds the total in fact (measured with 0.169, 2026-11-22).
  usage.total = totalAbove(usage, count("tool_token_count"));
  const completed =
    event === "codex.sse_event" && text("event.kind") === "response.completed" && usage.input !== null;
  if (!completed && !refused) return null;
  const end = timeOf(record);
  return {
    dialect: "codex_cli",
    start: startOf(end, asNumber(attributes.get("duration_ms"))),
    end,
    group: [text("conversation.id")],
    identity: [event, end.toString(), text("event.timestamp"), usage.total, count("attempt")],
    reading: {
      ...emptyReading(),
      role: "call",
      operation: "chat",
      clientFlavor: "codex_cli",
      requestModel: text("model") ?? text("slug"),
      outcome: refused ? "error" : "ok",
      httpStatus: refused ? status : null,
      errorType: refused ? String(status) : null,
      streaming: true,
      timeToFirstChunkMs: refused ? null : asNumber(attributes.get("ttft_ms")),
      usage: refused ? null : usage,
    },
  };
};

const READERS: readonly { prefix: RegExp; scope: RegExp; read: LogReader }[] = [
  { prefix: /^claude_code\./, scope: /^com\.anthropic\.claude_code/, read: claudeCode },
  { prefix: /^gemini_cli\./, scope: /^gemini[-_]cli/, read: readerOf(GEMINI_CLI) },
  { prefix: /^qwen[-_]code\./, scope: /^qwen[-_]code/, read: readerOf(QWEN_CODE) },
  { prefix: /^codex\./, scope: /^codex/, read: codexCli },
];

/** The model call that a log record of a coding tool reports, or null. Only listed attributes are read. Never throws. */
export function readCliLog(record: LogRecord): CliCall | null {
  const event = eventOf(record);
  if (event === null) return null;
  const reader = READERS.find(({ prefix, scope }) => prefix.test(event) || scope.test(record.scope.name));
  return reader === undefined ? null : reader.read(record, event);
}
