import type { Attribution, Call, Outcome, PriceDimensions } from "../domain/call.js";
import type { Span } from "../domain/span.js";
import {
  unknownUsage,
  type Usage,
  type UsageQuality,
  type UsageSource,
  zeroTokenUsage,
} from "../domain/usage.js";
import { readAttribution } from "./attribution.js";
import { normalizeFinishReasons } from "./finish-reason.js";
import { normalizeProviderName, providerOfHost, UNKNOWN_PROVIDER } from "./provider-name.js";
import { countsAnything, hasTokens, type Reading } from "./reading.js";
import { brokeOff, errorTypeOf, hostOf, httpStatusOf, outcomeOf } from "./span-facts.js";
import { resolveUsage } from "./usage-semantics.js";

/** How a record came. */
type Signal = "span" | "event";

interface CallUsage {
  usage: Usage;
  usageSource: UsageSource;
  usageQuality: UsageQuality;
  usageRule: string;
}

/** Duration in milliseconds with nanosecond fractions; exact for durations below 104 days. */
function milliseconds(from: bigint, to: bigint): number {
  return Number(to - from) / 1e6;
}

/** A public vendor host outranks what the application states, and that outranks what the instrumentation reports. */
function settleProvider(reading: Reading, host: string | null): string {
  return (
    providerOfHost(host) ??
    normalizeProviderName(reading.providerOverride) ??
    normalizeProviderName(reading.provider) ??
    UNKNOWN_PROVIDER
  );
}

/** Whether the provider had begun to answer: then a failed call may have cost something. */
function wasAnswered(reading: Reading, httpStatus: number | null): boolean {
  return (
    reading.responseId !== null ||
    reading.responseModel !== null ||
    reading.timeToFirstChunkMs !== null ||
    (httpStatus !== null && httpStatus >= 200 && httpStatus < 300)
  );
}

/** Numbers known to be untrue are a conflict; numbers that the sender counted itself are never exact. */
function honestQuality(quality: UsageQuality, reading: Reading): UsageQuality {
  if (reading.falsified !== null) return "conflict";
  return reading.estimated && quality === "exact" ? "partial" : quality;
}

function settleUsage(
  reading: Reading,
  context: Parameters<typeof resolveUsage>[1],
  refused: boolean,
): CallUsage {
  const settled = reading.settledUsage;
  if (settled !== null) {
    return {
      usage: settled.usage,
      usageSource: settled.source,
      usageQuality: settled.quality,
      usageRule: settled.rule,
    };
  }
  if (hasTokens(reading.usage)) {
    const resolved = resolveUsage(reading.usage, context);
    const notes = [reading.inferred ? "inferred" : null, reading.falsified];
    return {
      usage: resolved.usage,
      usageSource: reading.estimated ? "estimated" : "provider",
      usageQuality: honestQuality(resolved.quality, reading),
      usageRule: [resolved.rule, ...notes.filter((note) => note !== null)].join("+"),
    };
  }
  if (refused)
    return { usage: zeroTokenUsage(), usageSource: "none", usageQuality: "exact", usageRule: "refused" };
  return { usage: unknownUsage(), usageSource: "none", usageQuality: "unknown", usageRule: "none" };
}

function mergeAttribution(base: Attribution, own: Partial<Attribution>): Attribution {
  if (isEmpty(own)) return base;
  const stated = Object.entries(own).filter(([, value]) => value !== null && value !== undefined);
  return { ...base, ...Object.fromEntries(stated), tags: { ...base.tags, ...own.tags } };
}

function isEmpty(partial: Partial<Attribution>): boolean {
  for (const _field in partial) return false;
  return true;
}

function dimensionsOf(reading: Reading): PriceDimensions {
  const { geo, region, speed, deployment, variant } = reading.dimensions;
  return {
    geo: geo ?? null,
    region: region ?? null,
    speed: speed ?? null,
    deployment: deployment ?? null,
    variant: variant ?? {},
  };
}

/** A call with usage, or one that was not refused outright, may cost money. */
function isBillable(outcome: Outcome, refused: boolean, reading: Reading): boolean {
  if (reading.settledUsage !== null) return reading.settledUsage.source !== "none" || outcome !== "error";
  return !refused;
}

/**
 * No model answers without a token of input: zeros in every place are how some senders write that they saw no usage. They are taken as
 * not written, so that an answered call is unknown, never free, and a refused one stays refused.
 */
function withoutBlankUsage(reading: Reading): Reading {
  const { usage } = reading;
  return usage === null || countsAnything(usage) ? reading : { ...reading, usage: null };
}

/** Who reported; events are told from the spans that they repeat. */
function sourceOf({ scope }: Span, dialect: string, isEvent: boolean): Call["source"] {
  return { scope: scope.name, scopeVersion: scope.version, dialect: isEvent ? `${dialect}_event` : dialect };
}

/** The call a span, or an event written as one, reported, from what its dialect read. Never throws. */
export function buildCall(span: Span, given: Reading, dialect: string, signal: Signal = "span"): Call {
  const reading = withoutBlankUsage(given);
  const outcome = reading.outcome ?? outcomeOf(span);
  const httpStatus = reading.httpStatus ?? httpStatusOf(span);
  const host = reading.hostUntrusted ? null : (reading.host ?? hostOf(span));
  const provider = settleProvider(reading, host);
  const answered = wasAnswered(reading, httpStatus) || brokeOff(span);
  const refused = outcome === "error" && !hasTokens(reading.usage) && !answered;
  const attempts = reading.attempts.length > 0 ? reading.attempts.length : 1;
  const attemptCount = Math.max(reading.attemptCount ?? 0, attempts);
  const isEvent = signal === "event";
  const source = sourceOf(span, dialect, isEvent);
  const used = settleUsage(
    reading,
    {
      dialect: reading.generation === null ? dialect : `${dialect}_${reading.generation}`,
      scope: source.scope,
      scopeVersion: source.scopeVersion,
      provider,
      model: reading.responseModel ?? reading.requestModel,
      operation: reading.operation,
      isEvent,
    },
    refused,
  );
  const ids = reading.ids ?? span;
  // Fields one by one: a spread in the middle makes the object several times dearer to build and to read.
  const call: Call = {
    traceId: ids.traceId,
    spanId: ids.spanId,
    parentSpanId: ids.parentSpanId || null,
    startTimeUnixNano: span.startTimeUnixNano,
    durationMs: milliseconds(span.startTimeUnixNano, span.endTimeUnixNano),
    timeToFirstChunkMs: reading.timeToFirstChunkMs,
    operation: reading.operation,
    provider,
    clientFlavor: reading.clientFlavor ?? reading.provider,
    host,
    requestModel: reading.requestModel,
    responseModel: reading.responseModel,
    serviceTier: reading.serviceTier,
    batch: reading.batch,
    streaming: reading.streaming ?? reading.timeToFirstChunkMs !== null,
    responseId: reading.responseId,
    requestId: reading.requestId,
    outcome,
    httpStatus,
    errorType: reading.errorType ?? (outcome === "error" ? errorTypeOf(span) : null),
    finishReasons: normalizeFinishReasons(reading.finishReasons),
    attempts: reading.attempts,
    attemptCount,
    retryCount: attemptCount - 1,
    rateLimits: reading.rateLimits,
    usage: used.usage,
    usageSource: used.usageSource,
    usageQuality: used.usageQuality,
    usageRule: used.usageRule,
    billable: isBillable(outcome, refused, reading),
    dimensions: dimensionsOf(reading),
    providerReportedCost: reading.reportedCost,
    attribution: mergeAttribution(readAttribution(span), reading.attribution),
    source,
  };
  if (reading.providerOverride !== null) call.providerStated = true;
  return call;
}
