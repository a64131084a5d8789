import type { BodySink, ChunkFilter } from "./body-sink.js";
import { guard } from "./guard.js";
import { isBytes } from "./http-types.js";
import { shadowConsumers } from "./response-tap.js";
import { shadow } from "./stream-tap.js";

/** The part of a Node Readable that is observed; node-fetch 2 (openai 4, Anthropic 0.39) gives such bodies. */
export interface NodeBody {
  emit(event: string | symbol, ...args: unknown[]): boolean;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  destroy(error?: Error): unknown;
  resume(): unknown;
  readonly destroyed?: boolean;
  readonly readableFlowing?: boolean | null;
  readonly readableDidRead?: boolean;
}

export function isNodeBody(body: unknown): body is NodeBody {
  if (typeof body !== "object" || body === null) return false;
  const { emit, on } = body as Partial<NodeBody>;
  return typeof emit === "function" && typeof on === "function";
}

/**
 * Observes a Node Readable in place through its own `emit`: every chunk that is read in either mode passes there as `data`. No listener
 * is added, so that the mode of the stream and its pace do not change.
 */
export function tapNodeBody(response: object, body: NodeBody, sink: BodySink): void {
  const emit = body.emit.bind(body);
  let ended = false;
  const state = { whole: false };
  shadowConsumers(response, sink, state);
  shadow(body, "emit", (event: string | symbol, ...args: unknown[]): boolean => {
    if (!state.whole) guard(() => observeEvent(event, args[0]));
    return emit(event, ...args);
  });
  const observeEvent = (event: string | symbol, arg: unknown): void => {
    if (event === "data" && isBytes(arg)) sink.chunk(arg);
    else if (event === "end") {
      ended = true;
      sink.end();
    } else if (event === "error") sink.failed(arg);
    else if (event === "close" && !ended) sink.cancelled(false);
  };
  if (sink.filter !== undefined) filterIteration(body, sink.filter);
  sink.holder(response);
}

const DRAIN_MS = 1000;

/** Reads an untouched body away in the background, for at most a second, so that its connection is free again. */
export function drainNodeBody(body: NodeBody): void {
  if (body.destroyed === true || body.readableDidRead === true || body.readableFlowing === true) return;
  const timer = setTimeout(() => body.destroy(), DRAIN_MS);
  timer.unref();
  body.on("close", () => clearTimeout(timer));
  body.resume();
}

/** The SDKs read event streams by `for await`; the filter stands there. */
function filterIteration(body: NodeBody, filter: ChunkFilter): void {
  const iterate = (body as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator].bind(body);
  shadow(body, Symbol.asyncIterator, async function* () {
    for await (const chunk of iterate() as unknown as AsyncIterable<unknown>) {
      if (!isBytes(chunk)) yield chunk;
      else {
        const out = filter.push(chunk);
        if (out.byteLength > 0) yield out;
      }
    }
    const rest = filter.end();
    if (rest.byteLength > 0) yield rest;
  });
}
