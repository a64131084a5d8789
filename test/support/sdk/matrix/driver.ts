import type { LogEntry, Reply, SeenRequest, Tokens } from "../../../../src/demo/providers/index.js";

/** One call of a driver: what it asks and what may abort it. */
export interface Ask {
  text: string;
  signal?: AbortSignal;
}

/** How the tests use one client. `C` is the client's own class. */
export interface Driver<C extends object = object> {
  /** A client of the stand-in server at `url`; two attempts where the number can be told. */
  make(url: string): C;
  call(client: C, ask: Ask): Promise<unknown>;
  stream(client: C, ask: Ask): Promise<AsyncIterable<unknown>>;
  /** Another client made of this one. */
  clone?(client: C): C;
  /** What the answer says was consumed: the classes that this API can tell apart. */
  classes: readonly (keyof Tokens)[];
  /** Status of a refusal that the client answers with a retry. */
  retryable: number;
  provider: string;
  flavor: string;
  operation: string;
}

/** A driver whose client type is no longer looked at: only `make` gives clients, and they go nowhere else. */
export function driver<C extends object>(of: Driver<C>): Driver {
  return of as unknown as Driver;
}

/** Attribute of each class that the stand-in server counts. */
export const ATTRIBUTE_OF: Readonly<Record<keyof Tokens, string>> = {
  input: "spanledger.usage.input_uncached",
  inputAudio: "spanledger.usage.input_audio",
  inputImage: "spanledger.usage.input_image",
  inputTool: "spanledger.usage.input_tool",
  cacheRead: "spanledger.usage.cache_read",
  cacheWrite5m: "spanledger.usage.cache_write_5m",
  cacheWrite1h: "spanledger.usage.cache_write_1h",
  cacheWriteOther: "spanledger.usage.cache_write_other",
  output: "spanledger.usage.output",
  reasoning: "spanledger.usage.output_reasoning",
  outputAudio: "spanledger.usage.output_audio",
  outputImage: "spanledger.usage.output_image",
  webSearches: "spanledger.usage.web_search_requests",
};

/** What the server's own log says of the classes, by attribute; classes that the API cannot tell are left out. */
export function servedUsage(entry: LogEntry, classes: readonly (keyof Tokens)[]): Record<string, number> {
  const { tokens } = entry;
  if (tokens === null) throw new Error("the server served no usage");
  return Object.fromEntries(classes.map((name) => [ATTRIBUTE_OF[name], tokens[name]]));
}

/** Counts that differ from class to class and from `seed` to `seed`. */
export function tokensOf(classes: readonly (keyof Tokens)[], seed: number): Tokens {
  return Object.fromEntries(classes.map((name, at) => [name, 1000 + seed * 37 + at * 101])) as Tokens;
}

/** One date for all answers: some clients hand the headers out. A date that is far off would make the AWS client try again. */
const DATE = new Date().toUTCString();

const LIMITS = {
  requests: { limit: 5000, remaining: 4990, resetMs: 1200 },
  tokens: { limit: 80_000, remaining: 71_000, resetMs: 6000 },
  inputTokens: { limit: 60_000, remaining: 52_000, resetMs: 3000 },
  outputTokens: { limit: 20_000, remaining: 19_000, resetMs: 2000 },
};

/** A success that is equal whenever it is asked for: fixed ids, fixed counts, a fixed date header. */
export function success(classes: readonly (keyof Tokens)[], seed: number): Reply {
  return {
    tokens: tokensOf(classes, seed),
    text: "one two three four five six",
    responseId: `resp-of-the-matrix-${seed}`,
    requestId: `req_of_the_matrix_${seed}`,
    limits: LIMITS,
    headers: { date: DATE },
  };
}

/** A refusal that every client tries again soon: no client reads both forms of the wait, and none waits longer than both. */
export function refusal(status: number): Reply {
  const soon = new Date(Date.now() + 25).toISOString().replace(/^(.*)T(.*)Z$/, "$1 $2 GMT");
  return {
    status,
    retryAfterMs: 5,
    // Not a number for clients that take whole seconds only.
    retryAfterSeconds: `Wed ${soon}`,
    requestId: "req_of_a_refusal",
    responseId: "resp-of-a-refusal",
    headers: { date: DATE },
  };
}

/** Answers the n-th request by `replies[n]`, the last one again and again. */
export function inOrder(...replies: (Reply | (() => Reply))[]): (request: SeenRequest) => Reply {
  let next = 0;
  return () => {
    const reply = replies[Math.min(next, replies.length - 1)] ?? {};
    next += 1;
    return typeof reply === "function" ? reply() : reply;
  };
}
