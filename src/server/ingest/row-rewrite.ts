import type { LedgerRow } from "../domain/ledger-row.js";

/**
 * New versions of stored rows of one project: other cost, same usage. Each row's `version` is the one it was made from; the writer gives
 * the new one.
 */
export class RewriteBatch {
  /** Rows that had another version by the time of writing, or were gone: nothing was written for them. */
  stale: LedgerRow[] = [];

  constructor(
    readonly project: string,
    readonly rows: readonly LedgerRow[],
  ) {}
}
