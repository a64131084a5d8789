import { createHash } from "node:crypto";

export type JsonAttributes = Record<string, string | number | boolean | readonly string[]>;

/** A model call as plain numbers; what is left out is not on the span. */
export interface SpanSpec {
  /** Any text; trace and span ids are derived from it. */
  key: string;
  traceKey?: string;
  parentKey?: string;
  name?: string;
  startMs: number;
  durationMs?: number;
  attributes: JsonAttributes;
  error?: boolean;
}

const hex = (text: string, length: number) =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

export const traceIdOf = (key: string): string => hex(`trace ${key}`, 32);
export const spanIdOf = (key: string): string => hex(`span ${key}`, 16);

function anyValue(value: JsonAttributes[string]): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
}

function keyValues(attributes: JsonAttributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function jsonSpan(spec: SpanSpec): object {
  const start = BigInt(Math.round(spec.startMs)) * 1_000_000n;
  return {
    traceId: traceIdOf(spec.traceKey ?? spec.key),
    spanId: spanIdOf(spec.key),
    ...(spec.parentKey === undefined ? {} : { parentSpanId: spanIdOf(spec.parentKey) }),
    name: spec.name ?? "chat",
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(spec.durationMs ?? 500) * 1_000_000n),
    attributes: keyValues(spec.attributes),
    status: spec.error === true ? { code: 2 } : {},
  };
}

/** An OTLP/JSON trace export request of one resource and scope. */
export function tracesRequest(
  spans: readonly SpanSpec[],
  scope = "test",
  resource: JsonAttributes = {},
): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: keyValues({ "service.name": "shop", ...resource }) },
        scopeSpans: [{ scope: { name: scope, version: "1.0.0" }, spans: spans.map(jsonSpan) }],
      },
    ],
  };
}

/** Attributes of one successful OpenAI chat call, in current GenAI conventions. */
export function chatAttributes(
  options: {
    model?: string;
    input?: number;
    cached?: number;
    output?: number;
    id?: string;
    feature?: string;
  } = {},
): JsonAttributes {
  const { model = "gpt-4o-mini", input = 1000, cached = 0, output = 100, id, feature } = options;
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "server.address": "api.openai.com",
    "gen_ai.request.model": model,
    "gen_ai.response.model": model,
    "gen_ai.usage.input_tokens": input,
    "gen_ai.usage.cache_read.input_tokens": cached,
    "gen_ai.usage.output_tokens": output,
    "gen_ai.response.finish_reasons": ["stop"],
    ...(id === undefined ? {} : { "gen_ai.response.id": id }),
    ...(feature === undefined ? {} : { "spanledger.feature": feature }),
  };
}

/** The answer of one export: status, Retry-After and body as JSON when it is JSON. */
export async function postTraces(
  baseUrl: string,
  request: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; retryAfter: string | null; body: unknown }> {
  const response = await fetch(`${baseUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  let body: unknown = text;
  if (response.headers.get("content-type")?.includes("json") === true) body = JSON.parse(text);
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
}
