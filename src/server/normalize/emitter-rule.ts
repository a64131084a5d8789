import type { InputSemantics, OptionalClass, ReasoningSemantics, UsageFamily } from "./usage-family.js";

/** One row of what is known about an instrumentation. Absent conditions match everything; the first matching row decides each column. */
export interface EmitterRule {
  /** Goes into `usageRule`. */
  name: string;
  dialect?: string;
  scope?: RegExp;
  /** First scope version, inclusive. */
  since?: string;
  /** First scope version the row no longer holds for. */
  before?: string;
  families?: readonly UsageFamily[];
  /** The row holds only where the cache numbers came under names older than convention 1.40. */
  legacyCacheNames?: true;
  /** The row holds only where some cache number was written (true), or only where none was (false). */
  reportsCache?: boolean;
  input?: InputSemantics;
  reasoning?: ReasoningSemantics;
  /** Classes this emitter drops even when the provider reported them: absent means unknown. */
  loses?: readonly OptionalClass[];
  /** Classes this emitter writes whenever they are not zero: absent means zero. */
  writes?: readonly OptionalClass[];
  /** The total is the provider's own and counts cache tokens that the emitter drops: a surplus in it is their number. */
  totalCountsCache?: true;
}
