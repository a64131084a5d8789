import { emitterKey } from "./identity.js";
import type { LedgerRecord } from "./record.js";

/** Why two records are one call. */
export type MergeReason = "response_id" | "request_id" | "descendant_twin" | "fingerprint";

/** One call in the making: records that report it, and why each joined. */
export interface Cluster {
  members: LedgerRecord[];
  reasons: Map<LedgerRecord, MergeReason>;
}

/** Groups records into calls. A group holds at most one record of an emitter, unless one of the two lies inside the other. */
export class Clusters {
  readonly #of = new Map<LedgerRecord, Cluster>();

  constructor(records: readonly LedgerRecord[]) {
    for (const record of records) this.#of.set(record, { members: [record], reasons: new Map() });
  }

  /** The group of a record. @throws when the record was not given to the constructor: a defect of the caller. */
  of(record: LedgerRecord): Cluster {
    const cluster = this.#of.get(record);
    if (cluster === undefined) throw new Error("The record does not belong to this settlement");
    return cluster;
  }

  /** Takes a record out of consideration, because it is no call. */
  remove(record: LedgerRecord): void {
    this.#of.delete(record);
  }

  /** Joins the groups of two records; false (and no change) when both hold a record of the same emitter. */
  join(a: LedgerRecord, b: LedgerRecord, reason: MergeReason, sameEmitterAllowed = false): boolean {
    const left = this.of(a);
    const right = this.of(b);
    if (left === right) return true;
    if (!sameEmitterAllowed && sharesEmitter(left, right)) return false;
    for (const record of right.members) {
      left.members.push(record);
      this.#of.set(record, left);
    }
    for (const [record, why] of right.reasons) left.reasons.set(record, why);
    for (const record of [a, b]) if (!left.reasons.has(record)) left.reasons.set(record, reason);
    return true;
  }

  /** All groups, each once. */
  all(): Cluster[] {
    return [...new Set(this.#of.values())];
  }
}

function sharesEmitter(left: Cluster, right: Cluster): boolean {
  const emitters = new Set(left.members.map((record) => emitterKey(record.call)));
  return right.members.some((record) => emitters.has(emitterKey(record.call)));
}
