import { context } from "@opentelemetry/api";
import type { Attributes, Context } from "@opentelemetry/api";
import { ambientAttribution } from "./attribution.js";
import { emptyRequestFacts, emptyResponseFacts } from "./call.js";
import type { Attempt, Outcome } from "./call.js";
import { holdBackground } from "./background.js";
import { callClock } from "./clock.js";
import type { Clock } from "./clock.js";
import { forgetHolder, watchHolder } from "./abandonment.js";
import { fingerprintOf, isSettled } from "./fingerprint.js";
import type { Fingerprint } from "./fingerprint.js";
import { guard } from "./guard.js";
import type { SignalLike } from "./http-types.js";
import { OpenCalls, sweeps } from "./open-calls.js";
import type { Observer } from "./options.js";
import { providerOfFlavor } from "./provider-hosts.js";
import type { LimitsReading } from "./rate-limits.js";
import type { ResultIds } from "./result-ids.js";
import { emitSpan } from "./span.js";
import type { Target } from "./target.js";
import type { PromptPieces } from "./wire/family.js";
import { parseObject } from "./wire/json.js";
import type { JsonObject } from "./wire/json.js";

/** The JSON text of a request, or what gives it as an object when it is looked at; null when it is no JSON. */
export type RequestBody = string | (() => JsonObject | null) | null;

/**
 * One logical call from its first attempt to its end, when it becomes one span. Holds no content beyond the request body, which is let
 * go as soon as it was read, and never the response.
 */
export class LiveCall {
  readonly request = emptyRequestFacts();
  readonly response = emptyResponseFacts();
  readonly attempts: Attempt[] = [];
  readonly context: Context;
  readonly ambient: Attributes;
  readonly provider: string;
  /** Whose rules read the usage: a vendor's own host, else what the application said, else the client's vendor. */
  readonly reader: string;
  readonly startMs: number;
  readonly now: Clock;
  endMs = 0;
  firstChunkMs: number | null = null;
  outcome: Outcome = "ok";
  errorType: string | null = null;
  streaming = false;
  readonly batch = false;
  requestId: string | null = null;
  limits: LimitsReading | null = null;
  fingerprint: Fingerprint | null = null;
  result: ResultIds | null = null;
  finished = false;
  /** For the idle timeout: the sweep in which the body last moved, and whether the application waits for it now. */
  lastMoved = sweeps.count;
  waiting = true;
  /** Monotonic ms after which a failed attempt counts as the last; null when something else decides. */
  deadline: number | null = null;
  /** Lets the last refusal's body go, if nobody has read it when the next attempt begins. */
  dropRefusal: (() => void) | null = null;
  /** The abort signal of an answered request, where that belongs to this request alone. */
  signal: SignalLike | null | undefined = null;
  /** Whether an entry hook will say when the client gives up. */
  settles = false;
  /** Whether the client gave up, and whether the last refusal's body was read: together they end a failed call. */
  givenUp = false;
  refusalRead = false;
  /** Whether the client itself read the last refusal, as it does when it will not try again. */
  refusalTaken = false;
  /** Whether the only attempt was aborted, by the application or its client's timeout. */
  stopped = false;
  older: LiveCall | null = null;
  newer: LiveCall | null = null;
  /** What the application reads the answer through, until its collection is watched for. */
  private holder: object | null = null;
  private watched = false;
  private body: RequestBody;
  /** What the client made the body of; only while the request is being sent. */
  private made: JsonObject | null = null;
  /** What the fingerprint is made of, where that could be had without reading the body again. */
  private pieces: PromptPieces | null = null;
  private factsRead = false;
  private printed = false;
  private accepted = false;
  private unread: NodeJS.Immediate | null = null;

  constructor(
    readonly observer: Observer,
    readonly target: Target,
    body: RequestBody,
  ) {
    this.now = callClock(observer.options.clock);
    this.startMs = this.now();
    this.context = context.active();
    this.ambient = ambientAttribution(this.context);
    this.provider =
      target.vendor ??
      (observer.flavor === "fetch" ? target.endpoint.family.vendor : providerOfFlavor(observer.flavor));
    this.reader = target.vendor ?? observer.options.provider ?? this.provider;
    this.response.region = target.region;
    this.body = body;
    this.printed = observer.options.fingerprint === false || target.endpoint.family.pieces === undefined;
    openCalls.add(this);
  }

  beginAttempt(): Attempt {
    this.letRefusalGo();
    const startMs = this.attempts.length === 0 ? this.startMs : this.now();
    const attempt: Attempt = {
      index: this.attempts.length,
      startMs,
      endMs: null,
      httpStatus: null,
      errorType: null,
      retryAfterMs: null,
    };
    this.attempts.push(attempt);
    this.deadline = null;
    this.stopped = false;
    this.waiting = true;
    return attempt;
  }

  private letRefusalGo(): void {
    const drop = this.dropRefusal;
    this.dropRefusal = null;
    if (drop !== null) guard(drop);
  }

  /** A 2xx arrived: no retry of this request can come. */
  accept(): void {
    this.accepted = true;
    this.deadline = null;
    if (this.factsRead && this.printed) this.body = null;
  }

  /** Reads the facts of the request from what the client made it of. */
  readFacts(body: JsonObject): void {
    this.factsRead = true;
    this.target.endpoint.family.readRequest(body, this.request);
    if (!this.printed) this.made = body;
  }

  /** Reads the request when the platform has had its turn to send it. */
  readSoon(): void {
    if (this.body === null || this.unread !== null || (this.factsRead && this.printed)) return;
    guard(() => this.keepPieces());
    this.unread = setImmediate(() => guard(() => this.readNow()));
  }

  /** The parts of the prompt, if they can be kept as they are: the application is free to change its objects from now on. */
  private keepPieces(): void {
    const pieces = this.made === null ? undefined : this.target.endpoint.family.pieces?.(this.made);
    this.made = null;
    if (pieces !== undefined && isSettled(pieces)) this.pieces = pieces;
  }

  /** Whether the request asks for a stream; reads it if that was not done yet. */
  asksForStream(): boolean {
    if (!this.factsRead) this.readNow();
    return this.request.streaming;
  }

  /** The answer is read through `target`: once nobody holds that, nobody can read on. Watched for from the next sweep on. */
  heldBy(target: object): void {
    this.heldByNobody();
    this.holder = target;
  }

  /** The answer is read as a whole, whoever holds it. */
  heldByNobody(): void {
    this.holder = null;
    if (this.watched) forgetHolder(this);
    this.watched = false;
  }

  /** Most calls have ended by the first sweep: only the others cost the collector a registration. */
  watch(): void {
    if (this.holder === null) return;
    watchHolder(this, this.holder);
    this.watched = true;
    this.holder = null;
  }

  /** The body while it is still needed, to recognise a retry of it. */
  get pendingBody(): string | null {
    return typeof this.body === "string" ? this.body : null;
  }

  private readNow(): void {
    if (this.unread !== null) clearImmediate(this.unread);
    this.unread = null;
    const source = this.factsRead && this.printed ? null : this.body;
    if (this.accepted) this.body = null;
    const pieces = this.pieces ?? this.read(source);
    this.pieces = null;
    this.made = null;
    this.factsRead = true;
    this.printed = true;
    if (pieces === null) return;
    this.fingerprint = fingerprintOf(pieces, typeof source === "string" ? source.length : 0);
  }

  /** Reads what is not known yet from the body; the parts of the prompt, if they are wanted. */
  private read(source: RequestBody): PromptPieces | null {
    const body = typeof source === "string" ? parseObject(source) : (source?.() ?? null);
    if (body === null) return null;
    const pieces = this.printed ? null : (this.target.endpoint.family.pieces?.(body) ?? null);
    if (!this.factsRead) this.readFacts(body);
    return pieces;
  }

  /** Ends the call once; later calls change nothing. */
  finish(outcome: Outcome, errorType: string | null = null): void {
    if (this.finished) return;
    this.finished = true;
    this.endMs = this.now();
    this.outcome = outcome;
    this.errorType = errorType;
    openCalls.delete(this);
    if (this.body !== null) guard(() => this.readNow());
    this.heldByNobody();
    this.body = null;
    this.dropRefusal = null;
    this.signal = null;
    this.markPartial();
    const last = this.attempts.at(-1);
    if (last !== undefined) last.endMs ??= this.endMs;
    guard(() => {
      if (!holdBackground(this)) emitSpan(this);
    });
  }

  /** Usage that was seen before a stream broke off is what had been counted until then. */
  private markPartial(): void {
    const { usage } = this.response;
    if (!this.streaming || this.outcome === "ok" || usage?.quality !== "exact") return;
    this.response.usage = { ...usage, quality: "partial" };
  }

  /** Notes the first content of a stream. */
  firstContent(): void {
    this.firstChunkMs ??= this.now();
  }
}

/** Every call of the process that has begun and not ended. */
export const openCalls = new OpenCalls<LiveCall>();
