import fc from "fast-check";
import type { Call, PricedCall } from "../../../src/server/domain/call.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import { formatMoney } from "../../../src/server/domain/money.js";
import { unknownUsage, type Usage } from "../../../src/server/domain/usage.js";
import { shortRfc3339FromNano } from "../../../src/server/storage/analytics/nano-time.js";

/** 2026-03-02T10:15:30.123456789Z */
export const START_NANO = 1_772_446_530_123_456_789n;

let spanCount = 0;

/** A fresh span id, 16 hex digits. */
export function nextSpanId(): string {
  spanCount += 1;
  return spanCount.toString(16).padStart(16, "0");
}

/** Usage with the given classes; everything else unknown. Totals are given, not derived. */
export function usageOf(known: Partial<Usage>): Usage {
  return { ...unknownUsage(), ...known };
}

/** A priced, billable chat call; override any field. */
export function pricedCall(overrides: Partial<PricedCall> = {}): PricedCall {
  const call: Call = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: nextSpanId(),
    parentSpanId: null,
    startTimeUnixNano: START_NANO,
    durationMs: 812.25,
    timeToFirstChunkMs: null,
    operation: "chat",
    provider: "openai",
    clientFlavor: null,
    host: null,
    requestModel: "gpt-5-mini",
    responseModel: "gpt-5-mini-2025-08-07",
    serviceTier: null,
    batch: false,
    streaming: false,
    responseId: null,
    requestId: null,
    outcome: "ok",
    httpStatus: 200,
    errorType: null,
    finishReasons: ["stop"],
    attempts: [],
    attemptCount: 1,
    retryCount: 0,
    rateLimits: [],
    usage: usageOf({ inputUncached: 100, output: 20, inputTotal: 100, outputTotal: 20 }),
    usageSource: "provider",
    usageQuality: "exact",
    usageRule: "test",
    billable: true,
    dimensions: { geo: null, region: null, speed: null, deployment: null, variant: {} },
    providerReportedCost: null,
    attribution: {
      service: null,
      environment: null,
      user: null,
      team: null,
      feature: null,
      session: null,
      customer: null,
      tags: {},
    },
    source: { scope: "test", scopeVersion: "1", dialect: "spanledger" },
  };
  return {
    ...call,
    pricedModel: "gpt-5-mini",
    matchRule: "exact",
    cost: {
      status: "priced",
      reason: null,
      total: "0.000065",
      currency: "USD",
      lines: [],
      priceBook: "test",
      source: "list",
      listTotal: "0.000065",
      providerReported: null,
    },
    ...overrides,
  };
}

/** A ledger row that stands for a call; its id is the span id unless given. */
export function ledgerRow(call: PricedCall, overrides: Partial<LedgerRow> = {}): LedgerRow {
  return {
    project: "default",
    version: 1n,
    callId: call.spanId,
    role: "call",
    roleReason: null,
    otherSpanIds: [],
    call,
    delivered: null,
    ingestedAtMs: 1_772_446_531_000,
    ...overrides,
  };
}

/** A call with every field known and unusual characters in every free text. */
export function fullCall(): PricedCall {
  const awkward = "naïve 'quote' \"double\" \\ back\nline\ttab\u0000nul 模型 🦊";
  const usage = unknownUsage();
  for (const [index, name] of (Object.keys(usage) as (keyof Usage)[]).entries())
    usage[name] = index * 1000 + 1;
  usage.audioSeconds = 12.345678;
  return pricedCall({
    parentSpanId: nextSpanId(),
    timeToFirstChunkMs: 103.5,
    providerStated: true,
    clientFlavor: "azure",
    host: "eastus.example.com",
    requestModel: awkward,
    serviceTier: "flex",
    batch: true,
    streaming: true,
    responseId: 'resp_"1"',
    requestId: awkward,
    outcome: "error",
    httpStatus: 429,
    errorType: "RateLimitError",
    finishReasons: ["length", awkward],
    attempts: [
      {
        index: 0,
        startTime: "2026-03-02T10:15:30.123Z",
        durationMs: 1.5,
        httpStatus: 429,
        errorType: awkward,
        retryAfterMs: 2000,
      },
      { index: 1, startTime: null, durationMs: null, httpStatus: null, errorType: null, retryAfterMs: null },
      {
        index: 2,
        startTime: "2026-03-02T10:15:33.123456789Z",
        durationMs: 0,
        httpStatus: 200,
        errorType: null,
        retryAfterMs: null,
      },
    ],
    attemptCount: 3,
    retryCount: 2,
    rateLimits: [
      { kind: "requests", limit: 5000, remaining: 4999, resetAt: "2026-03-02T10:16:00.000Z" },
      { kind: "output_tokens", limit: null, remaining: null, resetAt: null },
    ],
    usage,
    usageQuality: "conflict",
    dimensions: {
      geo: "us",
      region: "eastus",
      speed: "fast",
      deployment: awkward,
      variant: { quality: "hd", "a.b": awkward },
    },
    providerReportedCost: "0.00012345678901234567",
    cost: {
      status: "partial",
      reason: "rate_class_unknown:pages",
      total: "99999999999999999999999999.000000000001",
      currency: "USD",
      lines: [
        {
          class: "input",
          quantity: "1001",
          unitPrice: "0.25",
          per: 1_000_000,
          factors: [{ name: "batch", factor: "0.5" }],
          amount: "0.000125125",
          rateId: "openai/gpt-5-mini#1",
        },
        {
          class: "output",
          quantity: "12.5",
          unitPrice: "2",
          per: 1,
          factors: [],
          amount: "25",
          rateId: awkward,
        },
      ],
      priceBook: "2026-03-01",
      source: "override",
      listTotal: "0",
      providerReported: "0.000123456789012345678",
    },
    attribution: {
      service: "svc",
      environment: "prod",
      user: awkward,
      team: "t",
      feature: "f",
      session: awkward,
      customer: "c",
      tags: { "key.with.dots": awkward, "": "empty key", 'q"k': "" },
    },
    source: { scope: awkward, scopeVersion: "0.0.1", dialect: "gen_ai" },
  });
}

/** Any record the types allow, texts of any kind included; instants and money in the spelling that storage gives back. */
export const anyLedgerRow: fc.Arbitrary<LedgerRow> = (() => {
  const words = fc.oneof(fc.constantFrom("", "a", "b"), fc.string({ unit: "binary", maxLength: 200 }));
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
  const int = fc.maxSafeInteger();
  const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const small = fc.nat({ max: 0xffff_ffff });
  const status = fc.integer({ min: 0, max: 999 });
  const nano = fc.bigInt({ min: -2_208_988_800_000_000_000n, max: 9_000_000_000_000_000_000n });
  const time = nano.map(shortRfc3339FromNano);
  const money = fc
    .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
    .map((units) => formatMoney(units * 1_000_000n));
  const map = fc.dictionary(words, words, { maxKeys: 4 });
  const seconds = fc.nat({ max: 1_000_000_000 }).map((micros) => micros / 1_000_000);
  const usage = fc.record(
    Object.fromEntries(
      Object.keys(unknownUsage()).map((name) => [name, maybe(name.endsWith("Seconds") ? seconds : int)]),
    ),
  ) as unknown as fc.Arbitrary<Usage>;
  const call = fc.record({
    traceId: words,
    spanId: fc.uuid(),
    parentSpanId: maybe(words),
    startTimeUnixNano: fc.bigInt({ min: START_NANO, max: START_NANO + 864_000_000_000_000n }),
    durationMs: double,
    timeToFirstChunkMs: maybe(double),
    provider: words,
    clientFlavor: maybe(words),
    requestModel: maybe(words),
    batch: fc.boolean(),
    responseId: maybe(words),
    httpStatus: maybe(status),
    finishReasons: fc.array(words, { maxLength: 4 }),
    attempts: fc.array(
      fc.record({
        index: small,
        startTime: maybe(time),
        durationMs: maybe(double),
        httpStatus: maybe(status),
        errorType: maybe(words),
        retryAfterMs: maybe(double),
      }),
      { maxLength: 3 },
    ),
    attemptCount: small,
    rateLimits: fc.array(
      fc.record({
        kind: fc.constantFrom("requests" as const, "tokens" as const),
        limit: maybe(int),
        remaining: maybe(int),
        resetAt: maybe(time),
      }),
      { maxLength: 3 },
    ),
    usage,
    providerReportedCost: maybe(words),
  });
  const line = fc.record({
    class: words,
    quantity: words,
    unitPrice: words,
    per: fc.nat(),
    factors: fc.array(fc.record({ name: words, factor: words }), { maxLength: 2 }),
    amount: money,
    rateId: words,
  });
  const record = fc.record({
    call,
    variant: map,
    tags: map,
    session: maybe(words),
    total: maybe(money),
    lines: fc.array(line, { maxLength: 3 }),
    version: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    otherSpanIds: fc.array(words, { maxLength: 3 }),
    isDelivered: fc.boolean(),
  });
  return record.map((some) => {
    const base = pricedCall(some.call);
    const whole: PricedCall = {
      ...base,
      dimensions: { ...base.dimensions, variant: some.variant },
      attribution: { ...base.attribution, session: some.session, tags: some.tags },
      cost: { ...base.cost, total: some.total, lines: some.lines },
    };
    const { version, otherSpanIds } = some;
    return ledgerRow(whole, { version, otherSpanIds, delivered: some.isDelivered ? whole : null });
  });
})();
