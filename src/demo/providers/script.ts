/** What a stand-in provider server is told to do, and what it says it did. Shared by every API family. */

/** Disjoint token counts: a billable total is the plain sum. A class left out is zero. */
export interface Tokens {
  /** Prompt tokens neither read from nor written to a cache. */
  input?: number;
  inputAudio?: number;
  inputImage?: number;
  /** Prompt tokens of the provider's own tools (Gemini). */
  inputTool?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  /** Written to a cache whose lifetime the provider does not name (OpenAI). */
  cacheWriteOther?: number;
  /** Visible output, without reasoning. */
  output?: number;
  reasoning?: number;
  outputAudio?: number;
  outputImage?: number;
  webSearches?: number;
}

/** One limit window: `resetMs` is the time until it is full again. */
export interface LimitWindow {
  limit: number;
  remaining: number;
  resetMs: number;
}

export type LimitKind = "requests" | "tokens" | "inputTokens" | "outputTokens";

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "refusal";

/** How to answer one HTTP request. Everything is optional: `{}` is a plain success with derived usage. */
export interface Reply {
  /** HTTP status; 200 unless given. 400 and above answers the family's error body. */
  status?: number;
  /** Error type or code in the family's own words; derived from the status when left out. */
  errorType?: string;
  /** Sent as `retry-after`. A string is sent as it is, so an HTTP date is possible. */
  retryAfterSeconds?: number | string;
  /** Sent as `retry-after-ms`. */
  retryAfterMs?: number;
  headers?: Record<string, string>;
  /** Model the response names; the requested one unless given. */
  model?: string;
  text?: string;
  thinking?: string;
  toolCall?: { name: string; arguments: Record<string, unknown> };
  finishReason?: FinishReason;
  serviceTier?: string;
  tokens?: Tokens;
  /** Sent in place of the usage object made from `tokens`; null leaves usage out. */
  wireUsage?: Record<string, unknown> | null;
  limits?: Partial<Record<LimitKind, LimitWindow>>;
  responseId?: string;
  requestId?: string;
  /** Milliseconds from the whole request to the status line. */
  latencyMs?: number;
  /** Milliseconds from the status line to the first content of a stream. */
  firstChunkMs?: number;
  /** Milliseconds between content events of a stream. */
  chunkGapMs?: number;
  /** Content events of a stream; 4 unless given. */
  chunks?: number;
  /** Destroy the connection after so many content events (0: right after the headers). */
  cutAfterChunks?: number;
  /** Send the family's error event after so many content events and end. */
  errorAfterChunks?: number;
  /** Send nothing more after so many content events, and wait for the client to leave. */
  stallAfterChunks?: number;
  /** Destroy the connection instead of answering. */
  hangUp?: boolean;
  /** Extra bytes of text in the answer. */
  padBytes?: number;
  /** Raw body in place of the family's, e.g. malformed JSON. */
  rawBody?: string;
  contentType?: string;
}

/** A request as the server saw it. `body` is the parsed JSON, or an empty object. */
export interface SeenRequest {
  index: number;
  family: string;
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
  bodyBytes: number;
  model: string;
  stream: boolean;
  /** `x-stainless-retry-count` or `amz-sdk-request` attempt, from 0; null when the client sends none. */
  retryCount: number | null;
}

/** A queue (one reply per request, then plain successes) or a function of the request. */
export type Script = Reply[] | ((request: SeenRequest) => Reply | Promise<Reply>);

export type WaitPhase = "latency" | "first-chunk" | "chunk";

/** Time as the server sees it: the demo passes one that jumps instead of waiting. */
export interface StandInClock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  wait(ms: number, phase: WaitPhase, signal: AbortSignal): Promise<void>;
}

export type ExchangeEnd =
  | "open"
  /** Everything was written and the connection took it. */
  | "complete"
  /** The script cut it. */
  | "cut"
  /** The client closed before everything was written. */
  | "client_closed";

/** The server's own record of one exchange: the truth that tests compare with. */
export interface LogEntry {
  index: number;
  family: string;
  method: string;
  path: string;
  status: number;
  requestModel: string;
  model: string;
  stream: boolean;
  retryCount: number | null;
  requestId: string | null;
  responseId: string | null;
  /** What was consumed, whether or not it was sent. Null for refusals. */
  tokens: Required<Tokens> | null;
  /** The usage object as sent, null when none was sent. */
  wireUsage: Record<string, unknown> | null;
  finishReason: string | null;
  serviceTier: string | null;
  retryAfterMs: number | null;
  limits: Partial<Record<LimitKind, LimitWindow>>;
  startedAtMs: number;
  endedAtMs: number | null;
  requestBytes: number;
  contentEventsSent: number;
  errorEventSent: boolean;
  end: ExchangeEnd;
}
