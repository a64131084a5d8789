import type { LedgerRow } from "../domain/ledger-row.js";
import { formatMoney, type Money, parseMoney } from "../domain/money.js";
import type { PricingContext } from "../pricing/price-call.js";
import type { EntityManager } from "typeorm";
import { PriceAdjustment } from "../storage/control/entities/price-adjustment.entity.js";
import type { PeriodLocks } from "./closed-periods.service.js";
import { repriced } from "./reprice-row.js";

/** A call of a closed period that counts for another sum by now. */
export type Adjustment = Pick<
  PriceAdjustment,
  "traceId" | "spanId" | "startNano" | "periodId" | "provider" | "model" | "beforeTotal" | "afterTotal"
>;

export interface SplitRows {
  open: LedgerRow[];
  closed: { row: LedgerRow; periodId: string }[];
}

/** Which calls may be changed, and which are in a closed period. Never throws. */
export function splitByPeriod(rows: readonly LedgerRow[], locks: PeriodLocks): SplitRows {
  const split: SplitRows = { open: [], closed: [] };
  for (const row of rows) {
    const periodId = locks.at(row.call.startTimeUnixNano);
    if (periodId === null) split.open.push(row);
    else split.closed.push({ row, periodId });
  }
  return split;
}

const keyOf = (part: { traceId: string; spanId: string; startNano: string }): string =>
  `${part.traceId} ${part.spanId} ${part.startNano}`;

/**
 * What has to be booked for calls of closed periods so that they count for what they cost by now. Nothing for a call that counts for
 * it already, by its row or by earlier adjustments: twice is once.
 */
export async function adjustmentsFor(
  manager: EntityManager,
  project: string,
  closed: SplitRows["closed"],
  context: PricingContext,
): Promise<Adjustment[]> {
  if (closed.length === 0) return [];
  const booked = await bookedTotals(manager, project, closed);
  return closed.flatMap(({ row, periodId }) => {
    const { call } = repriced(row, context) ?? row;
    const place = {
      traceId: row.call.traceId,
      spanId: row.call.spanId,
      startNano: row.call.startTimeUnixNano.toString(),
    };
    const earlier = booked.get(keyOf(place));
    const beforeTotal = earlier === undefined ? row.call.cost.total : earlier;
    const afterTotal = call.cost.total;
    if (amount(beforeTotal) === amount(afterTotal) && (beforeTotal === null) === (afterTotal === null))
      return [];
    const model = call.pricedModel ?? row.call.pricedModel ?? row.call.responseModel ?? row.call.requestModel;
    return [{ ...place, periodId, provider: call.provider, model, beforeTotal, afterTotal }];
  });
}

/** The sum that adjustments move. Never throws. */
export function adjustmentSum(adjustments: readonly Adjustment[]): Money {
  return adjustments.reduce(
    (sum, { beforeTotal, afterTotal }) => sum + amount(afterTotal) - amount(beforeTotal),
    0n,
  );
}

/** Stores what a step of a job books. */
export async function bookAdjustments(
  manager: EntityManager,
  repricingId: string,
  projectId: string,
  adjustments: readonly Adjustment[],
  bookedAt: Date,
): Promise<void> {
  const rows = adjustments.map((adjustment) => ({ ...adjustment, repricingId, projectId, bookedAt }));
  for (let index = 0; index < rows.length; index += 500)
    await manager.getRepository(PriceAdjustment).insert(rows.slice(index, index + 500));
}

/** The last total that was booked for each of the calls and not taken back. */
async function bookedTotals(
  manager: EntityManager,
  project: string,
  closed: SplitRows["closed"],
): Promise<Map<string, string | null>> {
  const rows: { trace_id: string; span_id: string; start_nano: string; after_total: string | null }[] =
    await manager.query(
      `SELECT DISTINCT ON (a.trace_id, a.span_id, a.start_nano) a.trace_id, a.span_id, a.start_nano, a.after_total
FROM price_adjustment a
JOIN repricing r ON r.id = a.repricing_id
JOIN unnest($2::text[], $3::text[]) AS k(trace_id, span_id) ON k.trace_id = a.trace_id AND k.span_id = a.span_id
WHERE a.project_id = $1 AND a.reversed_at IS NULL
ORDER BY a.trace_id, a.span_id, a.start_nano, a.booked_at DESC, r.created_at DESC`,
      [project, closed.map(({ row }) => row.call.traceId), closed.map(({ row }) => row.call.spanId)],
    );
  return new Map(
    rows.map((row) => [
      keyOf({ traceId: row.trace_id, spanId: row.span_id, startNano: row.start_nano }),
      row.after_total === null ? null : formatMoney(parseMoney(row.after_total)),
    ]),
  );
}

function amount(total: string | null): Money {
  return total === null ? 0n : parseMoney(total);
}
