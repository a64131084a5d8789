import { createHash } from "node:crypto";
import type { AttributeValue, Span, SpanEvent } from "../../src/server/domain/span.js";

/** 2026-03-02T10:00:00Z */
export const T0 = 1_772_445_600_000_000_000n;

export interface SpanOptions {
  /** Any text; span and (without `trace`) trace ids are derived from it. */
  key?: string;
  trace?: string;
  /** Key of the parent in the same trace. */
  parent?: string;
  name?: string;
  kind?: number;
  /** Milliseconds after T0. */
  startMs?: number;
  durationMs?: number;
  error?: boolean;
  scope?: string;
  scopeVersion?: string;
  resource?: Record<string, AttributeValue>;
  events?: { name: string; attributes?: Record<string, AttributeValue>; atMs?: number }[];
}

const hex = (text: string, length: number) =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

export const spanIdOf = (key: string): string => hex(`span ${key}`, 16);
export const traceIdOf = (key: string): string => hex(`trace ${key}`, 32);

function eventOf(event: NonNullable<SpanOptions["events"]>[number]): SpanEvent {
  return {
    name: event.name,
    timeUnixNano: T0 + BigInt(Math.round((event.atMs ?? 0) * 1e6)),
    attributes: new Map(Object.entries(event.attributes ?? {})),
  };
}

/** A decoded span with the given attributes. */
export function span(attributes: Record<string, AttributeValue>, options: SpanOptions = {}): Span {
  const key = options.key ?? "a";
  const start = T0 + BigInt(Math.round((options.startMs ?? 0) * 1e6));
  return {
    traceId: traceIdOf(options.trace ?? key),
    spanId: spanIdOf(key),
    parentSpanId: options.parent === undefined ? "" : spanIdOf(options.parent),
    name: options.name ?? "chat",
    kind: options.kind ?? 3,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(Math.round((options.durationMs ?? 800) * 1e6)),
    attributes: new Map(Object.entries(attributes)),
    events: (options.events ?? []).map(eventOf),
    statusCode: options.error === true ? 2 : 0,
    resource: { attributes: new Map(Object.entries(options.resource ?? { "service.name": "bot" })) },
    scope: { name: options.scope ?? "test-scope", version: options.scopeVersion ?? "1.0.0" },
  };
}

/** A chat span under current GenAI names. */
export function chat(extra: Record<string, AttributeValue> = {}, options: SpanOptions = {}): Span {
  return span(
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 85,
      "gen_ai.usage.cache_read.input_tokens": 1024,
      "gen_ai.response.finish_reasons": ["stop"],
      ...extra,
    },
    options,
  );
}
