import { compareRatio, times } from "./decimal-text.js";
import { TOKEN_PRICE_CLASSES } from "../../src/server/domain/price.js";
import { observation } from "./observation.js";
import type { Observation } from "./observation.js";
import type { ProviderPlan } from "./provider-plan.js";

/** A place where collections differ from what was chosen, or a row that was held back. */
export interface Disagreement {
  provider: string;
  model: string;
  what: string;
  chosen: string;
  others: string;
}

/** Rows that break a rule every provider keeps are held back; the rules are those of docs/pricing.md. */
export function checkSanity(
  plan: ProviderPlan,
  model: string,
  rows: readonly Observation[],
  disagreements: Disagreement[],
): Observation[] {
  const standard = (row: Observation, name: string) =>
    rows.find(
      (other) =>
        other.class === name &&
        other.tier === "standard" &&
        other.above === row.above &&
        other.geo === row.geo &&
        other.from === row.from &&
        other.windows === null &&
        other.variant === null,
    );
  return rows.map((row) => {
    const problem = row.source === "overlay" ? null : problemOf(row, standard);
    if (problem === null) return row;
    disagreements.push({
      provider: plan.provider,
      model,
      what: `quarantined: ${row.class} ${row.tier}${row.above === 0 ? "" : ` > ${String(row.above)}`}`,
      chosen: problem,
      others: `${row.price} (${row.source})`,
    });
    return { ...row, quarantined: true };
  });
}

const TOKEN_CLASSES: ReadonlySet<string> = new Set(TOKEN_PRICE_CLASSES);
const isToken = (row: Observation): boolean => TOKEN_CLASSES.has(row.class);

function problemOf(
  row: Observation,
  standard: (row: Observation, name: string) => Observation | undefined,
): string | null {
  if (isToken(row) && compareRatio(row.price, "1000", "1") > 0) return "above 1000 USD per million tokens";
  const input = standard(row, "input");
  const same = standard(row, row.class);
  const within = (other: Observation | undefined, low: string, high: string) =>
    other === undefined ||
    (compareRatio(row.price, other.price, low) >= 0 && compareRatio(row.price, other.price, high) <= 0);
  if (row.class === "cache_write_1h" && row.tier === "standard" && !within(input, "1.6", "2.4")) {
    return "1h write / input outside 1.6 to 2.4";
  }
  if (
    row.class.startsWith("cache_write") &&
    row.tier === "standard" &&
    input !== undefined &&
    compareRatio(row.price, input.price, "1") < 0
  ) {
    return "cache write below input";
  }
  if (row.tier === "priority" && !within(same, "1.1", "3")) return "priority / standard outside 1.1 to 3";
  if (row.tier === "batch" && same !== undefined && compareRatio(row.price, same.price, "0.5") !== 0) {
    return "batch / standard other than 0.5";
  }
  if (
    row.class === "cache_read" &&
    row.tier === "standard" &&
    input !== undefined &&
    compareRatio(row.price, input.price, "1") >= 0
  ) {
    return "cached not below input";
  }
  return null;
}

/** Rows for tiers that the provider states as a multiple of standard, where no collection lists them. */
export function deriveStated(plan: ProviderPlan, model: string, rows: readonly Observation[]): Observation[] {
  const result = [...rows];
  const tiers = new Set(rows.map(({ tier }) => tier));
  for (const stated of plan.statedTiers ?? []) {
    if (!stated.models(model, tiers)) continue;
    for (const row of rows) {
      if (row.tier !== "standard" || row.windows !== null || row.variant !== null) continue;
      if (!stated.classes.includes(row.class) || row.quarantined === true) continue;
      const listed = rows.find(
        (other) =>
          other.tier === stated.tier &&
          other.class === row.class &&
          other.above === row.above &&
          other.geo === row.geo &&
          overlap(other, row),
      );
      if (listed !== undefined && listed.quarantined !== true) continue;
      const twin = stated.like === undefined ? undefined : likeTier(rows, row, stated.like);
      if (twin === undefined && stated.onlyLike?.includes(row.class) === true) continue;
      if (listed !== undefined) result.splice(result.indexOf(listed), 1);
      result.push(
        observation({
          ...row,
          tier: stated.tier,
          price: twin?.price ?? times(row.price, stated.factor),
          source: "provider-rule",
        }),
      );
    }
  }
  return result;
}

/** The row of another tier that the provider states to cost the same. */
function likeTier(
  rows: readonly Observation[],
  row: Observation,
  tier: Observation["tier"],
): Observation | undefined {
  return rows.find(
    (other) =>
      other.tier === tier &&
      other.class === row.class &&
      other.above === row.above &&
      other.geo === row.geo &&
      other.quarantined !== true &&
      overlap(other, row),
  );
}

function overlap(a: Observation, b: Observation): boolean {
  return (a.from ?? "0000") < (b.to ?? "9999") && (b.from ?? "0000") < (a.to ?? "9999");
}
