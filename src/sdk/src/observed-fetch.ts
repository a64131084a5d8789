import { chainOf, isRetryable, retryWindowMs, transportErrorType } from "./attempts.js";
import type { Chain } from "./attempts.js";
import { RefusalSink, StreamSink, WholeSink } from "./answer-sink.js";
import type { BodySink } from "./body-sink.js";
import type { Attempt } from "./call.js";
import { guard } from "./guard.js";
import { isThenable, requestHeader } from "./http-types.js";
import type { RequestInitLike, ResponseLike } from "./http-types.js";
import { askForUsage, UsageChunkFilter } from "./include-usage.js";
import { LiveCall, openCalls } from "./live-call.js";
import { drainNodeBody, isNodeBody, tapNodeBody } from "./node-body-tap.js";
import type { Observer } from "./options.js";
import { readRateLimits, retryAfterMs } from "./rate-limits.js";
import { isWebStream, tapResponse } from "./stream-tap.js";
import { targetOf } from "./target.js";

type Send = (input: unknown, init?: RequestInitLike) => unknown;

/** An attempt on its way: what the callbacks of one HTTP exchange share. */
interface Exchange {
  call: LiveCall;
  attempt: Attempt;
  init: RequestInitLike;
  /** `x-stainless-retry-count`, or null where the client sends none. */
  retryCount: number | null;
  /** Whether usage was asked for on the application's behalf. */
  asked: boolean;
}

/**
 * What `send` gives, the very same promise outcome. A request that is a billable call is recorded on the side: first the request goes
 * out, then it is looked at; the answer is handed on at once and read as the application reads it. Never throws on its own.
 */
export function observeExchange(
  observer: Observer,
  send: Send,
  input: unknown,
  init: RequestInitLike | undefined,
  chain: Chain | null,
): unknown {
  const exchange = guard(() => begin(observer, input, init, chain));
  if (exchange === undefined || exchange === null) return send(input, init);
  let answer: unknown;
  try {
    answer = send(input, exchange.init);
  } catch (error) {
    guard(() => failed(exchange, error));
    throw error;
  }
  exchange.call.readSoon();
  if (!isThenable(answer)) return answer;
  return answer.then(
    (response: unknown) => {
      guard(() => responded(exchange, response as ResponseLike));
      return response;
    },
    (error: unknown) => {
      guard(() => failed(exchange, error));
      throw error;
    },
  );
}

function begin(
  observer: Observer,
  input: unknown,
  init: RequestInitLike | undefined,
  hint: Chain | null,
): Exchange | null {
  const target = targetOf(input, init);
  if (target === null) return null;
  const body = typeof init?.body === "string" ? init.body : null;
  const header = requestHeader(init?.headers, "x-stainless-retry-count");
  const retryCount = header !== null && /^\d{1,4}$/.test(header) ? Number(header) : null;
  const chain = hint ?? chainOf(init?.headers);
  const call =
    chainedCall(chain) ?? retriedCall(target.url, body, retryCount) ?? new LiveCall(observer, target, body);
  if (chain !== null) {
    chain.call = call;
    call.settles = true;
  }
  const rewritten = observer.options.includeUsage === true ? askForUsage(target.endpoint, init) : null;
  return {
    call,
    attempt: call.beginAttempt(),
    init: rewritten ?? init ?? {},
    retryCount,
    asked: rewritten !== null,
  };
}

function chainedCall(chain: Chain | null): LiveCall | null {
  const call = chain?.call ?? null;
  return call === null || call.finished ? null : call;
}

/** The call that this request repeats, where no entry hook tells: same address and body, the next number, a failure before it. */
function retriedCall(url: string, body: string | null, retryCount: number | null): LiveCall | null {
  if (body === null || retryCount === 0) return null;
  return openCalls.find(
    (call) =>
      call.deadline !== null &&
      call.target.url === url &&
      call.pendingBody === body &&
      (retryCount === null || call.attempts.length === retryCount),
  );
}

function responded(exchange: Exchange, response: ResponseLike): void {
  const { call, attempt } = exchange;
  const now = call.now();
  attempt.endMs = now;
  attempt.httpStatus = response.status;
  const { headers } = response;
  call.requestId = requestIdOf(response) ?? call.requestId;
  const { limits, headers: raw } = readRateLimits(headers, now);
  if (limits.length > 0) {
    call.rateLimits = limits;
    call.limitHeaders = raw;
  }
  if (response.ok || response.status < 400) {
    call.accept();
    if (call.settles) watchAbort(exchange);
    tap(response, answerSink(exchange, headers.get("content-type") ?? ""));
    if (response.body === null) call.finish("ok");
    return;
  }
  attempt.errorType = String(response.status);
  attempt.retryAfterMs = retryAfterMs(headers, now);
  const final = !isRetryable(response.status) && headers.get("x-should-retry") !== "true";
  if (!call.settles) {
    const waitMs = final ? 1000 : retryWindowMs(attempt.retryAfterMs);
    call.deadline = performance.now() + waitMs;
  }
  tap(response, new RefusalSink(call, (code, taken) => refused(exchange, code, taken, final)));
  call.dropRefusal = () => letGo(response);
}

/**
 * A client call that is aborted between its headers and its body never touches the body. Only the signals that the clients make for one
 * request are watched: listeners on an application's own long-lived signal would pile up.
 */
function watchAbort({ call, init }: Exchange): void {
  const signal = init.signal as Partial<EventTarget> & { aborted?: unknown };
  if (typeof signal?.addEventListener !== "function") return;
  // A body that is being read fails by itself first, with the better moment.
  const cancel = (): void => void setImmediate(() => call.finish("cancelled"));
  if (signal.aborted === true) {
    cancel();
    return;
  }
  signal.addEventListener("abort", cancel, { once: true });
  call.unwatch = () => signal.removeEventListener?.("abort", cancel);
}

function answerSink(exchange: Exchange, contentType: string): BodySink {
  const { call } = exchange;
  const events = /event-stream|ndjson|jsonl/i.test(contentType);
  call.streaming = events;
  if (!events) return new WholeSink(call);
  const sink = new StreamSink(call);
  if (exchange.asked) sink.filter = new UsageChunkFilter();
  return sink;
}

function tap(response: ResponseLike, sink: BodySink): void {
  const { body } = response;
  if (isNodeBody(body)) tapNodeBody(response, body, sink);
  else tapResponse(response, sink);
}

/** openai 4, Anthropic 0.39, Mistral and others retry without touching the refusal's body, which would hold its connection. */
function letGo(response: ResponseLike): void {
  const { body } = response;
  if (isNodeBody(body)) drainNodeBody(body);
  else if (isWebStream(body) && body.locked !== true) body.cancel().catch(() => undefined);
}

/** The body of a refusal was read or dropped. Stainless clients read it only when they will not try again. */
function refused(exchange: Exchange, code: string | null, taken: boolean, final: boolean): void {
  const { call, attempt } = exchange;
  attempt.errorType = code ?? attempt.errorType;
  if (call.settles || call.attempts.at(-1) !== attempt) return;
  if (final || (taken && exchange.retryCount !== null)) call.finish("error", attempt.errorType);
}

function failed(exchange: Exchange, error: unknown): void {
  const { call, attempt, init } = exchange;
  attempt.endMs = call.now();
  attempt.errorType = transportErrorType(error);
  if (call.settles) return;
  const signal = init.signal as { aborted?: unknown; reason?: unknown } | null | undefined;
  const stopped = signal?.aborted === true && !isTimeout(signal.reason);
  // The Stainless clients abort for their own timeouts too, and then try again.
  if (stopped && exchange.retryCount === null) call.finish("cancelled");
  else call.deadline = performance.now() + retryWindowMs(null);
}

function isTimeout(reason: unknown): boolean {
  return (
    typeof reason === "object" && reason !== null && (reason as { name?: unknown }).name === "TimeoutError"
  );
}

const REQUEST_ID_HEADERS = ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid"];

function requestIdOf(response: ResponseLike): string | null {
  for (const name of REQUEST_ID_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null && /^[\w.:-]{1,128}$/.test(value)) return value;
  }
  return null;
}
