import type { Call, PricedCall } from "../domain/call.js";

/**
 * The call with what pricing found. Fields are named one by one: copying a call of this size by spread costs more than pricing it.
 * A field missing here is a compile error unless it is optional. Never throws.
 */
export function withCost(
  call: Call,
  priced: Pick<PricedCall, "provider" | "pricedModel" | "matchRule" | "cost">,
): PricedCall {
  const result: PricedCall = {
    traceId: call.traceId,
    spanId: call.spanId,
    parentSpanId: call.parentSpanId,
    startTimeUnixNano: call.startTimeUnixNano,
    durationMs: call.durationMs,
    timeToFirstChunkMs: call.timeToFirstChunkMs,
    operation: call.operation,
    provider: priced.provider,
    clientFlavor: call.clientFlavor,
    host: call.host,
    requestModel: call.requestModel,
    responseModel: call.responseModel,
    serviceTier: call.serviceTier,
    batch: call.batch,
    streaming: call.streaming,
    responseId: call.responseId,
    requestId: call.requestId,
    outcome: call.outcome,
    httpStatus: call.httpStatus,
    errorType: call.errorType,
    finishReasons: call.finishReasons,
    attempts: call.attempts,
    attemptCount: call.attemptCount,
    retryCount: call.retryCount,
    rateLimits: call.rateLimits,
    usage: call.usage,
    usageSource: call.usageSource,
    usageQuality: call.usageQuality,
    usageRule: call.usageRule,
    billable: call.billable,
    dimensions: call.dimensions,
    providerReportedCost: call.providerReportedCost,
    attribution: call.attribution,
    source: call.source,
    pricedModel: priced.pricedModel,
    matchRule: priced.matchRule,
    cost: priced.cost,
  };
  if (call.providerStated !== undefined) result.providerStated = call.providerStated;
  return result;
}
