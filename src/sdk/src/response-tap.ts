import type { BodySink } from "./body-sink.js";
import { guard } from "./guard.js";
import { isThenable } from "./http-types.js";
import { newStamps } from "./stamp.js";
import { isWebStream, methodOf, shadow, shadowStream } from "./stream-tap.js";
import type { Method, TapState } from "./stream-tap.js";

/**
 * Observes a web Response in place: the methods of the same `Response` and `ReadableStream` objects are shadowed, so that identity,
 * `url`, `redirected`, locking and laziness stay as they are. Nothing is read that the application does not read, and no chunk is kept.
 * The stream itself is touched only when the application asks for it.
 */
export function tapResponse(response: object, sink: BodySink): void {
  const tap: ResponseTap = { sink, whole: false, body: null };
  if (
    Object.getPrototypeOf(response) === PLATFORM &&
    taps.read(response) === null &&
    !Object.hasOwn(response, "body")
  ) {
    becomeObserved(response, tap);
  } else {
    shadowConsumers(response, sink, tap);
    shadowBody(response, tap);
  }
  sink.holder(response);
}

interface ResponseTap extends TapState {
  readonly sink: BodySink;
  /** The stream that is shadowed already. */
  body: unknown;
}

const taps = newStamps<ResponseTap | null>();
const PLATFORM: object = Response.prototype;

/** The body of a response as `prototype` gives it, tapped when it is first asked for. */
function tappedBody(response: object, prototype: object, tap: ResponseTap | null): unknown {
  const body: unknown = Reflect.get(prototype, "body", response);
  if (tap !== null && body !== tap.body && isWebStream(body)) {
    tap.body = body;
    guard(() => shadowStream(body, tap.sink, tap));
  }
  return body;
}

/** Taps the stream when `body` is first asked for, by the application or, through clone(), by the platform. */
function shadowBody(response: object, tap: ResponseTap): void {
  if (Object.hasOwn(response, "body")) {
    const body = (response as { body: unknown }).body;
    if (isWebStream(body)) shadowStream(body, tap.sink, tap);
    return;
  }
  const get = (): unknown => tappedBody(response, Object.getPrototypeOf(response) as object, tap);
  Object.defineProperty(response, "body", { get, configurable: true, enumerable: false });
  const clone = methodOf(response, "clone");
  if (clone === null) return;
  shadow(response, "clone", (...args: unknown[]) => {
    guard(get);
    return Reflect.apply(clone, response, args);
  });
}

type Consumer = readonly [name: string, deliver: (sink: BodySink, value: unknown) => void];

const CONSUMERS: readonly Consumer[] = [
  ["json", (sink, value) => sink.json(value)],
  ["text", (sink, value) => sink.text(String(value))],
  ["arrayBuffer", (sink, value) => sink.chunk(new Uint8Array(value as ArrayBuffer))],
  ["bytes", (sink, value) => sink.chunk(value as Uint8Array)],
  ["blob", () => undefined],
  ["formData", () => undefined],
];

export function shadowConsumers(response: object, sink: BodySink, state: TapState): void {
  for (const consumer of CONSUMERS) {
    const original = methodOf(response, consumer[0]);
    if (original === null) continue;
    shadow(response, consumer[0], function (this: unknown, ...args: unknown[]): unknown {
      return consume(consumer, sink, state, original, this, args);
    });
  }
}

/** Takes the whole body as the application asked to, and tells the sink what came of it. */
function consume(
  [name, deliver]: Consumer,
  sink: BodySink,
  state: TapState,
  original: Method,
  self: unknown,
  args: unknown[],
): unknown {
  const nested = state.whole;
  state.whole = true;
  const result = Reflect.apply(original, self, args);
  if (nested || !isThenable(result)) return result;
  guard(() => sink.consuming());
  return result.then(
    (value) => {
      guard(() => {
        deliver(sink, value);
        sink.end();
      });
      return name === "text" ? (guard(() => filteredText(String(value), sink)) ?? value) : value;
    },
    (error: unknown) => {
      guard(() => sink.failed(error));
      throw error;
    },
  );
}

/** A stream that is taken as one text passes the sink's filter too. */
function filteredText(text: string, sink: BodySink): string {
  if (sink.filter === undefined) return text;
  const kept = [sink.filter.push(Buffer.from(text)), sink.filter.end()];
  return Buffer.concat(kept).toString("utf8");
}

/**
 * Stands between an observed response of the platform and what it inherits. One for all of them, so that they keep one shape: members of
 * their own would cost more than everything else that is done to them, and make the engine compile what reads responses again and again.
 */
const OBSERVED: object = Object.create(PLATFORM, observedMembers()) as object;

function observedMembers(): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {};
  for (const consumer of CONSUMERS) {
    const [name] = consumer;
    if (!(name in PLATFORM)) continue;
    members[name] = method(function (this: unknown, ...args: unknown[]): unknown {
      const original = Reflect.get(PLATFORM, name) as Method;
      const tap = taps.read(this);
      if (tap === null) return Reflect.apply(original, this, args);
      return consume(consumer, tap.sink, tap, original, this, args);
    });
  }
  members["clone"] = method(function (this: object, ...args: unknown[]): unknown {
    guard(() => tappedBody(this, PLATFORM, taps.read(this)));
    return Reflect.apply(Reflect.get(PLATFORM, "clone") as Method, this, args);
  });
  members["body"] = {
    get(this: object): unknown {
      return tappedBody(this, PLATFORM, taps.read(this));
    },
    configurable: true,
    enumerable: true,
  };
  return members;
}

/** As enumerable as the platform's own: who lists what a response inherits sees no difference. */
function method(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: true };
}

function becomeObserved(response: object, tap: ResponseTap | null): void {
  taps.write(response, tap);
  Object.setPrototypeOf(response, OBSERVED);
}

/**
 * One observed response of either making lives as long as the process: engines forget a shape when no object has it any more, and what
 * was compiled for it.
 */
export const shapes: readonly object[] = [new Response(null), Response.error()];
for (const response of shapes) becomeObserved(response, null);
