/** What a tapped body tells. Implementations never throw; after the first of end, cancelled and failed nothing else counts. */
export interface BodySink {
  /** One chunk, as it passes to the application. */
  chunk(bytes: Uint8Array): void;
  /** The whole body as the application's own parse gave it. */
  json(value: unknown): void;
  /** The whole body as text. */
  text(value: string): void;
  end(): void;
  /** The application stopped reading. `collected` is true when the platform did so for a body that nobody held any more. */
  cancelled(collected: boolean): void;
  failed(error: unknown): void;
  /** Marks that the application waits for data (true) or does something else (false), for the idle timeout. */
  waiting(active: boolean): void;
  /** The application took the whole body at once: json(), text() and the like. */
  consuming(): void;
  /** The object whose collection means that nobody can read on. */
  holder(target: object): void;
  /** Whether a body that is dropped unread is still worth a bounded look (small error bodies). */
  readonly drains: boolean;
  /** Bytes to hand on instead of `bytes`; absent when bodies pass unchanged. */
  filter?: ChunkFilter;
}

/** Rewrites a stream: what `push` and `end` return is handed on; empty means that nothing can be handed on yet. */
export interface ChunkFilter {
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
}
