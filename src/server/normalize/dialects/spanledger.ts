import * as semconv from "@spanledger/sdk/semconv";
import type { Attempt, Operation, Outcome, RateLimit } from "../../domain/call.js";
import type { Attributes, AttributeValue, Span, SpanEvent } from "../../domain/span.js";
import {
  INPUT_CLASSES,
  OUTPUT_CLASSES,
  TOKEN_CLASSES,
  UNIT_CLASSES,
  unknownUsage,
  type Usage,
  type UsageQuality,
  type UsageSource,
} from "../../domain/usage.js";
import { asCount, asFlag, asMoney, asNumber, asText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import type { Reading, RecordIds, SettledUsage } from "../reading.js";
import { readGenAiNames } from "./gen-ai.js";
import { operationRole } from "./operations.js";

/** More attempts than this are cut: no client retries so often. */
const MAX_ATTEMPTS = 64;

const OUTCOMES: ReadonlySet<string> = new Set<Outcome>(["ok", "error", "cancelled", "abandoned"]);
const SOURCES: ReadonlySet<string> = new Set<UsageSource>(["provider", "estimated", "none"]);
const QUALITIES: ReadonlySet<string> = new Set<UsageQuality>(["exact", "partial", "conflict", "unknown"]);
const OPERATIONS: ReadonlySet<string> = new Set<Operation>([
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
  "image",
  "audio",
  "rerank",
  "other",
]);

function oneOf<T extends string>(value: string | null, allowed: ReadonlySet<string>): T | null {
  return value !== null && allowed.has(value) ? (value as T) : null;
}

/** RFC 3339 UTC with three digits of fraction, or six or nine when needed. */
function rfc3339(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const digits = (nanoseconds % 1_000_000_000n).toString().padStart(9, "0");
  const length = digits.endsWith("000000") ? 3 : digits.endsWith("000") ? 6 : 9;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${digits.slice(0, length)}Z`;
}

function instantText(value: AttributeValue | undefined): string | null {
  const text = asText(value);
  return text === null || Number.isNaN(Date.parse(text)) ? null : text;
}

function readAttempt(event: SpanEvent, position: number): Attempt {
  const attributes = event.attributes;
  return {
    index: asCount(attributes.get(semconv.ATTR_ATTEMPT_INDEX)) ?? position,
    startTime: event.timeUnixNano > 0n ? rfc3339(event.timeUnixNano) : null,
    durationMs: asNumber(attributes.get(semconv.ATTR_ATTEMPT_DURATION_MS)),
    httpStatus: asCount(attributes.get(semconv.ATTR_HTTP_STATUS)),
    errorType: asText(attributes.get(semconv.ATTR_ERROR_TYPE)),
    retryAfterMs: asNumber(attributes.get(semconv.ATTR_ATTEMPT_RETRY_AFTER_MS)),
  };
}

function readAttempts(span: Span): Attempt[] {
  if (span.events.length === 0) return [];
  return span.events
    .filter((event) => event.name === semconv.EVENT_ATTEMPT)
    .slice(0, MAX_ATTEMPTS)
    .map((event, position) => readAttempt(event, position))
    .sort((a, b) => a.index - b.index);
}

/** Names are put together once: a span is read in a few microseconds. */
const RATE_LIMIT_NAMES = semconv.RATE_LIMIT_KINDS.map((kind) => {
  const prefix = `${semconv.ATTR_RATE_LIMIT_PREFIX}${kind}.`;
  return { kind, limit: `${prefix}limit`, remaining: `${prefix}remaining`, resetAt: `${prefix}reset_at` };
});

const USAGE_NAMES = [...TOKEN_CLASSES, ...UNIT_CLASSES].map((name) => ({
  name,
  attribute: semconv.ATTR_USAGE_PREFIX + semconv.USAGE_ATTRIBUTE_NAMES[name],
}));

function readRateLimits(attributes: Attributes): RateLimit[] {
  const limits: RateLimit[] = [];
  for (const names of RATE_LIMIT_NAMES) {
    const limit = asCount(attributes.get(names.limit));
    const remaining = asCount(attributes.get(names.remaining));
    const resetAt = instantText(attributes.get(names.resetAt));
    if (limit !== null || remaining !== null || resetAt !== null)
      limits.push({ kind: names.kind, limit, remaining, resetAt });
  }
  return limits;
}

function sumOfKnown(usage: Usage, classes: readonly (keyof Usage)[]): number | null {
  let sum: number | null = null;
  for (const name of classes) {
    const value = usage[name];
    if (value !== null) sum = (sum ?? 0) + value;
  }
  return sum;
}

function readUsage(attributes: Attributes): SettledUsage {
  const usage = unknownUsage();
  let anything = false;
  for (const { name, attribute } of USAGE_NAMES) {
    const value = attributes.get(attribute);
    if (value === undefined) continue;
    const number = name === "audioSeconds" ? asNumber(value) : asCount(value);
    usage[name] = number;
    anything ||= number !== null;
  }
  usage.inputTotal = asCount(attributes.get(semconv.ATTR_INPUT_TOKENS)) ?? sumOfKnown(usage, INPUT_CLASSES);
  usage.outputTotal =
    asCount(attributes.get(semconv.ATTR_OUTPUT_TOKENS)) ?? sumOfKnown(usage, OUTPUT_CLASSES);
  const text = (name: string) => asText(attributes.get(name));
  return {
    usage,
    source: oneOf<UsageSource>(text(semconv.ATTR_USAGE_SOURCE), SOURCES) ?? (anything ? "provider" : "none"),
    quality:
      oneOf<UsageQuality>(text(semconv.ATTR_USAGE_QUALITY), QUALITIES) ?? (anything ? "exact" : "unknown"),
    rule: text(semconv.ATTR_USAGE_RULE) ?? "sdk",
  };
}

function readVariant(attributes: Attributes): Record<string, string> {
  const variant: Record<string, string> = {};
  for (const [name, value] of attributes) {
    if (!name.startsWith(semconv.ATTR_VARIANT_PREFIX)) continue;
    const text = asText(value);
    if (text !== null) variant[name.slice(semconv.ATTR_VARIANT_PREFIX.length)] = text;
  }
  return variant;
}

function readOperation(attributes: Attributes): Operation {
  const detail = oneOf<Operation>(asText(attributes.get(semconv.ATTR_OPERATION_DETAIL)), OPERATIONS);
  if (detail !== null) return detail;
  const said = operationRole(asText(attributes.get(semconv.ATTR_OPERATION_NAME)));
  return said.role === "call" ? said.operation : "other";
}

function isEmpty(settled: SettledUsage): boolean {
  return settled.source === "none" && TOKEN_CLASSES.every((name) => settled.usage[name] === null);
}

const RESULT_ID = /^([0-9a-f]{32})-([0-9a-f]{16})(?:-([0-9a-f]{16}))?$/;

/** Ids that several processes give their records of one result of a job; null for other calls and for odd values. */
function readResultIds(text: string | null): RecordIds | null {
  const [, traceId, spanId, parentSpanId] = (text === null ? null : RESULT_ID.exec(text)) ?? [];
  if (traceId === undefined || spanId === undefined || !/[1-9a-f]/.test(traceId) || !/[1-9a-f]/.test(spanId))
    return null;
  return { traceId, spanId, parentSpanId: parentSpanId ?? null };
}

function readSpan(span: Span): Reading {
  const attributes = span.attributes;
  const text = (name: string) => asText(attributes.get(name));
  const settled = readUsage(attributes);
  const reading = readGenAiNames(span);
  reading.role = "call";
  reading.operation = readOperation(attributes);
  reading.providerOverride = text(semconv.ATTR_PROVIDER_OVERRIDE);
  reading.clientFlavor = text(semconv.ATTR_CLIENT_FLAVOR);
  reading.serviceTier = text(semconv.ATTR_SERVICE_TIER);
  reading.ids = readResultIds(text(semconv.ATTR_RESULT_ID));
  reading.batch = asFlag(attributes.get(semconv.ATTR_BATCH)) ?? false;
  reading.requestId = text(semconv.ATTR_REQUEST_ID);
  reading.outcome = oneOf<Outcome>(text(semconv.ATTR_OUTCOME), OUTCOMES);
  reading.attempts = readAttempts(span);
  reading.rateLimits = readRateLimits(attributes);
  // Without any number the common rules apply: a refused call has zero tokens, an answered one unknown usage.
  reading.settledUsage = isEmpty(settled) ? null : settled;
  reading.reportedCost = asMoney(attributes.get(semconv.ATTR_REPORTED_COST));
  reading.dimensions = {
    geo: text(semconv.ATTR_GEO),
    region: text(semconv.ATTR_REGION),
    speed: text(semconv.ATTR_SPEED),
    deployment: text(semconv.ATTR_DEPLOYMENT),
    variant: readVariant(attributes),
  };
  return reading;
}

/** Spans of our own wrapper: every class, attempt, limit and price dimension is stated, nothing is inferred. */
export const spanledger: Dialect = {
  name: "spanledger",
  claims: (span) => span.attributes.has(semconv.ATTR_SDK_VERSION),
  read: readSpan,
};
