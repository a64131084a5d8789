import { expect } from "@jest/globals";
import type { AttributeValue } from "../../src/server/domain/span.js";
import { normalizeSpan } from "../../src/server/normalize/normalize-span.js";
import { span, type SpanOptions } from "./spans.js";

export type EmitterAttributes = Record<string, AttributeValue>;

/** What the ledger should say of a span; classes left out are unknown. */
export interface WantedReading {
  kind: "call" | "aggregate" | "link" | "ignored";
  dialect?: string;
  provider?: string;
  operation?: string;
  input?: [total: number | null, uncached: number | null, read: number | null, write: number | null];
  output?: [total: number | null, text: number | null, reasoning: number | null];
  quality?: string;
  rule?: string;
  cost?: string;
  requestModel?: string | null;
  responseModel?: string | null;
  responseId?: string | null;
  streaming?: boolean;
  outcome?: string;
  source?: string;
  finish?: string;
  firstChunkMs?: number | null;
  /** True unless stated. */
  billable?: boolean;
}

export type EmitterCase = readonly [
  name: string,
  attributes: EmitterAttributes,
  options: SpanOptions,
  wanted: WantedReading,
];

/** Senders write whole numbers as they please: int, 64-bit int, decimal text, text of a double. */
const WRITINGS: readonly ((value: number) => AttributeValue)[] = [
  (value) => value,
  (value) => BigInt(value),
  (value) => String(value),
  (value) => `${value}.0`,
];

/** Fails unless the ledger says of the span what is wanted, however its numbers are written; fields left out may have any value. */
export function expectReading(
  attributes: EmitterAttributes,
  options: SpanOptions,
  wanted: WantedReading,
): void {
  for (const write of WRITINGS) {
    const written = Object.entries(attributes).map(([name, value]) =>
      Number.isInteger(value) ? [name, write(Number(value))] : [name, value],
    );
    expectOne(Object.fromEntries(written) as EmitterAttributes, options, wanted);
  }
}

function expectOne(attributes: EmitterAttributes, options: SpanOptions, wanted: WantedReading): void {
  const normalized = normalizeSpan(span(attributes, options));
  expect(normalized.kind).toBe(wanted.kind);
  if (!("call" in normalized)) return;
  const { call } = normalized;
  const { usage } = call;
  const writes = [usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther].filter(
    (one) => one !== null,
  );
  const write = writes.length === 0 ? null : writes.reduce((sum, one) => sum + one, 0);
  expect({
    kind: normalized.kind,
    dialect: call.source.dialect,
    provider: call.provider,
    operation: call.operation,
    input: [usage.inputTotal, usage.inputUncached, usage.cacheRead, write],
    output: [usage.outputTotal, usage.output, usage.outputReasoning],
    quality: call.usageQuality,
    rule: call.usageRule,
    ...(call.providerReportedCost === null ? {} : { cost: call.providerReportedCost }),
    requestModel: call.requestModel,
    responseModel: call.responseModel,
    responseId: call.responseId,
    streaming: call.streaming,
    outcome: call.outcome,
    source: call.usageSource,
    finish: call.finishReasons[0],
    firstChunkMs: call.timeToFirstChunkMs,
    billable: call.billable,
  }).toMatchObject({ billable: true, ...wanted });
}
