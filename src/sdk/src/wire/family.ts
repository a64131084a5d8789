import type { Operation, RequestFacts, ResponseFacts } from "../call.js";
import type { JsonObject } from "./json.js";

/** Where a known request goes, as far as its URL tells. */
export interface Endpoint {
  family: Family;
  operation: Operation;
  /** Model named by the path (Gemini, Bedrock), else null. */
  model: string | null;
  /** Azure deployment or another opaque model handle of the path. */
  deployment: string | null;
}

/** What one stream event meant: `content` is the first kind of event a reader waits for, `end` the last that matters. */
export type EventEffect = "none" | "content" | "end";

/** Reads the events of one stream. Must keep O(1) state and parse only events that matter. */
export interface StreamReader {
  event(data: string): EventEffect;
  /** Whether whole events, as they came, surely carry content alone; absent where that cannot be told without reading them. */
  skims?(events: string): boolean;
  /** Whether the stream may stop here without being cut: a finish reason or a terminal event was seen. */
  complete(): boolean;
}

/** The pieces of a request that a fingerprint is made of. Content: never leaves the process, never stored. */
export interface PromptPieces {
  /** Everything but content: model and sampling parameters. */
  params: unknown;
  tools: readonly unknown[];
  system: readonly unknown[];
  blocks: readonly PromptBlock[];
  /** Values that name server-side history or caches. */
  handles: readonly string[];
}

export interface PromptBlock {
  /** One letter: s system, u user, a assistant, t tool, i input. */
  role: string;
  content: unknown;
  /** Cache breakpoint on this block: its ttl, or null. */
  mark: string | null;
}

/** One API family: pure readers of its requests, responses, stream events and errors. None of them throws on odd input. */
export interface Family {
  readonly name: string;
  /** Who answers this API where neither the host nor the client tells. */
  readonly vendor: string;
  /** How streamed bodies are framed. */
  readonly framing: "sse" | "ndjson";
  /** Hosts that a path of this family is believed from without a known client; absent: from any. */
  hosts?(host: string, port: string): boolean;
  /** The endpoint when the path belongs to this family, else null. `path` has no query. */
  match(path: string): Omit<Endpoint, "family"> | null;
  readRequest(body: JsonObject, facts: RequestFacts): void;
  readResponse(body: JsonObject, facts: ResponseFacts, provider: string): void;
  streamReader(facts: ResponseFacts, provider: string): StreamReader;
  /** Type or code of a provider's error body, never its message; null when there is none. */
  readError(body: JsonObject): string | null;
  pieces?(body: JsonObject): PromptPieces;
}
