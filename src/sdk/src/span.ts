import type { Attributes, Context } from "@opentelemetry/api";
import { attributionAttributes } from "./attribution.js";
import { emptyRequestFacts, emptyResponseFacts } from "./call.js";
import type {
  Attempt,
  Outcome,
  RateLimit,
  RateLimitKind,
  RequestFacts,
  ResponseFacts,
  SideUsage,
} from "./call.js";
import type { Observer } from "./options.js";
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
  readonly rateLimits: readonly RateLimit[];
  readonly limitHeaders: Readonly<Record<string, string>>;
  readonly fingerprint: Attributes;
  /** Names the result of a job, which whoever polls for it reports; null for a call, which its own process alone sees. */
  readonly result: string | null;
}

/** Sends the span of an ended call, a child of what was active when the call began, and one for each other model inside it. */
export function emitSpan(call: EndedCall): void {
  deliver(spanOf(call), call.context, call.observer.options.tracerProvider);
  for (const [index, side] of call.response.side.entries()) {
    deliver(spanOf(sideCall(call, side, index)), call.context, call.observer.options.tracerProvider);
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
    rateLimits: [],
    limitHeaders: {},
    fingerprint: {},
    result: call.result === null ? null : `${call.result} ${side.kind} ${index}`,
  };
}

/** The span of an ended call: one event per attempt, ERROR without a message when it failed. */
export function spanOf(call: EndedCall): SpanData {
  const { operation } = call.target.endpoint;
  const model = call.request.model ?? call.target.endpoint.model;
  return {
    name: model === null ? operation : `${operation} ${model}`,
    startMs: call.startMs,
    endMs: Math.max(call.endMs, call.startMs),
    events: call.attempts.map(attemptEvent),
    failed: call.outcome === "error",
    result: call.result,
    first: () => ({
      [names.ATTR_OPERATION_NAME]: operation,
      [names.ATTR_PROVIDER_NAME]: call.provider,
      [names.ATTR_SERVER_ADDRESS]: call.target.host,
      ...(model === null ? {} : { [names.ATTR_REQUEST_MODEL]: model }),
    }),
    describe: (sink) => describeCall(call, sink),
  };
}

function attemptEvent(attempt: Attempt): SpanEvent {
  return {
    name: names.EVENT_ATTEMPT,
    timeMs: attempt.startMs,
    describe: (sink) => describeAttempt(attempt, sink),
  };
}

function describeAttempt(attempt: Attempt, sink: AttributeSink): void {
  const { endMs } = attempt;
  sink.put(names.ATTR_ATTEMPT_INDEX, attempt.index);
  if (endMs !== null) sink.put(names.ATTR_ATTEMPT_DURATION_MS, Math.max(0, endMs - attempt.startMs));
  sink.put(names.ATTR_HTTP_STATUS, attempt.httpStatus);
  sink.put(names.ATTR_ERROR_TYPE, attempt.errorType);
  sink.put(names.ATTR_ATTEMPT_RETRY_AFTER_MS, attempt.retryAfterMs);
}

/** Puts every attribute of the span of a call; what is unknown is absent. */
export function describeCall(call: EndedCall, sink: AttributeSink): void {
  const own = call.observer.options.attribution;
  putAll(sink, own === undefined ? call.ambient : { ...attributionAttributes(own), ...call.ambient });
  putAll(sink, call.fingerprint);
  putIdentity(sink, call);
  putOutcome(sink, call);
  putDimensions(sink, call);
  putUsage(sink, call.response.usage);
  sink.put(CHARACTERS, call.request.characters);
  putRateLimits(sink, call);
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

function putIdentity(sink: AttributeSink, call: EndedCall): void {
  const { endpoint, host, port } = call.target;
  sink.put(names.ATTR_SDK_VERSION, SDK_VERSION);
  sink.put(names.ATTR_OPERATION_NAME, endpoint.operation);
  if (!STANDARD_OPERATIONS.has(endpoint.operation)) {
    sink.put(names.ATTR_OPERATION_DETAIL, endpoint.operation);
  }
  sink.put(names.ATTR_PROVIDER_NAME, call.provider);
  sink.put(names.ATTR_CLIENT_FLAVOR, call.observer.flavor);
  sink.put(names.ATTR_PROVIDER_OVERRIDE, call.observer.options.provider);
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

function putRateLimits(sink: AttributeSink, call: EndedCall): void {
  for (const name in call.limitHeaders) sink.put(headerName(name), [call.limitHeaders[name]]);
  for (const { kind, limit, remaining, resetAt } of call.rateLimits) {
    const full = LIMIT_NAMES[kind];
    sink.put(full.limit, limit);
    sink.put(full.remaining, remaining);
    sink.put(full.resetAt, resetAt);
  }
}

const headerNames = new Map<string, string>();

/** Names that are put together once are found again faster by what writes them. There are as many as vendors' limit headers. */
function headerName(header: string): string {
  let full = headerNames.get(header);
  if (full === undefined) headerNames.set(header, (full = names.ATTR_RESPONSE_HEADER_PREFIX + header));
  return full;
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
