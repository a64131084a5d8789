import type { TracerProvider } from "@opentelemetry/api";
import type { Attribution } from "./attribution.js";

export interface ObserveOptions {
  /** Who and what the calls of this client are for. `withAttribution` wins over it, field by field. */
  attribution?: Attribution | undefined;
  /**
   * Where spans go. Default: the tracer provider that is registered globally when a call ends, else an exporter of our own to
   * `SPANLEDGER_ENDPOINT`.
   */
  tracerProvider?: TracerProvider | undefined;
  /** The vendor that bills the calls, where the host cannot tell (a gateway, a private address): `openai`, `anthropic`, `self_hosted`, ... */
  provider?: string | undefined;
  /**
   * Asks for usage on streamed Chat Completions that do not ask for it themselves (`stream_options.include_usage`) and hides the extra
   * chunk from the application. Without it such streams are recorded with unknown usage. Default false.
   */
  includeUsage?: boolean | undefined;
  /** Keyed hashes and sizes of prompt parts, never content. Default true. */
  fingerprint?: boolean | undefined;
  /**
   * Holds a request back while the provider's last answer said that nothing is left of a limit and when it resets, since it would
   * certainly be refused: at most 60 s, ended by the request's own abort signal. Default false: nothing is ever delayed.
   */
  pace?: boolean | undefined;
  /** Milliseconds since the Unix epoch, for every timestamp of the record. For backfills and tests; default: the system clock. */
  clock?: (() => number) | undefined;
}

/** One observed client: what its calls have in common. Options can grow by observing again. */
export interface Observer {
  options: ObserveOptions;
  /** What the client library is: openai, azure, anthropic, groq, fetch, ... */
  flavor: string;
}
