import type { PricedCall } from "./call.js";

/** What changed in the ledger by one acknowledged group: the versions now in force and those they replace. */
export interface LedgerChange {
  project: string;
  /** The row in force after the change; `billable` and `cost` are final for this version. */
  current: PricedCall;
  /** The row it replaces, or null when it is new. */
  previous: PricedCall | null;
}

/** Told after rows are durable. Must not throw; work that can fail is queued by the listener. */
export interface LedgerListener {
  onAcknowledged(changes: readonly LedgerChange[]): void;
  /**
   * Instead of `onAcknowledged`: reads changes that are about to be stored. The result is called once they are durable, or never. It
   * should hold no call: thousands of them wait for one insert.
   */
  foresee?(changes: readonly LedgerChange[]): () => void;
}

/** Injection token: every listener the application wires up. */
export const LEDGER_LISTENERS = Symbol("LEDGER_LISTENERS");
