import type { LedgerRow } from "../domain/ledger-row.js";
import { rfc3339FromNano } from "../storage/analytics/nano-time.js";

/** The public JSON of one call (docs/api.md). Money is decimal text, unknown is null. */
export type CallResponse = ReturnType<typeof toCallResponse>;

/** The public record of a ledger row of role `call`. Never throws. */
export function toCallResponse(row: LedgerRow) {
  const { call } = row;
  return {
    id: row.callId,
    project: row.project,
    traceId: call.traceId,
    spanId: call.spanId,
    otherSpanIds: row.otherSpanIds,
    startTime: rfc3339FromNano(call.startTimeUnixNano),
    durationMs: call.durationMs,
    timeToFirstChunkMs: call.timeToFirstChunkMs,
    operation: call.operation,
    provider: call.provider,
    clientFlavor: call.clientFlavor,
    host: call.host,
    requestModel: call.requestModel,
    responseModel: call.responseModel,
    pricedModel: call.pricedModel,
    matchRule: call.matchRule,
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
    cost: call.cost,
    attribution: call.attribution,
    source: call.source,
  };
}
