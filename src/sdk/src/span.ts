import type { Attributes, Context } from "@opentelemetry/api";
import { attributionAttributes } from "./attribution.js";
import { emptyRequestFacts, emptyResponseFacts } from "./call.js";
import type { Attempt, Outcome, RateLimitKind, RequestFacts, ResponseFacts, SideUsage } from "./call.js";
import { putFingerprint } from "./fingerprint.js";
import type { Fingerprint } from "./fingerprint.js";
import type { Observer, ObserveOptions } from "./options.js";
import { partIds } from "./result-ids.js";
import type { ResultIds } from "./result-ids.js";
import type { LimitsReading } from "./rate-limits.js";
import * as names from "./semconv.js";
import type { AttributeSink, SpanData, SpanEvent } from "./span-data.js";
import type { Target } from "./target.js";
import { deliver } from "./tracer.js";
import type { UsageClassName, UsageReading } from "./usage/usage-reading.js";
import { SDK_VERSION } from "./version.js";

/** A call that has ended, with everything that its span says. */
export interface EndedCall {
  readonly observer: Observer;
  readonly target: Target;
  readonly context: Context;
  readonly ambient: Attributes;
  readonly provider: string;
  readonly request: RequestFacts;
  readonly response: ResponseFacts;
  readonly attempts: readonly Attempt[];
  readonly startMs: number;
  readonly endMs: number;
  readonly firstChunkMs: number | null;
  readonly outcome: Outcome;
  readonly errorType: string | null;
  readonly streaming: boolean;
  /** Whether the call was one of a batch job. */
  readonly batch: boolean;
  readonly requestId: string | null;
  readonly limits: LimitsReading | null;
  readonly fingerprint: Fingerprint | null;
  /** Ids of the result of a job, which whoever polls for it reports; null for a call, which its own process alone sees. */
  readonly result: ResultIds | null;
}

/** Sends the span of an ended call, a child of what was active when the call began, and one for each other model inside it. */
export function emitSpan(call: EndedCall): void {
  deliver(new CallSpan(call), call.context, call.observer.options.tracerProvider);
  if (call.response.side.length === 0) return;
  for (const [index, side] of call.response.side.entries()) {
    deliver(new CallSpan(sideCall(call, side, index)), call.context, call.observer.options.tracerProvider);
  }
}

/** The part of a call that another model answered: its own tokens, the circumstances of the call, no attempts and no limits. */
function sideCall(call: EndedCall, side: SideUsage, index: number): EndedCall {
  const { id, serviceTier, geo, speed, region } = call.response;
  const endpoint = { ...call.target.endpoint, operation: side.operation, model: null, deployment: null };
  const model = typeof side.model === "object" ? side.model && call.request.model : side.model;
  return {
    observer: call.observer,
    target: { ...call.target, endpoint },
    context: call.context,
    ambient: call.ambient,
    provider: call.provider,
    request: { ...emptyRequestFacts(), model },
    response: {
      ...emptyResponseFacts(),
      id: id === null ? null : `${id}.${side.kind}.${index}`,
      model,
      usage: side.usage,
      serviceTier,
      geo,
      speed,
      region,
    },
    attempts: [],
    startMs: call.startMs,
    endMs: call.endMs,
    firstChunkMs: null,
    outcome: call.outcome,
    errorType: call.errorType,
    streaming: call.streaming,
    batch: call.batch,
    requestId: null,
    limits: null,
    fingerprint: null,
    result: partIds(call.result, `${side.kind} ${index}`),
  };
}

/** The span of an ended call: one event per attempt, ERROR without a message when it failed. */
class CallSpan implements SpanData {
  /** As they were when the call ended: observing the client again changes later calls only. */
  private readonly options: ObserveOptions;

  constructor(private readonly call: EndedCall) {
    this.options = call.observer.options;
  }

  private get model(): string | null {
    return this.call.request.model ?? this.call.target.endpoint.model;
  }

  get name(): string {
    const { operation } = this.call.target.endpoint;
    const { model } = this;
    return model === null ? operation : nameOf(operation, model);
  }

  get startMs(): number {
    return this.call.startMs;
  }

  get endMs(): number {
    return Math.max(this.call.endMs, this.call.startMs);
  }

  get failed(): boolean {
    return this.call.outcome === "error";
  }

  get result(): ResultIds | null {
    return this.call.result;
  }

  get events(): SpanEvent[] {
    return this.call.attempts.map((attempt) => new AttemptEvent(attempt));
  }

  first(): Attributes {
    const { call, model } = this;
    const attributes: Attributes = {
      [names.ATTR_OPERATION_NAME]: call.target.endpoint.operation,
      [names.ATTR_PROVIDER_NAME]: call.provider,
      [names.ATTR_SERVER_ADDRESS]: call.target.host,
    };
    if (model !== null) attributes[names.ATTR_REQUEST_MODEL] = model;
    return attributes;
  }

  /** Puts every attribute of the span; what is unknown is absent. */
  describe(sink: AttributeSink): void {
    const { call } = this;
    const own = this.options.attribution;
    putAll(sink, own === undefined ? call.ambient : { ...attributionAttributes(own), ...call.ambient });
    if (call.fingerprint !== null) putFingerprint(sink, call.fingerprint);
    putIdentity(sink, call, this.options.provider);
    putOutcome(sink, call);
    putDimensions(sink, call);
    putUsage(sink, call.response.usage);
    sink.put(CHARACTERS, call.request.characters);
    putRateLimits(sink, call);
    if (call.result !== null) sink.put(names.ATTR_RESULT_ID, resultText(call.result));
  }
}

/** As a W3C trace parent writes ids, the parent's last, if there is one. */
function resultText({ traceId, spanId, parentSpanId }: ResultIds): string {
  return parentSpanId === "" ? `${traceId}-${spanId}` : `${traceId}-${spanId}-${parentSpanId}`;
}

/** The name of the last span: names that are put together once are found again faster. */
let lastName = { operation: "", model: "", name: "" };

function nameOf(operation: string, model: string): string {
  if (lastName.model !== model || lastName.operation !== operation) {
    lastName = { operation, model, name: `${operation} ${model}` };
  }
  return lastName.name;
}

class AttemptEvent implements SpanEvent {
  readonly name = names.EVENT_ATTEMPT;

  constructor(private readonly attempt: Attempt) {}

  get timeMs(): number {
    return this.attempt.startMs;
  }

  describe(sink: AttributeSink): void {
    const { index, startMs, endMs, httpStatus, errorType, retryAfterMs } = this.attempt;
    sink.put(names.ATTR_ATTEMPT_INDEX, index);
    if (endMs !== null) sink.put(names.ATTR_ATTEMPT_DURATION_MS, Math.max(0, endMs - startMs));
    sink.put(names.ATTR_HTTP_STATUS, httpStatus);
    sink.put(names.ATTR_ERROR_TYPE, errorType);
    sink.put(names.ATTR_ATTEMPT_RETRY_AFTER_MS, retryAfterMs);
  }
}

const CHARACTERS = names.ATTR_USAGE_PREFIX + names.USAGE_ATTRIBUTE_NAMES.characters;

function putAll(sink: AttributeSink, attributes: Attributes): void {
  for (const name in attributes) sink.put(name, attributes[name]);
}

const STANDARD_OPERATIONS: ReadonlySet<string> = new Set([
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
]);

function putIdentity(sink: AttributeSink, call: EndedCall, override: string | undefined): void {
  const { endpoint, host, port } = call.target;
  sink.put(names.ATTR_SDK_VERSION, SDK_VERSION);
  sink.put(names.ATTR_OPERATION_NAME, endpoint.operation);
  if (!STANDARD_OPERATIONS.has(endpoint.operation)) {
    sink.put(names.ATTR_OPERATION_DETAIL, endpoint.operation);
  }
  sink.put(names.ATTR_PROVIDER_NAME, call.provider);
  sink.put(names.ATTR_CLIENT_FLAVOR, call.observer.flavor);
  sink.put(names.ATTR_PROVIDER_OVERRIDE, override);
  sink.put(names.ATTR_SERVER_ADDRESS, host);
  sink.put(names.ATTR_SERVER_PORT, port);
  sink.put(names.ATTR_DEPLOYMENT, endpoint.deployment);
  sink.put(names.ATTR_REQUEST_MODEL, call.request.model ?? endpoint.model);
  sink.put(names.ATTR_RESPONSE_MODEL, call.response.model);
  sink.put(names.ATTR_RESPONSE_ID, call.response.id);
  sink.put(names.ATTR_REQUEST_ID, call.requestId);
  sink.put(names.ATTR_CONVERSATION_ID, call.request.conversationId);
}

function putOutcome(sink: AttributeSink, call: EndedCall): void {
  sink.put(names.ATTR_OUTCOME, call.outcome);
  sink.put(names.ATTR_REQUEST_STREAM, call.streaming || call.request.streaming);
  if (call.batch) sink.put(names.ATTR_BATCH, true);
  sink.put(names.ATTR_HTTP_STATUS, call.attempts.at(-1)?.httpStatus);
  if (call.outcome === "error") {
    sink.put(names.ATTR_ERROR_TYPE, call.errorType ?? call.response.errorType ?? "_OTHER");
  }
  if (call.response.finishReasons.length > 0) {
    sink.put(names.ATTR_FINISH_REASONS, call.response.finishReasons);
  }
  if (call.firstChunkMs !== null) {
    sink.put(names.ATTR_TIME_TO_FIRST_CHUNK, (call.firstChunkMs - call.startMs) / 1000);
  }
}

function putDimensions(sink: AttributeSink, call: EndedCall): void {
  const { request, response } = call;
  sink.put(names.ATTR_SERVICE_TIER, response.serviceTier ?? request.serviceTier);
  sink.put(names.ATTR_SPEED, response.speed);
  sink.put(names.ATTR_GEO, response.geo);
  sink.put(names.ATTR_REGION, response.region);
  sink.put(names.ATTR_REPORTED_COST, response.reportedCostUsd);
  for (const key in request.variant) {
    if (!(key in response.variant)) sink.put(names.ATTR_VARIANT_PREFIX + key, request.variant[key]);
  }
  for (const key in response.variant) sink.put(names.ATTR_VARIANT_PREFIX + key, response.variant[key]);
}

function putUsage(sink: AttributeSink, reading: UsageReading | null): void {
  sink.put(names.ATTR_USAGE_SOURCE, reading === null ? "none" : "provider");
  sink.put(names.ATTR_USAGE_QUALITY, reading?.quality ?? "unknown");
  if (reading === null) return;
  sink.put(names.ATTR_USAGE_RULE, reading.rule);
  sink.put(names.ATTR_INPUT_TOKENS, reading.inputTotal);
  sink.put(names.ATTR_OUTPUT_TOKENS, reading.outputTotal);
  const { usage } = reading;
  sink.put(names.ATTR_CACHE_READ_TOKENS, sumOf(usage.cacheRead, usage.cacheReadAudio, usage.cacheReadImage));
  sink.put(
    names.ATTR_CACHE_WRITE_TOKENS,
    sumOf(usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther),
  );
  sink.put(names.ATTR_REASONING_TOKENS, usage.outputReasoning);
  for (const key in usage) sink.put(USAGE_NAMES[key as UsageClassName], usage[key as UsageClassName]);
}

const USAGE_NAMES = prefixed(names.USAGE_ATTRIBUTE_NAMES);

function prefixed(suffixes: Readonly<Record<UsageClassName, string>>): Record<UsageClassName, string> {
  const full: Record<string, string> = {};
  for (const [key, suffix] of Object.entries(suffixes)) full[key] = names.ATTR_USAGE_PREFIX + suffix;
  return full as Record<UsageClassName, string>;
}

/** Sum of those that are known; null when none is. */
function sumOf(a: number | undefined, b: number | undefined, c: number | undefined): number | null {
  if (a === undefined && b === undefined && c === undefined) return null;
  return (a ?? 0) + (b ?? 0) + (c ?? 0);
}

function putRateLimits(sink: AttributeSink, { limits }: EndedCall): void {
  if (limits === null) return;
  limits.putHeaders(sink);
  for (const { kind, limit, remaining, resetAt } of limits.limits) {
    const full = LIMIT_NAMES[kind];
    sink.put(full.limit, limit);
    sink.put(full.remaining, remaining);
    sink.put(full.resetAt, resetAt);
  }
}

type LimitNames = Record<"limit" | "remaining" | "resetAt", string>;

const LIMIT_NAMES = Object.fromEntries(
  names.RATE_LIMIT_KINDS.map((kind) => {
    const prefix = names.ATTR_RATE_LIMIT_PREFIX + kind;
    const full: LimitNames = {
      limit: `${prefix}.limit`,
      remaining: `${prefix}.remaining`,
      resetAt: `${prefix}.reset_at`,
    };
    return [kind, full];
  }),
) as Record<RateLimitKind, LimitNames>;
