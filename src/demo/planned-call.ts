import type { Reply } from "./providers/index.js";

/** A piece of prompt: the same key and size is the same text. */
export interface Piece {
  readonly key: string;
  readonly tokens: number;
}

export interface Who {
  readonly service: string;
  readonly environment: string;
  readonly team: string;
  readonly feature: string;
  readonly user: string | null;
  readonly customer: string | null;
  readonly session: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** One call as the demo will make it, and how the stand-in provider will answer each of its attempts. */
export interface PlannedCall {
  readonly atMs: number;
  readonly api: "openai-chat" | "openai-responses" | "openai-embeddings" | "anthropic-messages";
  readonly model: string;
  readonly stream: boolean;
  /** Whether a streamed OpenAI call asks for usage. */
  readonly includeUsage: boolean;
  readonly system: Piece | null;
  /** Lifetime of the cache breakpoint behind the system prompt (Anthropic); null: caching is off. */
  readonly cacheSystem: "5m" | "1h" | null;
  /** Whether the newest turn is a cache breakpoint too. */
  readonly cacheTurns: boolean;
  /** User and assistant messages in turn, the first by the user; the texts to embed for embeddings. */
  readonly turns: readonly Piece[];
  readonly maxTokens: number;
  readonly maxRetries: number;
  readonly replies: readonly Reply[];
  /** The user leaves after so many streamed pieces; null: reads to the end. */
  readonly leaveAfterChunks: number | null;
  readonly who: Who;
}
