import { emitterKey } from "./identity.js";
import type { LedgerRecord } from "./record.js";

/** Why two records are one call. */
export type MergeReason = "response_id" | "request_id" | "descendant_twin" | "event" | "fingerprint";

/** One call in the making: records that report it, and why each joined. */
export interface Cluster {
  members: LedgerRecord[];
  reasons: Map<LedgerRecord, MergeReason>;
}

/** Groups records into calls. A group holds at most one record of an emitter, unless one of the two lies inside the other. */
export class Clusters {
  /** Groups that somebody asked for: most records stand alone, and nothing is kept of them. */
  readonly #of = new Map<LedgerRecord, Cluster>();
  readonly #removed = new Set<LedgerRecord>();

  constructor(private readonly records: readonly LedgerRecord[]) {}

  /** The group of one of the records. @throws when it was removed: a defect of the caller. */
  of(record: LedgerRecord): Cluster {
    const known = this.#of.get(record);
    if (known !== undefined) return known;
    if (this.#removed.has(record)) throw new Error("The record was taken out of this settlement");
    const alone: Cluster = { members: [record], reasons: new Map() };
    this.#of.set(record, alone);
    return alone;
  }

  /** Takes a record out of consideration, because it is no call. */
  remove(record: LedgerRecord): void {
    this.#of.delete(record);
    this.#removed.add(record);
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

  /** All groups of several records, each once, and the records that stand alone. */
  split(): { joined: Cluster[]; alone: LedgerRecord[] } {
    const joined = new Set<Cluster>();
    const alone: LedgerRecord[] = [];
    for (const record of this.records) {
      if (this.#removed.has(record)) continue;
      const cluster = this.#of.get(record);
      if (cluster === undefined || cluster.members.length === 1) alone.push(record);
      else joined.add(cluster);
    }
    return { joined: [...joined], alone };
  }
}

function sharesEmitter(left: Cluster, right: Cluster): boolean {
  const emitters = new Set(left.members.map((record) => emitterKey(record.call)));
  return right.members.some((record) => emitters.has(emitterKey(record.call)));
}
