import { chainOf, isRetryable, REFUSAL_MS, retryWindowMs, transportErrorType } from "./attempts.js";
import type { Chain } from "./attempts.js";
import { RefusalSink, StreamSink, WholeSink } from "./answer-sink.js";
import type { BodySink } from "./body-sink.js";
import type { Attempt } from "./call.js";
import { requestHeader } from "./http-types.js";
import { rememberLimits } from "./headroom.js";
import type { HeadersLike, RequestInitLike, ResponseLike, SignalLike } from "./http-types.js";
import { askForUsage, UsageChunkFilter } from "./include-usage.js";
import { LiveCall, openCalls } from "./live-call.js";
import { drainNodeBody, isNodeBody, tapNodeBody } from "./node-body-tap.js";
import type { Observer } from "./options.js";
import { readRateLimits, retryAfterMs } from "./rate-limits.js";
import { tapResponse } from "./response-tap.js";
import { isWebStream } from "./stream-tap.js";
import { targetOf } from "./target.js";
import { decimalText } from "./usage/openrouter-usage.js";
import { asCode, asText } from "./wire/json.js";

/** An attempt on its way: what the callbacks of one HTTP exchange share. */
export interface Exchange {
  call: LiveCall;
  attempt: Attempt;
  init: RequestInitLike;
  chain: Chain | null;
  /** Whether the client reads a refusal's body only when it will not try again. */
  readsWhenFinal: boolean;
  /** Whether usage was asked for on the application's behalf. */
  asked: boolean;
}

/** What an attach strategy knows beyond the request itself. */
export interface ExchangeHint {
  chain?: Chain | null;
  /** The JSON body, where it is not in `init`. */
  body?: string | null;
  readsWhenFinal?: boolean;
  /** The form of a multipart request, where it is not in `init`. */
  form?: unknown;
}

/** The model of a multipart request (audio, image edits), whose body is no JSON; null otherwise. */
function formModel(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const get = (body as { get?: unknown }).get;
  return typeof get === "function" ? asText(Reflect.apply(get, body, ["model"])) : null;
}

/** The exchange of a request that is a call that costs; null for any other request. */
export function beginExchange(
  observer: Observer,
  input: unknown,
  init: RequestInitLike | undefined,
  hint: ExchangeHint,
): Exchange | null {
  const target = targetOf(input, init, observer.flavor);
  if (target === null) return null;
  const body = hint.body ?? (typeof init?.body === "string" ? init.body : null);
  const chain = hint.chain ?? chainOf(init?.headers);
  const call =
    chainedCall(chain) ??
    (chain?.settles === true ? null : retriedCall(target.url, body, init?.headers)) ??
    new LiveCall(observer, target, body);
  if (chain !== null) joinChain(call, chain);
  const model = body === null ? formModel(hint.form ?? init?.body) : null;
  if (model !== null) call.request.model = model;
  const rewritten = observer.options.includeUsage === true ? askForUsage(target.endpoint, init) : null;
  return {
    call,
    attempt: call.beginAttempt(),
    init: rewritten ?? init ?? {},
    chain,
    readsWhenFinal: hint.readsWhenFinal === true,
    asked: rewritten !== null,
  };
}

/** `x-stainless-retry-count`, or null where the client sends none. */
function retryCountOf(headers: unknown): number | null {
  const header = requestHeader(headers, "x-stainless-retry-count");
  return header !== null && /^\d{1,4}$/.test(header) ? Number(header) : null;
}

function joinChain(call: LiveCall, chain: Chain): void {
  chain.call = call;
  call.settles = chain.settles;
  if (chain.body !== null) call.readFacts(chain.body);
  chain.body = null;
}

function chainedCall(chain: Chain | null): LiveCall | null {
  const call = chain?.call ?? null;
  return call === null || call.finished ? null : call;
}

/**
 * The call that this request repeats, where no entry hook tells: same address and body, the next number, a failure before it. A number
 * that starts again repeats a call whose client had given up: a framework around it (LangChain) tries again with a new request.
 */
function retriedCall(url: string, body: string | null, headers: unknown): LiveCall | null {
  if (body === null) return null;
  const retryCount = retryCountOf(headers);
  return openCalls.find(
    (call) =>
      call.deadline !== null &&
      call.target.url === url &&
      call.pendingBody === body &&
      (retryCount === null || (retryCount === 0 ? call.refusalTaken : call.attempts.length === retryCount)),
  );
}

/** Headers arrived: notes them and taps the body. */
export function responded(exchange: Exchange, response: ResponseLike): void {
  const { call, attempt } = exchange;
  const now = call.now();
  attempt.endMs = now;
  attempt.httpStatus = response.status;
  const { headers } = response;
  call.requestId = requestIdOf(headers) ?? call.requestId;
  call.refusalRead = false;
  call.refusalTaken = false;
  if (call.target.vendor !== "openai") readGateway(call, headers);
  const limits = readRateLimits(headers, limitsVendor(call), now);
  if (limits !== null) {
    call.limits = limits;
    rememberLimits(call.observer, limits, now);
  }
  if (response.ok || response.status < 400) {
    call.accept();
    // The clients make one signal per request. A call that is aborted between its headers and its body never touches the body.
    if (call.settles) call.signal = exchange.init.signal as SignalLike | null | undefined;
    if (isEmpty(response)) call.finish("ok");
    else tap(response, answerSink(exchange, headers.get("content-type") ?? ""));
    return;
  }
  attempt.errorType = String(response.status);
  attempt.retryAfterMs = retryAfterMs(headers, now);
  const final = !isRetryable(response.status) && headers.get("x-should-retry") !== "true";
  // A client whose end is told tells it before: its word may fail to come only when it starts over with options of another make.
  if (final) call.deadline = performance.now() + REFUSAL_MS;
  else if (!call.settles)
    call.deadline = performance.now() + retryWindowMs(attempt.retryAfterMs, call.attempts.length);
  tap(response, new RefusalSink(call, (code, taken) => refused(exchange, code, taken, final)));
  call.dropRefusal = () => letGo(response);
}

function isEmpty({ status, headers }: ResponseLike): boolean {
  return status === 204 || status === 205 || headers.get("content-length") === "0";
}

/** Whose rate-limit headers to expect: those of the API that is spoken, but Mistral speaks OpenAI's. */
function limitsVendor(call: LiveCall): string {
  return call.reader === "mistral_ai" ? call.reader : call.target.endpoint.family.vendor;
}

function answerSink(exchange: Exchange, contentType: string): BodySink {
  const { call } = exchange;
  // Some proxies call an event stream text/plain; a JSON answer is never one.
  const events = isEventType(contentType) ?? call.asksForStream();
  call.streaming = events;
  if (!events) return new WholeSink(call);
  const sink = new StreamSink(call);
  if (exchange.asked) sink.filter = new UsageChunkFilter();
  return sink;
}

let lastType = "";
let lastEvents: boolean | null = null;

/** Whether a content type is one of event streams (true) or of JSON (false); null where it tells neither. */
function isEventType(contentType: string): boolean | null {
  if (contentType !== lastType) {
    const events = /event-stream|ndjson|jsonl|stream\+json/i.test(contentType);
    lastEvents = events ? true : /json/i.test(contentType) ? false : null;
    lastType = contentType;
  }
  return lastEvents;
}

/** Lets `sink` see the body as the application reads it. */
export function tap(response: ResponseLike, sink: BodySink): void {
  // node-fetch 2 has no `bytes`; looking at the body of a platform response would build its stream for nothing.
  const body = "bytes" in response || response instanceof Response ? null : response.body;
  if (isNodeBody(body)) tapNodeBody(response, body, sink);
  else tapResponse(response, sink);
}

/** openai 4, Anthropic 0.39, Mistral and others retry without touching the refusal's body, which would hold its connection. */
function letGo(response: ResponseLike): void {
  const { body } = response;
  // A body that is broken already holds no connection: its failure to cancel is nothing to act on.
  if (isNodeBody(body)) drainNodeBody(body);
  else if (isWebStream(body) && body.locked !== true) body.cancel().catch(() => undefined);
}

/** The body of a refusal was read or dropped. */
function refused(exchange: Exchange, code: string | null, taken: boolean, final: boolean): void {
  const { call, attempt } = exchange;
  attempt.errorType = code ?? attempt.errorType;
  call.refusalRead = true;
  call.refusalTaken = taken;
  if (call.settles || call.attempts.at(-1) !== attempt) return;
  if (final || call.givenUp || (taken && readsWhenFinal(exchange))) call.finish("error", attempt.errorType);
}

/** Whether a client that reads a refusal will not try again, nor anything around it. */
function readsWhenFinal(exchange: Exchange): boolean {
  const retryCount = retryCountOf(exchange.init.headers);
  // After a first refusal that its client does not retry, a framework around the client may still try again.
  const mayStartAgain = retryCount === 0 && exchange.call.observer.flavor === "fetch";
  return (retryCount !== null || exchange.readsWhenFinal) && !mayStartAgain;
}

/** The request failed without an answer. */
export function failed(exchange: Exchange, error: unknown): void {
  const { call, attempt, init } = exchange;
  attempt.endMs = call.now();
  attempt.errorType = transportErrorType(error);
  if (call.settles) return;
  const signal = init.signal as { aborted?: unknown; reason?: unknown } | null | undefined;
  const stopped =
    exchange.chain?.aborted() === true || (signal?.aborted === true && !isTimeout(signal.reason));
  // The Stainless clients abort for their own timeouts too, and then try again.
  if (stopped && (retryCountOf(init.headers) === null || isBeforeTimeout(exchange))) call.finish("cancelled");
  else {
    // Those that never try again after all were stopped by the application: timeouts are tried again.
    call.stopped = stopped && call.attempts.length === 1;
    call.refusalTaken = true;
  }
  if (!call.finished) call.deadline = performance.now() + retryWindowMs(null, call.attempts.length);
}

/** Whether an attempt ended sooner than the timeout that its client announces, in whole seconds: then the application ended it. */
function isBeforeTimeout({ attempt, init }: Exchange): boolean {
  const seconds = Number(requestHeader(init.headers, "x-stainless-timeout") ?? Number.NaN);
  return attempt.endMs !== null && attempt.endMs - attempt.startMs < seconds * 1000;
}

function isTimeout(reason: unknown): boolean {
  return (
    typeof reason === "object" && reason !== null && (reason as { name?: unknown }).name === "TimeoutError"
  );
}

/** What gateways and clouds say in headers: LiteLLM its cost in USD (https://docs.litellm.ai, read 2026-11-22), Azure its region. */
function readGateway(call: LiveCall, headers: HeadersLike): void {
  const cost = headers.get("x-litellm-response-cost");
  if (cost !== null) call.response.reportedCostUsd = decimalText(cost);
  call.response.region = asCode(headers.get("x-ms-region")) ?? call.response.region;
}

const REQUEST_ID_HEADERS = ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid"];

function requestIdOf(headers: HeadersLike): string | null {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value !== null && /^[\w.:-]{1,128}$/.test(value)) return value;
  }
  return null;
}
