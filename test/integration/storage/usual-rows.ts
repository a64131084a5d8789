import fc from "fast-check";
import type { CostLine } from "../../../src/server/domain/call.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import { formatMoney } from "../../../src/server/domain/money.js";
import { unknownUsage, type Usage } from "../../../src/server/domain/usage.js";
import { shortRfc3339FromNano } from "../../../src/server/storage/analytics/nano-time.js";
import { derivedId } from "../../../src/server/storage/analytics/packed/derived-id.js";
import { ledgerRow, pricedCall, START_NANO } from "./builders.js";

const PRICES = ["2.5", "0.25", "15", "0.0375", "0.00000000005", "0"];

interface Rated {
  quantity: number;
  price: number;
  per: number;
  factor: string | null;
}

const PICO_OF_UNIT = 10n ** 18n;

/** The line's amount as the pricing engine gives it, but that what is finer than 1e-12 is cut off. */
function lineOf(name: string, { quantity, price, per, factor }: Rated): CostLine {
  const unitPrice = PRICES[price] ?? "1";
  const units = BigInt(Math.round(Number(unitPrice) * 1e12));
  const half = factor === null ? 10n : BigInt(factor.replace("0.", ""));
  const pico = (BigInt(quantity) * units * half) / (10n * BigInt(per));
  return {
    class: name,
    quantity: String(quantity),
    unitPrice,
    per,
    factors: factor === null ? [] : [{ name: "batch", factor }],
    amount: formatMoney(pico * (PICO_OF_UNIT / 10n ** 12n)),
    rateId: `${name}|${unitPrice}`.replace(price === 3 ? "" : "|", "#"),
  };
}

/** Rows as instrumentations send them, most of them of a form that is packed, some with one thing that is not. */
export const usualRow: fc.Arbitrary<LedgerRow> = (() => {
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((some) => Buffer.from(some).toString("hex"));
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 3 });
  const tokens = fc.nat({ max: 200_000 });
  const rated = fc.record({
    quantity: tokens,
    price: fc.nat({ max: PRICES.length - 1 }),
    per: fc.constantFrom(1_000_000, 1_000_000, 1_000, 1, 7),
    factor: fc.constantFrom(null, null, null, "0.5", "0.3"),
  });
  return fc
    .record({
      traceId: hex(16),
      spanId: hex(8),
      isFirst: fc.integer({ min: 0, max: 5 }).map((roll) => roll > 0),
      offset: fc.bigInt({ min: 0n, max: 259_200_000_000_000n }),
      nanos: fc.nat({ max: 90_000_000_000 }),
      finish: fc
        .constantFrom("", "stop", "length stop", '["stop"]')
        .map((text) => text.split(" ").filter(Boolean)),
      status: fc.constantFrom(null, 200, 200, 200, 429),
      usage: fc.record({
        inputUncached: maybe(tokens),
        cacheRead: maybe(fc.constantFrom(0, 1024)),
        inputAudio: fc.constantFrom(null, 0, 0, 17),
        webSearchRequests: fc.constantFrom(null, 0, 3),
        audioSeconds: fc.constantFrom(null, 0, 1.25),
        output: maybe(tokens),
        outputReasoning: maybe(tokens),
        inputTotal: maybe(tokens),
      }),
      lines: fc.array(rated, { maxLength: 3 }),
      tries: fc.array(
        fc.record({
          gap: fc.nat({ max: 2_000_000_000 }),
          nanos: fc.nat({ max: 80_000_000_000 }),
          retry: fc.constantFrom(null, null, 500, 2000, 0.5),
          error: fc.constantFrom(null, "overloaded_error", "a|b"),
          status: fc.constantFrom(null, 200, 429, 503),
        }),
        { maxLength: 3 },
      ),
      limits: fc.array(
        fc.record({
          kind: fc.constantFrom("requests" as const, "tokens" as const),
          limit: maybe(fc.constantFrom(5000, 2_000_000)),
          remaining: maybe(tokens),
          until: maybe(fc.bigInt({ min: -1_000_000n, max: 60_000_000_000n })),
        }),
        { maxLength: 3 },
      ),
      total: maybe(tokens),
      isListed: fc.boolean(),
    })
    .map((some): LedgerRow => {
      const startTimeUnixNano = START_NANO + some.offset;
      const usage: Usage = { ...unknownUsage(), ...some.usage };
      const classes = ["input", "output", "web_search"];
      // Of most lines the quantity is that of a usage class.
      const quantities = [usage.inputUncached, usage.output, usage.webSearchRequests];
      const lines = some.lines.map((one, index) =>
        lineOf(classes[index] ?? "x", { ...one, quantity: quantities[index] ?? one.quantity }),
      );
      const total = some.total === null ? null : formatMoney(BigInt(some.total) * 1_000_000_000n);
      const call = pricedCall({
        traceId: some.traceId,
        spanId: some.spanId,
        startTimeUnixNano,
        durationMs: some.nanos / 1e6,
        finishReasons: some.finish,
        httpStatus: some.status,
        usage,
        attempts: some.tries.map((one, index) => ({
          index,
          startTime: shortRfc3339FromNano(startTimeUnixNano + BigInt(one.gap)),
          durationMs: one.nanos / 1e6,
          httpStatus: one.status,
          errorType: one.error,
          retryAfterMs: one.retry,
        })),
        rateLimits: some.limits.map(({ kind, limit, remaining, until }) => ({
          kind,
          limit,
          remaining,
          resetAt: until === null ? null : shortRfc3339FromNano(startTimeUnixNano + until),
        })),
      });
      const cost = { ...call.cost, lines, total, listTotal: some.isListed ? total : "0.5" };
      const callId = some.isFirst ? derivedId(some.traceId, some.spanId) : "another-record";
      return ledgerRow({ ...call, cost }, { callId });
    });
})();
