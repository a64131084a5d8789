import * as semconv from "@spanledger/sdk/semconv";
import { TOKEN_CLASSES, UNIT_CLASSES } from "../domain/usage.js";

type Json = Readonly<Record<string, unknown>>;
type OtlpValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { boolValue: boolean }
  | { arrayValue: { values: OtlpValue[] } };
interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}

/** One exported call as an OTLP JSON span in our own attributes, and the resource it belongs to. */
export interface ImportedSpan {
  service: string | null;
  environment: string | null;
  span: Json;
}

/**
 * The span that gives an exported call record back, with the ids it had, so that importing it again changes nothing.
 * Prices are not carried over: the importing server prices the call at its start time with its own book.
 * @throws RangeError when the record lacks what a span needs (traceId, spanId, startTime)
 */
export function spanOfCall(call: Json): ImportedSpan {
  const attribution = objectOf(call["attribution"]);
  const startNano = nanoseconds(call["startTime"]);
  const durationMs = typeof call["durationMs"] === "number" ? call["durationMs"] : 0;
  const isFailed = call["outcome"] === "error";
  return {
    service: textOf(attribution["service"]),
    environment: textOf(attribution["environment"]),
    span: {
      traceId: hexId(call["traceId"], 32),
      spanId: hexId(call["spanId"], 16),
      name: `${textOf(call["operation"]) ?? "other"} ${textOf(call["requestModel"]) ?? ""}`.trim(),
      kind: 3,
      startTimeUnixNano: startNano.toString(),
      endTimeUnixNano: (startNano + BigInt(Math.round(durationMs * 1e6))).toString(),
      attributes: [...callAttributes(call), ...usageAttributes(call), ...whoAttributes(attribution)],
      events: listOf(call["attempts"]).map(attemptEvent),
      status: { code: isFailed ? 2 : 1 },
    },
  };
}

const GEN_AI_OPERATIONS: ReadonlySet<string> = new Set([
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
]);

function callAttributes(call: Json): OtlpAttribute[] {
  const operation = textOf(call["operation"]) ?? "other";
  const firstChunkMs = call["timeToFirstChunkMs"];
  const cost = objectOf(call["cost"]);
  const isMapped = cost["reason"] !== "endpoint_unmapped";
  return present({
    [semconv.ATTR_SDK_VERSION]: "import",
    [GEN_AI_OPERATIONS.has(operation) ? semconv.ATTR_OPERATION_NAME : semconv.ATTR_OPERATION_DETAIL]:
      operation,
    [semconv.ATTR_PROVIDER_NAME]: call["provider"],
    [semconv.ATTR_PROVIDER_OVERRIDE]: isMapped ? call["provider"] : null,
    [semconv.ATTR_CLIENT_FLAVOR]: call["clientFlavor"],
    [semconv.ATTR_SERVER_ADDRESS]: call["host"],
    [semconv.ATTR_REQUEST_MODEL]: call["requestModel"],
    [semconv.ATTR_RESPONSE_MODEL]: call["responseModel"],
    [semconv.ATTR_RESPONSE_ID]: call["responseId"],
    [semconv.ATTR_REQUEST_ID]: call["requestId"],
    [semconv.ATTR_SERVICE_TIER]: call["serviceTier"],
    [semconv.ATTR_BATCH]: call["batch"],
    [semconv.ATTR_REQUEST_STREAM]: call["streaming"],
    [semconv.ATTR_OUTCOME]: call["outcome"],
    [semconv.ATTR_HTTP_STATUS]: call["httpStatus"],
    [semconv.ATTR_ERROR_TYPE]: call["errorType"],
    [semconv.ATTR_FINISH_REASONS]: call["finishReasons"],
    [semconv.ATTR_TIME_TO_FIRST_CHUNK]:
      typeof firstChunkMs === "number" ? { double: firstChunkMs / 1000 } : null,
    [semconv.ATTR_REPORTED_COST]: cost["providerReported"],
    ...dimensionValues(objectOf(call["dimensions"])),
    ...rateLimitValues(listOf(call["rateLimits"])),
  });
}

function dimensionValues(dimensions: Json): Record<string, unknown> {
  const variant = Object.entries(objectOf(dimensions["variant"]));
  return {
    [semconv.ATTR_GEO]: dimensions["geo"],
    [semconv.ATTR_REGION]: dimensions["region"],
    [semconv.ATTR_SPEED]: dimensions["speed"],
    [semconv.ATTR_DEPLOYMENT]: dimensions["deployment"],
    ...Object.fromEntries(variant.map(([name, value]) => [semconv.ATTR_VARIANT_PREFIX + name, value])),
  };
}

function rateLimitValues(limits: readonly Json[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const limit of limits) {
    const prefix = `${semconv.ATTR_RATE_LIMIT_PREFIX}${textOf(limit["kind"]) ?? "requests"}.`;
    values[`${prefix}limit`] = limit["limit"];
    values[`${prefix}remaining`] = limit["remaining"];
    values[`${prefix}reset_at`] = limit["resetAt"];
  }
  return values;
}

function usageAttributes(call: Json): OtlpAttribute[] {
  const usage = objectOf(call["usage"]);
  const classes = [...TOKEN_CLASSES, ...UNIT_CLASSES].map((name) => [
    semconv.ATTR_USAGE_PREFIX + semconv.USAGE_ATTRIBUTE_NAMES[name],
    usage[name],
  ]);
  return present({
    ...(Object.fromEntries(classes) as Record<string, unknown>),
    [semconv.ATTR_INPUT_TOKENS]: usage["inputTotal"],
    [semconv.ATTR_OUTPUT_TOKENS]: usage["outputTotal"],
    [semconv.ATTR_USAGE_SOURCE]: call["usageSource"],
    [semconv.ATTR_USAGE_QUALITY]: call["usageQuality"],
    [semconv.ATTR_USAGE_RULE]: call["usageRule"],
  });
}

function whoAttributes(attribution: Json): OtlpAttribute[] {
  const tags = Object.entries(objectOf(attribution["tags"]));
  return present({
    [semconv.ATTR_USER_ID]: attribution["user"],
    [semconv.ATTR_TEAM]: attribution["team"],
    [semconv.ATTR_FEATURE]: attribution["feature"],
    [semconv.ATTR_SESSION_ID]: attribution["session"],
    [semconv.ATTR_CUSTOMER]: attribution["customer"],
    ...Object.fromEntries(tags.map(([name, value]) => [semconv.ATTR_TAG_PREFIX + name, value])),
  });
}

function attemptEvent(attempt: Json): Json {
  const durationMs = attempt["durationMs"];
  const retryAfterMs = attempt["retryAfterMs"];
  return {
    name: semconv.EVENT_ATTEMPT,
    timeUnixNano: attempt["startTime"] === null ? "0" : nanoseconds(attempt["startTime"]).toString(),
    attributes: present({
      [semconv.ATTR_ATTEMPT_INDEX]: attempt["index"],
      [semconv.ATTR_ATTEMPT_DURATION_MS]: typeof durationMs === "number" ? { double: durationMs } : null,
      [semconv.ATTR_HTTP_STATUS]: attempt["httpStatus"],
      [semconv.ATTR_ERROR_TYPE]: attempt["errorType"],
      [semconv.ATTR_ATTEMPT_RETRY_AFTER_MS]:
        typeof retryAfterMs === "number" ? { double: retryAfterMs } : null,
    }),
  };
}

/** Unknown stays absent. `{ double }` marks a number that must travel as a double even when it is whole. */
function present(values: Readonly<Record<string, unknown>>): OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const encoded = otlpValue(value);
    return encoded === null ? [] : [{ key, value: encoded }];
  });
}

function otlpValue(value: unknown): OtlpValue | null {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value))
    return { arrayValue: { values: value.map(otlpValue).filter((item) => item !== null) } };
  const double = objectOf(value)["double"];
  return typeof double === "number" ? { doubleValue: double } : null;
}

/** Nanoseconds since the epoch of RFC 3339 text with up to nine fraction digits. */
function nanoseconds(value: unknown): bigint {
  const match = typeof value === "string" ? /^([^.]+?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
  const seconds = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
  if (!match || Number.isNaN(seconds)) throw new RangeError("startTime is no RFC 3339 time");
  return BigInt(seconds) * 1_000_000n + BigInt((match[2] ?? "0").padEnd(9, "0"));
}

function hexId(value: unknown, length: number): string {
  if (typeof value !== "string" || value.length !== length || !/^[0-9a-f]+$/.test(value)) {
    throw new RangeError(`an id is not ${length} lower-case hex digits`);
  }
  return value;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
