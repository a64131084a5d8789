import type { Call } from "../domain/call.js";
import { INPUT_CLASSES, OUTPUT_CLASSES, TOKEN_CLASSES } from "../domain/usage.js";

/** One delivered record: the call as the span reported it, and whether its dialect knows it to be an aggregate. */
export interface LedgerRecord {
  call: Call;
  declared: "call" | "aggregate";
}

/** Whether a record carries any token number. */
export function hasUsage(call: Call): boolean {
  if (call.usageSource === "none") return false;
  return (
    call.usage.inputTotal !== null ||
    call.usage.outputTotal !== null ||
    TOKEN_CLASSES.some((name) => call.usage[name] !== null)
  );
}

/** Whether the record says that nothing was consumed: the provider refused. */
export function isRefused(call: Call): boolean {
  return !call.billable;
}

function sumOf(call: Call, classes: readonly (keyof Call["usage"])[]): number | null {
  let sum: number | null = null;
  for (const name of classes) {
    const value = call.usage[name];
    if (value !== null && value !== undefined) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** Input and output totals, from the classes where no total was given. */
export function totalsOf(call: Call): { input: number | null; output: number | null } {
  return {
    input: call.usage.inputTotal ?? sumOf(call, INPUT_CLASSES),
    output: call.usage.outputTotal ?? sumOf(call, OUTPUT_CLASSES),
  };
}

/** Cumulative metrics grow: the later point of a stream counts more. */
function tokens(call: Call): number {
  const { input, output } = totalsOf(call);
  return (input ?? 0) + (output ?? 0);
}

const QUALITY_RANK = { exact: 3, partial: 2, conflict: 1, unknown: 0 } as const;
const SOURCE_RANK = { provider: 2, estimated: 1, none: 0 } as const;

/** How much a record's usage is worth: higher is better. Compares element by element. An event has fewer numbers than its span, whatever it seems. */
export function usageRank(call: Call): readonly [number, number, number, number] {
  const known = TOKEN_CLASSES.filter((name) => call.usage[name] !== null).length;
  return [SOURCE_RANK[call.usageSource], isEvent(call) ? 0 : 1, QUALITY_RANK[call.usageQuality], known];
}

function scalarsKnown(call: Call): number {
  const scalars = [
    call.requestModel,
    call.responseModel,
    call.responseId,
    call.requestId,
    call.serviceTier,
    call.timeToFirstChunkMs,
    call.httpStatus,
    call.errorType,
    call.host,
    call.provider === "unknown" ? null : call.provider,
    ...Object.values(call.attribution).filter((value) => typeof value !== "object"),
  ];
  return (
    scalars.filter((value) => value !== null).length +
    call.finishReasons.length +
    call.attempts.length +
    call.rateLimits.length +
    Object.keys(call.attribution.tags).length
  );
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index++) {
    const difference = (b[index] ?? 0) - (a[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorts by worth of usage, best first. */
export function compareUsage(a: Call, b: Call): number {
  return compareNumbers(usageRank(a), usageRank(b));
}

/** Whether the record came as an event, which an instrumentation writes beside the span of the same call. */
export function isEvent(call: Call): boolean {
  return call.source.dialect.endsWith("_event");
}

/** Our wrapper knows most of a call; a tool's span knows less than the log it writes of the same call, an event less than its span. */
export function standing(call: Call): number {
  if (call.source.dialect === "spanledger") return 2;
  return call.source.dialect === "claude_code_spans" || isEvent(call) ? 0 : 1;
}

/**
 * Total order of records, the richest first: usage, our own wrapper before others, number of known fields, then ids.
 * Depends on the records alone, so any order of arrival gives the same winner.
 */
export function compareRichness(a: Call, b: Call): number {
  return (
    compareNumbers(rankOf(a), rankOf(b)) ||
    compareText(a.traceId, b.traceId) ||
    compareText(a.spanId, b.spanId)
  );
}

function rankOf(call: Call): number[] {
  const [source, , quality, known] = usageRank(call);
  const secondary = standing(call) === 0 ? 0 : 1;
  return [source, secondary, quality, known, standing(call), scalarsKnown(call)];
}

/** Of two deliveries of one span, the one to keep: the richer, then the one that counts more, then the greater by content. A function of the two, not of their order. */
export function chooseDelivery(a: LedgerRecord, b: LedgerRecord): LedgerRecord {
  const order = compareRichness(a.call, b.call) || tokens(b.call) - tokens(a.call);
  if (order !== 0) return order < 0 ? a : b;
  return compareText(fingerprint(a.call), fingerprint(b.call)) >= 0 ? a : b;
}

/**
 * The content of a call as one text: equal exactly when two calls say the same. Prices are left out.
 * Instants are compared as instants, and absent counts as null, so that a round trip through storage changes nothing.
 */
export function fingerprint(call: Call): string {
  return `${call.provider} ${fingerprintBesideProvider(call)}`;
}

/** As {@link fingerprint}, without the provider: pricing may replace it by the vendor that the operator's endpoint map names. */
export function fingerprintBesideProvider(call: Call): string {
  const { usage, attribution, dimensions } = call;
  const sorted = (map: Record<string, string>) => Object.entries(map).sort(([a], [b]) => compareText(a, b));
  return JSON.stringify([
    call.traceId,
    call.spanId,
    call.parentSpanId,
    call.startTimeUnixNano.toString(),
    call.durationMs,
    call.timeToFirstChunkMs,
    call.operation,
    call.providerStated === true,
    call.clientFlavor,
    call.host,
    call.requestModel,
    call.responseModel,
    call.serviceTier,
    call.batch,
    call.streaming,
    call.responseId,
    call.requestId,
    call.outcome,
    call.httpStatus,
    call.errorType,
    call.finishReasons,
    call.attempts.map((one) => [
      one.index,
      instant(one.startTime),
      one.durationMs,
      one.httpStatus,
      one.errorType,
      one.retryAfterMs,
    ]),
    call.attemptCount,
    call.retryCount,
    call.rateLimits.map((one) => [one.kind, one.limit, one.remaining, instant(one.resetAt)]),
    Object.keys(usage)
      .sort()
      .map((name) => [name, usage[name as keyof Call["usage"]] ?? null])
      .filter(([, value]) => value !== null),
    call.usageSource,
    call.usageQuality,
    call.usageRule,
    call.billable,
    [dimensions.geo, dimensions.region, dimensions.speed, dimensions.deployment, sorted(dimensions.variant)],
    call.providerReportedCost,
    [
      attribution.service,
      attribution.environment,
      attribution.user,
      attribution.team,
      attribution.feature,
      attribution.session,
      attribution.customer,
      sorted(attribution.tags),
    ],
    [call.source.scope, call.source.scopeVersion, call.source.dialect],
  ]);
}

function instant(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
