import { unknownUsage } from "../domain/usage.js";
import type { EmitterRule } from "./emitter-rule.js";
import type { ReportedUsage } from "./reading.js";
import { type OptionalClass, type UsageFamily, usageFamily } from "./usage-family.js";
import { classCannotOccur, emitterRules, type UsageContext } from "./usage-rules.js";

/** One reading in the making: what was reported, what is known of its sender, and what was decided so far. */
export class Resolution {
  readonly usage = unknownUsage();
  /** Rules that decided, in order. */
  readonly names: string[] = [];
  conflict = false;
  /** A number that is right only if a class the sender did not mention is zero, or whose price class is not known. */
  assumed = false;
  readonly rules: readonly EmitterRule[];
  readonly family: UsageFamily;

  constructor(
    readonly reported: ReportedUsage,
    readonly context: UsageContext,
  ) {
    this.family = usageFamily(context.provider, context.model);
    this.rules = emitterRules(context, {
      legacyNames: reported.legacyCacheNames,
      reportsCache: reported.cacheRead !== null || cacheWriteOf(reported) !== null,
    });
  }

  /** What the total holds beyond input and output as written; 0 when one of the three is missing. */
  get surplus(): number {
    const { total, input, output } = this.reported;
    return total === null || input === null || output === null ? 0 : total - input - output;
  }

  /** Whether the surplus of the total can only be cache tokens that the sender dropped: Anthropic and Bedrock count nothing else apart. */
  get lostCache(): boolean {
    const { cacheRead, reasoning } = this.reported;
    if (this.surplus <= 0 || cacheRead !== null || cacheWriteOf(this.reported) !== null) return false;
    return (
      this.rules.some((rule) => rule.totalCountsCache) ||
      (reasoning === null && (this.family === "anthropic" || this.family === "bedrock"))
    );
  }

  /** Whether a row of the emitter table says that the sender drops the class. */
  loses(name: OptionalClass): boolean {
    // What an instrumentation writes on its spans and not on its event, the event lost.
    const isEvent = this.context.isEvent === true;
    return this.rules.some((rule) => rule.loses?.includes(name) || (isEvent && rule.writes?.includes(name)));
  }

  /** What the emitter table says in a column, with the row's name; null when no row fills it. */
  listed<K extends "input" | "reasoning">(
    column: K,
  ): { semantics: NonNullable<EmitterRule[K]>; rule: string } | null {
    for (const rule of this.rules) {
      const semantics = rule[column];
      if (semantics !== undefined) return { semantics, rule: `${semantics}:${rule.name}` };
    }
    return null;
  }

  /** 0 where leaving the class out means none, null where it means nothing. */
  absent(name: OptionalClass): number | null {
    if (classCannotOccur(name, this.context)) return 0;
    if (this.context.isEvent === true || (name !== "reasoning" && this.lostCache)) return null;
    const rule = this.rules.find((row) => row.loses?.includes(name) || row.writes?.includes(name));
    return rule?.writes?.includes(name) ? 0 : null;
  }
}

/** A number in a sum: what is not known adds nothing. */
export const known = (value: number | null): number => value ?? 0;

/** All cache writes, from their lifetimes where no sum was written; null when neither was. */
export function cacheWriteOf(reported: ReportedUsage): number | null {
  if (reported.cacheWrite !== null) return reported.cacheWrite;
  if (reported.cacheWrite5m === null && reported.cacheWrite1h === null) return null;
  return known(reported.cacheWrite5m) + known(reported.cacheWrite1h);
}
