import type { Attribution, Call, PriceDimensions, RateLimit } from "../domain/call.js";
import { TOKEN_CLASSES, UNIT_CLASSES, type Usage } from "../domain/usage.js";
import type { Cluster } from "./clusters.js";
import { isGateway } from "./gateways.js";
import { deliveryKey, endOf } from "./identity.js";
import { compareRichness, compareUsage, hasUsage, isEvent, standing } from "./record.js";

type NullableField = {
  [K in keyof Call]-?: null extends Call[K] ? K : never;
}[keyof Call];

function firstKnown<K extends NullableField>(calls: readonly Call[], field: K): Call[K] | null {
  for (const call of calls) if (call[field] !== null && call[field] !== undefined) return call[field];
  return null;
}

/** Classes that describe the same tokens in finer or coarser grain: taken from one record, never mixed. */
const CACHE_WRITES: ReadonlySet<string> = new Set(["cacheWrite5m", "cacheWrite1h", "cacheWriteOther"]);

function sameTotal(a: Usage, b: Usage): boolean {
  return a.inputTotal === b.inputTotal && a.outputTotal === b.outputTotal;
}

/** The best record's usage, with classes it does not know from records that agree on the totals. */
function mergeUsage(calls: readonly Call[]): Usage {
  const [best, ...others] = calls;
  if (best === undefined) throw new Error("A call has at least one record");
  const usage = { ...best.usage };
  for (const other of others) {
    if (!sameTotal(best.usage, other.usage)) continue;
    for (const name of TOKEN_CLASSES) if (!CACHE_WRITES.has(name)) usage[name] ??= other.usage[name];
  }
  for (const other of others) for (const name of UNIT_CLASSES) usage[name] ??= other.usage[name] ?? null;
  return usage;
}

const ATTRIBUTION_FIELDS = [
  "service",
  "environment",
  "user",
  "team",
  "feature",
  "session",
  "customer",
] as const;

function mergeAttribution(calls: readonly Call[]): Attribution {
  const merged: Attribution = { ...blankAttribution(), tags: {} };
  for (const { attribution } of calls) {
    for (const field of ATTRIBUTION_FIELDS) merged[field] ??= attribution[field];
    merged.tags = { ...attribution.tags, ...merged.tags };
  }
  return merged;
}

function blankAttribution(): Attribution {
  return {
    service: null,
    environment: null,
    user: null,
    team: null,
    feature: null,
    session: null,
    customer: null,
    tags: {},
  };
}

function mergeDimensions(calls: readonly Call[]): PriceDimensions {
  const merged: PriceDimensions = { geo: null, region: null, speed: null, deployment: null, variant: {} };
  for (const { dimensions } of calls) {
    merged.geo ??= dimensions.geo;
    merged.region ??= dimensions.region;
    merged.speed ??= dimensions.speed;
    merged.deployment ??= dimensions.deployment;
    merged.variant = { ...dimensions.variant, ...merged.variant };
  }
  return merged;
}

/**
 * Gateways know the real vendor and key; an event says what its span says; what lies below another record of the call is nearer the wire;
 * who names a host has looked.
 */
function vendorOrder(calls: readonly Call[], depthOf: (call: Call) => number): Call[] {
  const gateway = (call: Call) => (isGateway(call) ? 1 : 0);
  const known = (call: Call) => (call.provider === "unknown" ? 0 : 1);
  const event = (call: Call) => (isEvent(call) ? 1 : 0);
  return [...calls].sort(
    (a, b) =>
      gateway(b) - gateway(a) ||
      known(b) - known(a) ||
      event(a) - event(b) ||
      depthOf(b) - depthOf(a) ||
      Number(b.host !== null) - Number(a.host !== null) ||
      compareRichness(a, b),
  );
}

/** The application knows for whom a call was: our wrapper first, then the outermost record, a gateway last. */
function attributionOrder(calls: readonly Call[]): Call[] {
  const rank = (call: Call) => (call.source.dialect === "spanledger" ? 0 : isGateway(call) ? 2 : 1);
  return [...calls].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    const difference = a.startTimeUnixNano - b.startTimeUnixNano;
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    return deliveryKey(a) < deliveryKey(b) ? -1 : 1;
  });
}

function longest<T>(lists: readonly T[][]): T[] {
  let best: T[] = [];
  for (const list of lists) if (list.length > best.length) best = list;
  return best;
}

export interface MergedCall {
  /** The record that stands for the call. */
  winner: Call;
  /** Values in force. Equal to `winner` for a call of one record. */
  call: Call;
  otherSpanIds: string[];
}

function compareBigint(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Which record stands for a call: our wrapper's, else the outermost of those that know the usage. */
function compareStanding(a: Call, b: Call): number {
  return (
    standing(b) - standing(a) ||
    Number(hasUsage(b)) - Number(hasUsage(a)) ||
    compareBigint(a.startTimeUnixNano, b.startTimeUnixNano) ||
    compareBigint(endOf(b), endOf(a)) ||
    (deliveryKey(a) < deliveryKey(b) ? -1 : 1)
  );
}

/**
 * One call from the records that report it: the outermost record that knows the usage stands for it, the richest wins per field, usage
 * comes whole from the record that knows most, vendor and model from the record nearest the vendor, attribution from the application.
 * Pure; the order of members does not matter.
 */
export function mergeRecords(cluster: Cluster, depthOf: (call: Call) => number): MergedCall {
  const calls = cluster.members.map((record) => record.call).sort(compareRichness);
  const [winner] = [...calls].sort(compareStanding);
  if (winner === undefined) throw new Error("A call has at least one record");
  if (calls.length === 1) return { winner, call: winner, otherSpanIds: [] };
  return { winner, call: union(winner, calls, depthOf), otherSpanIds: otherSpans(winner, calls) };
}

/** Ids of the other spans. An event is no span, and its made-up id of use only where nothing but this call leads to it: outside the trace. */
function otherSpans(winner: Call, calls: readonly Call[]): string[] {
  const spans = calls.filter((call) => !isEvent(call) || call.traceId !== winner.traceId);
  const ids = new Set(spans.map((call) => call.spanId));
  ids.delete(winner.spanId);
  return [...ids].sort();
}

function union(winner: Call, calls: readonly Call[], depthOf: (call: Call) => number): Call {
  const byUsage = [...calls].sort((a, b) => compareUsage(a, b) || compareRichness(a, b));
  const byVendor = vendorOrder(calls, depthOf);
  const [richest = winner] = calls;
  const [usageSource = winner] = byUsage;
  const [vendor = winner] = byVendor;
  const attempts = longest(calls.map((call) => call.attempts));
  const attemptCount = Math.max(...calls.map((call) => call.attemptCount));
  return {
    ...winner,
    timeToFirstChunkMs: firstKnown(calls, "timeToFirstChunkMs"),
    operation: calls.find((call) => call.operation !== "other")?.operation ?? winner.operation,
    provider: vendor.provider,
    ...(vendor.providerStated === undefined ? {} : { providerStated: vendor.providerStated }),
    clientFlavor: firstKnown(attributionOrder(calls), "clientFlavor"),
    host: firstKnown(byVendor, "host"),
    requestModel: firstKnown(byVendor, "requestModel"),
    responseModel: firstKnown(byVendor, "responseModel"),
    serviceTier: firstKnown(byVendor, "serviceTier"),
    batch: calls.some((call) => call.batch),
    streaming: calls.some((call) => call.streaming),
    responseId: firstKnown(byVendor, "responseId"),
    requestId: firstKnown(byVendor, "requestId"),
    outcome: richest.outcome,
    httpStatus: firstKnown(calls, "httpStatus"),
    errorType: richest.outcome === "ok" ? richest.errorType : firstKnown(calls, "errorType"),
    finishReasons: calls.find((call) => call.finishReasons.length > 0)?.finishReasons ?? [],
    attempts,
    attemptCount,
    retryCount: attemptCount - 1,
    rateLimits: longest<RateLimit>(calls.map((call) => call.rateLimits)),
    usage: mergeUsage(byUsage),
    usageSource: usageSource.usageSource,
    usageQuality: usageSource.usageQuality,
    usageRule: usageSource.usageRule,
    billable: calls.some((call) => call.billable),
    dimensions: mergeDimensions(byVendor),
    providerReportedCost: firstKnown(byVendor, "providerReportedCost"),
    attribution: mergeAttribution(attributionOrder(calls)),
  };
}
