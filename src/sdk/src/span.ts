import type { Attributes, Context } from "@opentelemetry/api";
import { attributionAttributes } from "./attribution.js";
import { emptyRequestFacts, emptyResponseFacts } from "./call.js";
import type { Attempt, Outcome, RateLimit, RequestFacts, ResponseFacts, SideUsage } from "./call.js";
import type { Observer } from "./options.js";
import * as names from "./semconv.js";
import type { SpanData } from "./span-data.js";
import type { Target } from "./target.js";
import { deliver } from "./tracer.js";
import type { UsageReading } from "./usage/usage-reading.js";
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
    attributes: callAttributes(call),
    events: call.attempts.map((attempt) => ({
      name: names.EVENT_ATTEMPT,
      timeMs: attempt.startMs,
      attributes: attemptAttributes(attempt),
    })),
    failed: call.outcome === "error",
  };
}

function attemptAttributes(attempt: Attempt): Attributes {
  const attributes: Attributes = { [names.ATTR_ATTEMPT_INDEX]: attempt.index };
  if (attempt.endMs !== null) {
    attributes[names.ATTR_ATTEMPT_DURATION_MS] = Math.max(0, attempt.endMs - attempt.startMs);
  }
  put(attributes, names.ATTR_HTTP_STATUS, attempt.httpStatus);
  put(attributes, names.ATTR_ERROR_TYPE, attempt.errorType);
  put(attributes, names.ATTR_ATTEMPT_RETRY_AFTER_MS, attempt.retryAfterMs);
  return attributes;
}

/** Every attribute of the span of a call; what is unknown is absent. */
export function callAttributes(call: EndedCall): Attributes {
  const attributes: Attributes = {
    ...attributionAttributes(call.observer.options.attribution),
    ...call.ambient,
    ...call.fingerprint,
  };
  addIdentity(attributes, call);
  addOutcome(attributes, call);
  addDimensions(attributes, call);
  addUsage(attributes, call.response.usage);
  put(attributes, names.ATTR_USAGE_PREFIX + names.USAGE_ATTRIBUTE_NAMES.characters, call.request.characters);
  addRateLimits(attributes, call);
  return attributes;
}

type Value = string | number | boolean | string[];

function put(attributes: Attributes, name: string, value: Value | null | undefined): void {
  if (value !== null && value !== undefined) attributes[name] = value;
}

const STANDARD_OPERATIONS: ReadonlySet<string> = new Set([
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
]);

function addIdentity(attributes: Attributes, call: EndedCall): void {
  const { endpoint, host, port } = call.target;
  attributes[names.ATTR_SDK_VERSION] = SDK_VERSION;
  attributes[names.ATTR_OPERATION_NAME] = endpoint.operation;
  if (!STANDARD_OPERATIONS.has(endpoint.operation)) {
    attributes[names.ATTR_OPERATION_DETAIL] = endpoint.operation;
  }
  attributes[names.ATTR_PROVIDER_NAME] = call.provider;
  attributes[names.ATTR_CLIENT_FLAVOR] = call.observer.flavor;
  put(attributes, names.ATTR_PROVIDER_OVERRIDE, call.observer.options.provider);
  attributes[names.ATTR_SERVER_ADDRESS] = host;
  put(attributes, names.ATTR_SERVER_PORT, port);
  put(attributes, names.ATTR_DEPLOYMENT, endpoint.deployment);
  put(attributes, names.ATTR_REQUEST_MODEL, call.request.model ?? endpoint.model);
  put(attributes, names.ATTR_RESPONSE_MODEL, call.response.model);
  put(attributes, names.ATTR_RESPONSE_ID, call.response.id);
  put(attributes, names.ATTR_REQUEST_ID, call.requestId);
  put(attributes, names.ATTR_CONVERSATION_ID, call.request.conversationId);
}

function addOutcome(attributes: Attributes, call: EndedCall): void {
  const streaming = call.streaming || call.request.streaming;
  attributes[names.ATTR_OUTCOME] = call.outcome;
  attributes[names.ATTR_REQUEST_STREAM] = streaming;
  if (call.batch) attributes[names.ATTR_BATCH] = true;
  put(attributes, names.ATTR_HTTP_STATUS, call.attempts.at(-1)?.httpStatus);
  if (call.outcome === "error") {
    attributes[names.ATTR_ERROR_TYPE] = call.errorType ?? call.response.errorType ?? "_OTHER";
  }
  if (call.response.finishReasons.length > 0) {
    attributes[names.ATTR_FINISH_REASONS] = call.response.finishReasons;
  }
  if (call.firstChunkMs !== null) {
    attributes[names.ATTR_TIME_TO_FIRST_CHUNK] = (call.firstChunkMs - call.startMs) / 1000;
  }
}

function addDimensions(attributes: Attributes, call: EndedCall): void {
  const { request, response } = call;
  put(attributes, names.ATTR_SERVICE_TIER, response.serviceTier ?? request.serviceTier);
  put(attributes, names.ATTR_SPEED, response.speed);
  put(attributes, names.ATTR_GEO, response.geo);
  put(attributes, names.ATTR_REGION, response.region);
  put(attributes, names.ATTR_REPORTED_COST, response.reportedCostUsd);
  const variants = { ...request.variant, ...response.variant };
  for (const [key, value] of Object.entries(variants)) {
    attributes[names.ATTR_VARIANT_PREFIX + key] = value;
  }
}

function addUsage(attributes: Attributes, reading: UsageReading | null): void {
  attributes[names.ATTR_USAGE_SOURCE] = reading === null ? "none" : "provider";
  attributes[names.ATTR_USAGE_QUALITY] = reading?.quality ?? "unknown";
  if (reading === null) return;
  attributes[names.ATTR_USAGE_RULE] = reading.rule;
  put(attributes, names.ATTR_INPUT_TOKENS, reading.inputTotal);
  put(attributes, names.ATTR_OUTPUT_TOKENS, reading.outputTotal);
  const { usage } = reading;
  put(attributes, names.ATTR_CACHE_READ_TOKENS, cacheReads(reading));
  put(attributes, names.ATTR_CACHE_WRITE_TOKENS, cacheWrites(reading));
  put(attributes, names.ATTR_REASONING_TOKENS, usage.outputReasoning);
  for (const [key, suffix] of USAGE_NAMES) {
    put(attributes, names.ATTR_USAGE_PREFIX + suffix, usage[key]);
  }
}

const USAGE_NAMES = Object.entries(names.USAGE_ATTRIBUTE_NAMES) as [
  keyof typeof names.USAGE_ATTRIBUTE_NAMES,
  string,
][];

/** Cached tokens of every modality; null when none is known. */
function cacheReads({ usage }: UsageReading): number | null {
  return sumOfKnown([usage.cacheRead, usage.cacheReadAudio, usage.cacheReadImage]);
}

/** Sum of the known write classes; null when none is known. */
function cacheWrites({ usage }: UsageReading): number | null {
  return sumOfKnown([usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther]);
}

function sumOfKnown(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function addRateLimits(attributes: Attributes, call: EndedCall): void {
  for (const [name, value] of Object.entries(call.limitHeaders)) {
    attributes[names.ATTR_RESPONSE_HEADER_PREFIX + name] = [value];
  }
  for (const limit of call.rateLimits) {
    const prefix = `${names.ATTR_RATE_LIMIT_PREFIX}${limit.kind}.`;
    put(attributes, `${prefix}limit`, limit.limit);
    put(attributes, `${prefix}remaining`, limit.remaining);
    put(attributes, `${prefix}reset_at`, limit.resetAt);
  }
}
