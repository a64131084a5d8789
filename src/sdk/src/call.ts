import type { UsageReading } from "./usage/usage-reading.js";

export type Operation =
  | "chat"
  | "generate_content"
  | "text_completion"
  | "embeddings"
  | "image"
  | "audio"
  | "rerank"
  | "other";

export type Outcome = "ok" | "error" | "cancelled" | "abandoned";

export type RateLimitKind = "requests" | "tokens" | "input_tokens" | "output_tokens";

/** One limit window; `resetAt` is RFC 3339 UTC, made absolute when the response arrived. */
export interface RateLimit {
  kind: RateLimitKind;
  limit: number | null;
  remaining: number | null;
  resetAt: string | null;
}

/** One HTTP attempt; times in epoch milliseconds. */
export interface Attempt {
  index: number;
  startMs: number;
  /** Null while it runs. */
  endMs: number | null;
  httpStatus: number | null;
  errorType: string | null;
  /** Milliseconds the provider asked to wait. */
  retryAfterMs: number | null;
}

/** What the request says; filled after it was dispatched. Holds no content. */
export interface RequestFacts {
  model: string | null;
  streaming: boolean;
  serviceTier: string | null;
  conversationId: string | null;
  /** Image size and quality, search context size. */
  variant: Record<string, string>;
  /** Characters of speech input, where they are what is billed. */
  characters: number | null;
}

/**
 * Tokens of another model inside one call, billed beside it: an advisor, the declined hop of a fallback, an image tool. Each becomes a
 * record of its own, since a record has one model.
 */
export interface SideUsage {
  /** Names it in the record's response id: advisor, declined, image_tool, svg. */
  kind: string;
  /** Null: unknown. `requested`: the model that was asked for. */
  model: string | null | { requested: true };
  operation: Operation;
  usage: UsageReading;
}

/** What the answer says; filled by a wire reader while the application reads it. Holds no content. */
export interface ResponseFacts {
  model: string | null;
  id: string | null;
  serviceTier: string | null;
  finishReasons: string[];
  usage: UsageReading | null;
  side: SideUsage[];
  /** Whether the result is made in the background and stored: it can be asked for again, from the beginning or from where a stream broke. */
  background: boolean;
  /** Whether the answer only promises such a result. */
  pending: boolean;
  geo: string | null;
  speed: string | null;
  region: string | null;
  variant: Record<string, string>;
  /** USD as decimal text, as the provider or a gateway stated it. */
  reportedCostUsd: string | null;
  /** Type or code of an error the provider reported, never its message. */
  errorType: string | null;
}

export function emptyRequestFacts(): RequestFacts {
  return {
    model: null,
    streaming: false,
    serviceTier: null,
    conversationId: null,
    variant: {},
    characters: null,
  };
}

export function emptyResponseFacts(): ResponseFacts {
  return {
    model: null,
    id: null,
    serviceTier: null,
    finishReasons: [],
    usage: null,
    side: [],
    background: false,
    pending: false,
    geo: null,
    speed: null,
    region: null,
    variant: {},
    reportedCostUsd: null,
    errorType: null,
  };
}
