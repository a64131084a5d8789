import { formatMoney, parseMoney } from "../domain/money.js";
import { shortRfc3339FromNano } from "../storage/analytics/nano-time.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";

/** The public JSON of a re-pricing. `calls` of `total` are done; `before` and `after` are sums of the known costs of those. Never throws. */
export function repricingResponse(job: Repricing) {
  const instant = (nano: string | null): string | null =>
    nano === null ? null : shortRfc3339FromNano(BigInt(nano));
  return {
    id: job.id,
    status: job.status,
    cause: job.cause,
    from: instant(job.fromNano),
    to: instant(job.toNano),
    filter: job.filter,
    priceBook: job.priceBook,
    total: job.total,
    calls: job.calls,
    changed: job.changed,
    kept: job.kept,
    before: formatMoney(parseMoney(job.before)),
    after: formatMoney(parseMoney(job.after)),
    unpricedBefore: job.unpricedBefore,
    unpricedAfter: job.unpricedAfter,
    error: job.error,
    author: job.author,
    createdAt: job.createdAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}
