import { checkedReading, count, firstCount, known, record, unreadableUsage } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

type Fields = Readonly<Record<string, unknown>>;

interface Tokens {
  input: number | null;
  read: number | null;
  write5m: number | null;
  write1h: number | null;
  output: number | null;
  thinking: number | null;
  /** Writes without a split were taken as 5-minute writes, the default lifetime. */
  assumed: boolean;
  conflict: boolean;
}

function readTokens(usage: Fields): Tokens {
  const written = count(usage["cache_creation_input_tokens"]);
  const split = record(usage["cache_creation"]);
  const split5m = firstCount(split, "ephemeral_5m_input_tokens");
  const write1h = firstCount(split, "ephemeral_1h_input_tokens");
  const assumed = split5m === null && written !== null;
  const write5m = split5m ?? (written === null ? null : Math.max(0, written - (write1h ?? 0)));
  return {
    input: count(usage["input_tokens"]),
    read: count(usage["cache_read_input_tokens"]),
    write5m,
    write1h,
    output: count(usage["output_tokens"]),
    thinking: firstCount(record(usage["output_tokens_details"]), "thinking_tokens"),
    assumed: assumed && written > 0,
    conflict: written !== null && (write5m ?? 0) + (write1h ?? 0) !== written,
  };
}

/** The sum of two counts, where one that is known is better than none. */
function plus(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}

/** A fallback answered: the tokens of its model alone, those of the hops before it are records of their own. */
function servedTokens(usage: Fields): Tokens {
  const [fallback] = iterationsOf(usage, "fallback_message");
  if (fallback === undefined) return readTokens(usage);
  const own = iterationsOf(usage, "message").filter((hop) => hop["model"] === fallback["model"]);
  const thinking = own.length === 0 ? null : readTokens(usage).thinking;
  return own.map(readTokens).reduce(sumTokens, { ...readTokens(fallback), thinking });
}

function sumTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: plus(a.input, b.input),
    read: plus(a.read, b.read),
    write5m: plus(a.write5m, b.write5m),
    write1h: plus(a.write1h, b.write1h),
    output: plus(a.output, b.output),
    thinking: a.thinking,
    assumed: a.assumed || b.assumed,
    conflict: a.conflict || b.conflict,
  };
}

/** Tokens that another model of a Messages call consumed. */
export interface AnthropicSide {
  kind: "advisor" | "declined";
  /** Null: the model that was requested. */
  model: string | null;
  usage: UsageReading;
}

/**
 * The other models of a Messages `usage`: every advisor, and with a fallback the hops of other models that declined. Advisors are taken as
 * outside the top level. Source: @anthropic-ai/sdk 1.12 beta types (iterations), read 2026-11-25. Never throws.
 */
export function anthropicSides(raw: unknown): AnthropicSide[] {
  const usage = record(raw);
  if (usage === null || usage["iterations"] === undefined) return [];
  const side = (kind: AnthropicSide["kind"], hop: Fields): AnthropicSide => ({
    kind,
    model: typeof hop["model"] === "string" ? hop["model"] : null,
    usage: anthropicUsage({ ...hop, iterations: null }),
  });
  const advisors = iterationsOf(usage, "advisor_message").map((hop) => side("advisor", hop));
  const [fallback] = iterationsOf(usage, "fallback_message");
  if (fallback === undefined) return advisors;
  const declined = iterationsOf(usage, "message").filter((hop) => hop["model"] !== fallback["model"]);
  return [...advisors, ...declined.map((hop) => side("declined", hop))];
}

function iterationsOf(usage: Fields, type: string): Fields[] {
  const all = Array.isArray(usage["iterations"]) ? (usage["iterations"] as readonly unknown[]) : [];
  const found: Fields[] = [];
  for (const entry of all) {
    const iteration = record(entry);
    if (iteration?.["type"] === type) found.push(iteration);
  }
  return found;
}

/**
 * Classes of an Anthropic Messages `usage`: input excludes cache reads and writes, output includes thinking. Compaction iterations
 * are not in the top level and are added; other iterations repeat it and are not. Source: @anthropic-ai/sdk 1.12 types, read
 * 2026-11-22. Never throws.
 */
export function anthropicUsage(raw: unknown): UsageReading {
  const usage = record(raw);
  if (usage === null) return unreadableUsage("anthropic");
  const tokens = servedTokens(usage);
  if (tokens.input === null && tokens.output === null) return unreadableUsage("anthropic");
  let { input, read, write5m, write1h, output } = tokens;
  for (const iteration of iterationsOf(usage, "compaction")) {
    const more = readTokens(iteration);
    input = plus(input, more.input);
    read = plus(read, more.read);
    write5m = plus(write5m, more.write5m);
    write1h = plus(write1h, more.write1h);
    output = plus(output, more.output);
  }
  const tools = record(usage["server_tool_use"]);
  const classes = known({
    inputUncached: input,
    cacheRead: read,
    cacheWrite5m: write5m,
    cacheWrite1h: write1h,
    output: output === null ? null : Math.max(0, output - (tokens.thinking ?? 0)),
    outputReasoning: tokens.thinking,
    webSearchRequests: firstCount(tools, "web_search_requests"),
    webFetchRequests: firstCount(tools, "web_fetch_requests"),
  });
  const mixed = iterationsOf(usage, "fallback_message").length > 0;
  return checkedReading(classes, {
    total: null,
    complete: input !== null && output !== null && read !== null && !tokens.assumed,
    conflict: tokens.conflict || (tokens.thinking ?? 0) > (output ?? Infinity),
    rule: mixed
      ? "anthropic:fallback"
      : tokens.assumed
        ? "anthropic:write-5m-assumed"
        : "anthropic:exclusive",
  });
}
