import { transportErrorType } from "../attempts.js";
import { guard } from "../guard.js";
import type { LiveCall } from "../live-call.js";
import { sweeps } from "../open-calls.js";
import { shadow } from "../stream-tap.js";
import { converseEvent, invokeEvents } from "../wire/bedrock.js";
import { asObject } from "../wire/json.js";
import type { JsonObject } from "../wire/json.js";

type Read = (event: JsonObject) => "none" | "content" | "end";

/** Observes a decoded AWS event stream in place, as the application iterates it. */
export function tapEvents(call: LiveCall, events: AsyncIterable<unknown>): void {
  call.streaming = true;
  call.waiting = false;
  const read: Read =
    call.target.endpoint.family.name === "bedrock-converse"
      ? (event) => converseEvent(event, call.response)
      : invokeEvents(call.response);
  const iterate = events[Symbol.asyncIterator].bind(events);
  call.heldBy(events);
  shadow(events, Symbol.asyncIterator, () => {
    const iterator = iterate();
    guard(() => tapIterator(call, iterator, read));
    return iterator;
  });
}

function tapIterator(call: LiveCall, iterator: AsyncIterator<unknown>, read: Read): void {
  call.heldBy(iterator);
  const next = iterator.next.bind(iterator) as () => Promise<IteratorResult<unknown>>;
  shadow(iterator, "next", () => {
    call.waiting = true;
    return next().then(
      (result) => {
        guard(() => observe(call, result, read));
        return result;
      },
      (error: unknown) => {
        guard(() => failed(call, error));
        throw error;
      },
    );
  });
  const stop = iterator.return?.bind(iterator);
  if (stop === undefined) return;
  // This client goes on receiving when the loop is left: only an abort stops the provider.
  shadow(iterator, "return", (value?: unknown) => {
    guard(() => call.finish(isAborted(call) ? "cancelled" : "abandoned"));
    return stop(value);
  });
}

function observe(call: LiveCall, result: IteratorResult<unknown>, read: Read): void {
  call.waiting = false;
  call.lastMoved = sweeps.count;
  if (result.done === true) {
    finish(call);
    return;
  }
  const event = asObject(result.value);
  const effect = event === null || call.finished ? "none" : read(event);
  if (effect === "content") call.firstContent();
  if (effect === "end") finish(call);
}

/** Usage may be unknown at the end of a foreign vendor's stream; a missing stop reason means that the stream was cut. */
function finish(call: LiveCall): void {
  const { errorType, finishReasons, usage } = call.response;
  const whole = finishReasons.length > 0 || usage !== null;
  // An aborted stream simply ends here.
  if (!whole && isAborted(call)) call.finish("cancelled");
  else if (errorType !== null) call.finish("error", errorType);
  else call.finish(whole ? "ok" : "error", whole ? null : "stream_incomplete");
}

function failed(call: LiveCall, error: unknown): void {
  const name = asObject(error)?.["name"];
  if (name === "AbortError" || isAborted(call)) call.finish("cancelled");
  else call.finish("error", call.response.errorType ?? transportErrorType(error));
}

function isAborted(call: LiveCall): boolean {
  return call.signal?.aborted === true;
}
