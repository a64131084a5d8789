import type { Call, Cost, PricedCall } from "../domain/call.js";
import type { LedgerRow } from "../domain/ledger-row.js";
import { priceCall, type PricingContext } from "../pricing/price-call.js";
import { withCost } from "../pricing/with-cost.js";

/** What pricing says about a call. */
export type Price = Pick<PricedCall, "provider" | "pricedModel" | "matchRule" | "cost">;

/** The price that a call carries. */
export function priceOf(call: PricedCall): Price {
  const { provider, pricedModel, matchRule, cost } = call;
  return { provider, pricedModel, matchRule, cost };
}

/** Whether two prices say the same. The book's version alone makes no difference: a new book with the same rate changes nothing. */
export function samePrice(a: Price, b: Price): boolean {
  return text(a) === text(b);
}

function text({ provider, pricedModel, matchRule, cost }: Price): string {
  const { status, reason, total, source, listTotal, providerReported, lines } = cost satisfies Cost;
  return JSON.stringify([
    provider,
    pricedModel,
    matchRule,
    status,
    reason,
    total,
    source,
    listTotal,
    providerReported,
    lines.map((line) => [
      line.class,
      line.quantity,
      line.unitPrice,
      line.per,
      line.factors.map(({ name, factor }) => [name, factor]),
      line.amount,
      line.rateId,
    ]),
  ]);
}

/** The call as it was before pricing: an operator's endpoint map may have replaced the provider that was reported. */
function unpriced(row: LedgerRow): Call {
  const isSingle = row.otherSpanIds.length === 0;
  return isSingle && row.delivered !== null ? { ...row.call, provider: row.delivered.provider } : row.call;
}

/**
 * The row with the price that holds now, or null when that is the one it has. Usage and all else stay. `version` is that of the given
 * row. Pure, never throws.
 */
export function repriced(row: LedgerRow, context: PricingContext): LedgerRow | null {
  const original = unpriced(row);
  const call = priceCall(original, context);
  if (samePrice(row.call, call)) return null;
  const delivered =
    row.delivered ?? (call.provider === original.provider ? null : { ...call, provider: original.provider });
  return { ...row, call, delivered };
}

/** The row with a price it had before. */
export function withPrice(row: LedgerRow, price: Price, delivered: LedgerRow["delivered"]): LedgerRow {
  return { ...row, call: withCost(row.call, price), delivered };
}
