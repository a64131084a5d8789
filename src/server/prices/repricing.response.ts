import { formatMoney, parseMoney } from "../domain/money.js";
import { shortRfc3339FromNano } from "../storage/analytics/nano-time.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";
import { UNDO_DAYS } from "./repricing-jobs.js";

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
    progress: progressText(job),
    changed: job.changed,
    kept: job.kept,
    before: formatMoney(parseMoney(job.before)),
    after: formatMoney(parseMoney(job.after)),
    unpricedBefore: job.unpricedBefore,
    unpricedAfter: job.unpricedAfter,
    adjusted: job.adjusted,
    adjustment: formatMoney(parseMoney(job.adjustment)),
    undoUntil: undoUntil(job),
    error: job.error,
    author: job.author,
    createdAt: job.createdAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}

/** Share of the calls that is done, cut to four decimals: "1" only at the end. */
function progressText({ status, calls, total }: Repricing): string {
  if (status === "done" || status === "rolled_back") return "1";
  if (total === 0) return "0";
  const parts = Math.min(9_999, Math.floor((calls * 10_000) / total));
  return formatMoney((BigInt(parts) * parseMoney("1")) / 10_000n);
}

/** Until when it can be rolled back; null while it is at work, and when it is too late. */
function undoUntil({ status, finishedAt, undoPrunedAt }: Repricing): string | null {
  if (finishedAt === null || undoPrunedAt !== null || status === "rolled_back") return null;
  return new Date(finishedAt.getTime() + UNDO_DAYS.done * 86_400_000).toISOString();
}
