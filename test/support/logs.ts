import type { LogRecord } from "../../src/server/domain/log-record.js";
import type { AttributeValue } from "../../src/server/domain/span.js";
import { spanIdOf, T0, traceIdOf } from "./spans.js";

export interface LogOptions {
  /** Keys of the trace and span in which the record was written; without them it has no context. */
  trace?: string;
  span?: string;
  /** Milliseconds after T0. */
  atMs?: number;
  eventName?: string;
  body?: AttributeValue;
  scope?: string;
  resource?: Record<string, AttributeValue>;
}

/** A decoded log record with the given attributes. */
export function log(attributes: Record<string, AttributeValue>, options: LogOptions = {}): LogRecord {
  const time = T0 + BigInt(Math.round((options.atMs ?? 800) * 1e6));
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    traceId: options.trace === undefined ? "" : traceIdOf(options.trace),
    spanId: options.span === undefined ? "" : spanIdOf(options.span),
    eventName: options.eventName ?? "gen_ai.client.inference.operation.details",
    body: options.body ?? null,
    attributes: new Map(Object.entries(attributes)),
    resource: { attributes: new Map(Object.entries(options.resource ?? { "service.name": "bot" })) },
    scope: { name: options.scope ?? "test-scope", version: "1.0.0" },
  };
}

/** Attributes of the event of one answered chat, under current GenAI names. */
export function chatEvent(extra: Record<string, AttributeValue> = {}): Record<string, AttributeValue> {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.output_tokens": 85,
    ...extra,
  };
}
