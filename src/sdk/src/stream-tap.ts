import type { BodySink } from "./body-sink.js";
import { guard } from "./guard.js";
import { isBytes } from "./http-types.js";

export interface WebStream {
  getReader(options?: unknown): WebReader;
  cancel(reason?: unknown): Promise<unknown>;
  readonly locked?: boolean;
}

interface WebReader {
  read(...args: unknown[]): Promise<ReadResult>;
  cancel(reason?: unknown): Promise<unknown>;
  releaseLock(): void;
}

interface ReadResult {
  done: boolean;
  value?: unknown;
}

/** `whole` is set once json(), text() or the like took the body: the readers they open inside must not be observed again. */
export interface TapState {
  whole: boolean;
}

export function isWebStream(body: unknown): body is WebStream {
  return typeof body === "object" && body !== null && typeof (body as WebStream).getReader === "function";
}

/** Sets a method on one object without making it enumerable, so that the object still compares and prints as before. */
export function shadow(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}

export type Method = (...args: unknown[]) => unknown;

export function methodOf(target: object, key: string | symbol): Method | null {
  const found: unknown = Reflect.get(target, key);
  return typeof found === "function" ? (found as Method) : null;
}

/** Observes a stream in place: its readers, iterators and ends. */
export function shadowStream(body: WebStream, sink: BodySink, state: TapState): void {
  const getReader = body.getReader.bind(body);
  shadow(body, "getReader", (...args: [unknown?]) => {
    const reader = getReader(...args);
    if (!state.whole) guard(() => tapReader(reader, sink, args[0] !== undefined));
    return reader;
  });
  shadowIteration(body, sink, state);
  const cancel = body.cancel.bind(body);
  shadow(body, "cancel", (reason?: unknown) => {
    // A locked stream refuses to be cancelled: then nothing has changed.
    if (body.locked === true) return cancel(reason);
    if (!sink.drains) {
      guard(() => sink.cancelled(isCollected(reason)));
      return cancel(reason);
    }
    const reader = getReader();
    return drainInBackground(
      () => reader.read(),
      () => reader.cancel(reason),
      sink,
    );
  });
  for (const name of ["tee", "pipeThrough", "pipeTo"]) {
    const original = methodOf(body, name);
    if (original === null) continue;
    shadow(body, name, (...args: unknown[]) => {
      const through = state.whole ? undefined : guard(() => passThrough(body, isByteStream(getReader)));
      return Reflect.apply(original, through ?? body, args);
    });
  }
}

/** undici cancels the stream of a Response that was collected, and says so. */
function isCollected(reason: unknown): boolean {
  return typeof reason === "string" && reason.includes("garbage collected");
}

/** The body behind an equal stream that pulls only when it is pulled. Takes the lock on `body`, as the shadowed method would. */
function passThrough(body: WebStream, bytes: boolean): object {
  const reader = body.getReader();
  const pull = async (
    controller: ReadableStreamDefaultController | ReadableByteStreamController,
  ): Promise<void> => {
    const { done, value } = await reader.read();
    if (!done) (controller as ReadableStreamDefaultController<unknown>).enqueue(value);
    else {
      controller.close();
      if ("byobRequest" in controller) controller.byobRequest?.respond(0);
    }
  };
  const cancel = async (reason: unknown): Promise<void> => void (await reader.cancel(reason));
  const strategy = { highWaterMark: 0 };
  return bytes
    ? new ReadableStream({ type: "bytes", pull, cancel }, strategy)
    : new ReadableStream({ pull, cancel }, strategy);
}

/** Byte streams transfer the buffers they are given; one must not be put behind a source that keeps its own. */
function isByteStream(getReader: (options?: unknown) => WebReader): boolean {
  try {
    getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    // Not a byte stream, or locked: then the method that is called next refuses by itself.
    return false;
  }
}

function tapReader(reader: WebReader, sink: BodySink, byob: boolean): void {
  let released = false;
  const read = reader.read.bind(reader);
  const filtered = byob ? null : filteredRead(read, sink);
  sink.holder(reader);
  const onResult = (result: ReadResult): ReadResult => {
    if (filtered === null) observe(result, sink);
    return result;
  };
  const onError = (error: unknown): never => {
    if (!released) sink.failed(error);
    throw error;
  };
  const readThrough = (...args: unknown[]): Promise<ReadResult> => {
    sink.waiting(true);
    return (filtered ?? read)(...args).then(onResult, onError);
  };
  const readPlain = (): Promise<ReadResult> => {
    sink.waiting(true);
    return read().then(onResult, onError);
  };
  shadow(reader, "read", byob || filtered !== null ? readThrough : readPlain);
  const cancel = reader.cancel.bind(reader);
  shadow(reader, "cancel", (reason?: unknown) => {
    if (!released) sink.cancelled(isCollected(reason));
    return cancel(reason);
  });
  const releaseLock = reader.releaseLock.bind(reader);
  shadow(reader, "releaseLock", () => {
    releaseLock();
    released = true;
  });
}

function observe(result: ReadResult, sink: BodySink): void {
  if (result.done) sink.end();
  else if (isBytes(result.value)) sink.chunk(result.value);
}

function shadowIteration(body: WebStream, sink: BodySink, state: TapState): void {
  for (const key of [Symbol.asyncIterator, "values"]) {
    const original = methodOf(body, key);
    if (original === null) continue;
    shadow(body, key, (...args: unknown[]) => {
      const iterator = Reflect.apply(original, body, args) as AsyncIterator<unknown>;
      if (!state.whole) {
        const keepsOpen = (args[0] as { preventCancel?: unknown } | undefined)?.preventCancel === true;
        guard(() => tapIterator(iterator, sink, keepsOpen));
      }
      return iterator;
    });
  }
}

function tapIterator(iterator: AsyncIterator<unknown>, sink: BodySink, keepsOpen: boolean): void {
  const next = iterator.next.bind(iterator) as () => Promise<ReadResult>;
  const filtered = filteredRead(next, sink);
  sink.holder(iterator);
  const onResult = (result: ReadResult): ReadResult => {
    if (filtered === null) observe(result, sink);
    return result;
  };
  const onError = (error: unknown): never => {
    sink.failed(error);
    throw error;
  };
  shadow(iterator, "next", () => {
    sink.waiting(true);
    return (filtered ?? next)().then(onResult, onError);
  });
  const stop = iterator.return?.bind(iterator);
  if (stop === undefined) return;
  shadow(iterator, "return", (value?: unknown) => {
    if (keepsOpen) return stop(value);
    if (sink.drains) {
      return drainInBackground(next, () => stop(value), sink).then(() => ({ done: true, value }));
    }
    sink.cancelled(false);
    return stop(value);
  });
}

const DRAIN_BYTES = 65_536;
const DRAIN_MS = 1000;

/**
 * Lets go of an error body at once, as the caller asked, and reads what is left of it behind its back: at most 64 KiB and one second,
 * then really cancels. That tells the kind of error of an attempt that is retried, and the connection can be used again.
 */
function drainInBackground(
  next: () => Promise<ReadResult>,
  stop: () => Promise<unknown>,
  sink: BodySink,
): Promise<void> {
  // What cannot be stopped has ended by itself; nobody else reads it.
  const giveUp = (): void => void stop().catch(() => undefined);
  const timer = setTimeout(giveUp, DRAIN_MS);
  timer.unref?.();
  const drain = async (): Promise<void> => {
    let left = DRAIN_BYTES;
    for (let result = await next(); left > 0; result = await next()) {
      observe(result, sink);
      if (result.done) return;
      left -= isBytes(result.value) ? result.value.byteLength : 1;
    }
    giveUp();
  };
  void drain()
    .catch((error: unknown) => sink.failed(error))
    .finally(() => clearTimeout(timer));
  return Promise.resolve();
}

/** A read that hands on what the sink's filter makes of each chunk; reads on only while the application waits for one. */
function filteredRead(
  read: (...args: unknown[]) => Promise<ReadResult>,
  sink: BodySink,
): ((...args: unknown[]) => Promise<ReadResult>) | null {
  const filter = sink.filter;
  if (filter === undefined) return null;
  let ended = false;
  return async () => {
    while (!ended) {
      const result = await read();
      observe(result, sink);
      if (!result.done && !isBytes(result.value)) return result;
      ended = result.done;
      const value = result.done ? filter.end() : filter.push(result.value as Uint8Array);
      if (value.byteLength > 0) return { done: false, value };
    }
    return { done: true, value: undefined };
  };
}
